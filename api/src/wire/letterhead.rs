//! Where a seller is reached and paid, on the wire.

use billfold_domain::invoice::{BankAccount, Letterhead};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Address, register and bank account of a seller; what is absent is not said.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Letterhead)]
pub struct WireLetterhead {
    /// Street and number.
    #[schema(example = "Speicherstadt 4", min_length = 1, max_length = 200)]
    line1: Option<String>,
    /// Further part of the address.
    #[schema(example = "Block C", min_length = 1, max_length = 200)]
    line2: Option<String>,
    /// Postal code.
    #[schema(example = "20457", min_length = 1, max_length = 20)]
    postal_code: Option<String>,
    /// City.
    #[schema(example = "Hamburg", min_length = 1, max_length = 100)]
    city: Option<String>,
    /// State or province.
    #[schema(example = "Hamburg", min_length = 1, max_length = 100)]
    state: Option<String>,
    /// E-mail address for customers.
    #[schema(example = "billing@example.com", max_length = 254)]
    email: Option<String>,
    /// Phone number for customers.
    #[schema(example = "+49 40 123456", max_length = 40)]
    phone: Option<String>,
    /// Number in a register of firms.
    #[schema(example = "HRB 12345, Amtsgericht Hamburg", min_length = 1, max_length = 100)]
    registration: Option<String>,
    /// Where customers pay to by bank transfer.
    bank_account: Option<WireBankAccount>,
}

/// A bank account.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BankAccount)]
struct WireBankAccount {
    /// Its number: capitals and digits without blanks, whose check digits fit (ISO 13616).
    #[schema(example = "DE89370400440532013000", pattern = "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")]
    iban: String,
    /// Its bank (ISO 9362).
    #[schema(example = "COBADEFFXXX", pattern = "^[A-Z0-9]{4}[A-Z]{2}([A-Z0-9]{2}|[A-Z0-9]{5})$")]
    bic: Option<String>,
    /// In whose name; the seller's if absent.
    #[schema(example = "Nordlicht Hosting GmbH", min_length = 1, max_length = 70)]
    holder: Option<String>,
}

impl From<&Letterhead> for WireLetterhead {
    fn from(said: &Letterhead) -> Self {
        let account = |account: &BankAccount| WireBankAccount {
            iban: account.iban.clone(),
            bic: account.bic.clone(),
            holder: account.holder.clone(),
        };
        Self {
            line1: said.line1.clone(),
            line2: said.line2.clone(),
            postal_code: said.postal_code.clone(),
            city: said.city.clone(),
            state: said.state.clone(),
            email: said.email.clone(),
            phone: said.phone.clone(),
            registration: said.registration.clone(),
            bank_account: said.bank_account.as_ref().map(account),
        }
    }
}

impl From<WireLetterhead> for Letterhead {
    fn from(new: WireLetterhead) -> Self {
        let account = |WireBankAccount { iban, bic, holder }| BankAccount { iban, bic, holder };
        Self {
            line1: new.line1,
            line2: new.line2,
            postal_code: new.postal_code,
            city: new.city,
            state: new.state,
            email: new.email,
            phone: new.phone,
            registration: new.registration,
            bank_account: new.bank_account.map(account),
        }
    }
}

//! Contact details on the wire.

use billfold_domain::client::{Address, ContactCard};
use billfold_domain::kernel::Country;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;

/// Who a client is and where to reach them. Sealed at rest, and gone once the client is erased.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = Contact)]
#[serde(deny_unknown_fields)]
pub struct WireContact {
    /// Full name; made of first and last name if it is not given.
    #[serde(default)]
    #[schema(example = "Ada Lovelace", max_length = 200)]
    pub name: String,
    /// Given name, where it is known apart.
    #[schema(example = "Ada", max_length = 100)]
    pub first_name: Option<String>,
    /// Family name, where it is known apart.
    #[schema(example = "Lovelace", max_length = 100)]
    pub last_name: Option<String>,
    /// Firm.
    #[schema(example = "Analytical Engines Ltd", max_length = 200)]
    pub company: Option<String>,
    /// E-mail address; one client per seller has it.
    #[schema(example = "ada@example.org", max_length = 254)]
    pub email: Option<String>,
    /// Phone number: digits, blanks and `+ ( ) . / -`.
    #[schema(example = "+44 20 7946 0958", max_length = 40)]
    pub phone: Option<String>,
    /// Tax number of a firm.
    #[schema(example = "GB123456789", max_length = 20)]
    pub vat_id: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: WireAddress,
}

/// A postal address; every part may be unknown.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = Address)]
#[serde(deny_unknown_fields, default)]
pub struct WireAddress {
    /// Street and number.
    #[schema(example = "12 St James's Square", max_length = 200)]
    pub line1: Option<String>,
    /// Further part.
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    /// City.
    #[schema(example = "London", max_length = 100)]
    pub city: Option<String>,
    /// State or province.
    #[schema(max_length = 100)]
    pub state: Option<String>,
    /// Postal code.
    #[schema(example = "SW1Y 4JH", max_length = 20)]
    pub postal_code: Option<String>,
    /// ISO 3166, two capitals.
    #[schema(example = "GB", pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
}

impl WireContact {
    /// The checked details, or what is wrong below `pointer`.
    pub fn read(self, check: &mut Check, pointer: &str) -> Option<ContactCard> {
        let country = match self.address.country.as_deref() {
            None => None,
            Some(code) => {
                let at = format!("{pointer}/address/country");
                Some(check.value(&at, Country::parse(code))?)
            }
        };
        let names = (self.first_name.as_deref(), self.last_name.as_deref());
        let name =
            if self.name.is_empty() { ContactCard::full_name(names.0, names.1) } else { self.name };
        let card = ContactCard {
            name,
            first_name: self.first_name,
            last_name: self.last_name,
            company: self.company,
            email: self.email,
            phone: self.phone,
            vat_id: self.vat_id,
            address: Address {
                line1: self.address.line1,
                line2: self.address.line2,
                city: self.address.city,
                state: self.address.state,
                postal_code: self.address.postal_code,
                country,
            },
        };
        check.parts(pointer, card.check()).map(|()| card)
    }
}

impl From<ContactCard> for WireContact {
    fn from(card: ContactCard) -> Self {
        let address = card.address;
        Self {
            name: card.name,
            first_name: card.first_name,
            last_name: card.last_name,
            company: card.company,
            email: card.email,
            phone: card.phone,
            vat_id: card.vat_id,
            address: WireAddress {
                line1: address.line1,
                line2: address.line2,
                city: address.city,
                state: address.state,
                postal_code: address.postal_code,
                country: address.country.map(|country| country.code().to_owned()),
            },
        }
    }
}

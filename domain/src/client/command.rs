//! What may be asked of a client's record.

use crate::client::{BillingTerms, ContactCard, RecordCommand, TaxFacts};
use crate::kernel::{BlindIndex, Country, Currency, Origin, Pii, StaffId};

/// A request about a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCommand {
    /// Make the client known.
    Register(Register),
    /// Replace the contact details.
    ChangeContact {
        /// The new details; the application checked and sealed them.
        contact: Pii<ContactCard>,
        /// Index of the new e-mail address.
        email_index: Option<BlindIndex>,
        /// The new country.
        country: Option<Country>,
    },
    /// Say where the client's days begin, and on what billing periods hold.
    SetBilling(BillingTerms),
    /// Say what is known about the client's taxes, besides the address (TAX-04).
    SetTaxFacts(TaxFacts),
    /// Keep something about the client: contacts, notes, the seller's own fields.
    Record(RecordCommand),
    /// Say which reseller looks after the client (RBA-11).
    Entrust {
        /// Who; the application knows that they work for the seller.
        reseller: StaffId,
    },
    /// Say that no reseller looks after the client.
    WithdrawFromReseller,
    /// Sell nothing new to the client.
    Suspend {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Say that the client left.
    Deactivate {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Sell to the client again.
    Activate,
    /// Forget who the client is; the application destroys the keys afterwards.
    Erase {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// What a client's record begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Contact details; the application checked and sealed them.
    pub contact: Pii<ContactCard>,
    /// Index of the e-mail address.
    pub email_index: Option<BlindIndex>,
    /// Where the client lives or is established, if known.
    pub country: Option<Country>,
    /// What the client is billed in.
    pub currency: Currency,
    /// Where an imported client came from.
    pub origin: Option<Origin>,
}

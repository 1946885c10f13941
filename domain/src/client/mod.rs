//! A client: who buys, in which currency, and how they are reached.
//!
//! | state     | register | change contact | suspend   | deactivate | activate | erase  |
//! | --------- | -------- | -------------- | --------- | ---------- | -------- | ------ |
//! | absent    | active   | –              | –         | –          | –        | –      |
//! | active    | –        | active         | suspended | inactive   | –        | erased |
//! | suspended | –        | suspended      | –         | inactive   | active   | erased |
//! | inactive  | –        | inactive       | suspended | –          | active   | erased |
//! | erased    | –        | –              | –         | –          | –        | –      |
//!
//! How one is billed and what is known of one's taxes may be set until one is erased; so may
//! contacts, notes and the seller's own fields.
//!
//! Guarantees that contact details are sealed under the everyday key, which erasing destroys,
//! and that an e-mail address belongs to one client. Absent on purpose: passwords and sessions.

mod command;
mod contact;
mod custom_field;
mod decide;
mod error;
mod event;
mod person;
mod record;
mod state;
#[cfg(test)]
mod tests;

pub use command::{ClientCommand, Register};
pub use contact::{Address, ContactCard};
pub use custom_field::{CustomField, CustomFieldKind, CustomValues, MOST_CUSTOM_FIELDS};
pub use error::ClientRefusal;
pub use event::ClientEvent;
pub use person::{ContactKind, ContactPerson};
pub use record::{RecordCommand, check_note};
pub use state::{BillingTerms, Client, Profile, TaxFacts};

pub(crate) use contact::{check_email, check_phone, check_vat_id};

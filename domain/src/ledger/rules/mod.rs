//! Which fact posts what: one file per noun that moves money.

mod invoice;
mod payment;
mod revenue;

use crate::ledger::{LedgerError, Posting};
use crate::schema::Event;

pub use revenue::recognition;

/// The posting of an event; nothing for one that moves no money.
pub fn postings(event: &Event) -> Result<Option<Posting>, LedgerError> {
    match event {
        Event::Invoice(event) => invoice::postings(event),
        Event::Payment(event) => payment::postings(event),
        Event::Tenant(_) | Event::Client(_) | Event::Product(_) | Event::Order(_) => Ok(None),
    }
}

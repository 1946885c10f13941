//! Which fact posts what: one file per noun that moves money.

mod invoice;
mod payment;
mod payment_dispute;
mod payment_refund;

use crate::ledger::{LedgerError, Posting};
use crate::schema::Event;

/// The posting of an event; nothing for one that moves no money.
pub fn postings(event: &Event) -> Result<Option<Posting>, LedgerError> {
    match event {
        Event::Invoice(event) => invoice::postings(event),
        Event::Payment(event) => payment::postings(event),
        Event::Tenant(_)
        | Event::Client(_)
        | Event::Product(_)
        | Event::Order(_)
        | Event::PaymentMethod(_) => Ok(None),
    }
}

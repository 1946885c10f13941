//! Which fact posts what: one file per noun that moves money.

mod invoice;
mod payment;

use crate::ledger::{LedgerError, Posting};
use crate::schema::Event;

/// The posting of an event; nothing for one that moves no money.
pub fn postings(event: &Event) -> Result<Option<Posting>, LedgerError> {
    match event {
        Event::Invoice(event) => invoice::postings(event),
        Event::Payment(event) => payment::postings(event),
        // What a late payer is charged is a line of an invoice and is posted with it.
        Event::DunningStrategy(_) | Event::DunningCase(_) => Ok(None),
        Event::Tenant(_) | Event::Client(_) | Event::Product(_) | Event::Order(_) => Ok(None),
    }
}

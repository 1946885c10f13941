//! Which fact posts what: one file per noun that moves money.

mod affiliate;
mod gift_card;
mod invoice;
mod payment;

use crate::ledger::{LedgerError, Posting};
use crate::schema::Event;

/// The posting of an event; nothing for one that moves no money.
pub fn postings(event: &Event) -> Result<Option<Posting>, LedgerError> {
    match event {
        Event::Invoice(event) => invoice::postings(event),
        Event::Payment(event) => payment::postings(event),
        Event::Affiliate(event) => affiliate::postings(event),
        Event::GiftCard(event) => gift_card::postings(event),
        Event::Tenant(_)
        | Event::Client(_)
        | Event::Product(_)
        | Event::Order(_)
        | Event::Coupon(_)
        | Event::TaxRate(_)
        | Event::ClientGroup(_) => Ok(None),
    }
}

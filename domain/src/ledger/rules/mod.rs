//! Which fact posts what: one file per noun that moves money.

mod adjustment;
mod affiliate;
mod credit;
mod credit_note;
mod deferral;
mod gift_card;
mod invoice;
mod payment;
mod payment_dispute;
mod payment_refund;
mod revenue;
mod settlement;

use crate::ledger::{LedgerError, Posting};
use crate::schema::Event;

pub use deferral::deferrals;
pub use revenue::recognition;

/// The kinds of streams whose events may post. Whoever sums postings up reads these and no other.
pub const POSTING_STREAMS: &[&str] = &[
    "invoice",
    "credit_note",
    "credit",
    "payment",
    "gift_card",
    "affiliate",
    "recognition",
    "accounting_period",
    "settlement",
];

/// The posting of an event; nothing for one that moves no money.
pub fn postings(event: &Event) -> Result<Option<Posting>, LedgerError> {
    match event {
        Event::Invoice(event) => invoice::postings(event),
        Event::CreditNote(event) => credit_note::postings(event),
        Event::CreditBalance(event) => credit::postings(event),
        Event::Payment(event) => payment::postings(event),
        Event::GiftCard(event) => gift_card::postings(event),
        Event::Affiliate(event) => affiliate::postings(event),
        Event::Recognition(event) => revenue::postings(event),
        Event::AccountingPeriod(event) => adjustment::postings(event),
        Event::Settlement(event) => settlement::postings(event),
        // What a late payer is charged is a line of an invoice and is posted with it.
        Event::ApiKey(_)
        | Event::Approval(_)
        | Event::BillingRun(_)
        | Event::Client(_)
        | Event::ClientGroup(_)
        | Event::Coupon(_)
        | Event::DataSubject(_)
        | Event::Department(_)
        | Event::Driver(_)
        | Event::DunningCase(_)
        | Event::DunningStrategy(_)
        | Event::Effect(_)
        | Event::Gateway(_)
        | Event::Order(_)
        | Event::PaymentMethod(_)
        | Event::Product(_)
        // Nobody owes anything for a proforma.
        | Event::Proforma(_)
        | Event::Role(_)
        | Event::Server(_)
        | Event::ServerGroup(_)
        | Event::Service(_)
        | Event::StaffMember(_)
        | Event::SignIn(_)
        | Event::Subscription(_)
        | Event::TaxRate(_)
        | Event::Tenant(_)
        | Event::WebhookEndpoint(_) => Ok(None),
    }
}

//! The specification of an affiliate.

mod commissions;
mod laws;
mod payouts;
mod standing;
mod terms;

use chrono::NaiveDate;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, issued, issued_on};
use crate::kernel::{ClientId, Currency, Issued, Money, PaymentId};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn own() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn brought(bits: u128) -> ClientId {
    ClientId::new(Uuid::from_u128(100 + bits))
}

fn payment(bits: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(1_000 + bits))
}

/// Thirty percent for ever, held for thirty days, paid from 10.00 on.
fn terms() -> CommissionTerms {
    CommissionTerms {
        rate: CommissionRate::Percent("30".parse().unwrap()),
        recurrence: Recurrence::Forever,
        hold_days: 30,
        window_days: 60,
        minimum_payout: vec![eur(1_000)],
    }
}

fn enrolled() -> AffiliateEvent {
    AffiliateEvent::Enrolled { client_id: own(), code: "friend".into() }
}

fn terms_set(terms: CommissionTerms) -> AffiliateEvent {
    AffiliateEvent::TermsSet { version: 1, terms, valid_from: TODAY }
}

fn referred(bits: u128) -> AffiliateEvent {
    AffiliateEvent::ClientReferred { client_id: brought(bits), clicked_on: TODAY, on: TODAY }
}

/// An active affiliate with terms who brought client 1.
fn active_under(terms: CommissionTerms) -> Vec<AffiliateEvent> {
    vec![enrolled(), AffiliateEvent::Approved {}, terms_set(terms), referred(1)]
}

fn active() -> Vec<AffiliateEvent> {
    active_under(terms())
}

fn suspended() -> AffiliateEvent {
    AffiliateEvent::Suspended { reason: "cookie stuffing".into() }
}

fn sale(bits: u128, minor: i64, on: NaiveDate) -> AccrueCommission {
    let (payment_id, client_id, sale) = (payment(bits), brought(1), eur(minor));
    AccrueCommission { payment_id, client_id, sale, items: 1, on }
}

fn accrue(on: NaiveDate, sale: AccrueCommission) -> Issued<AffiliateCommand> {
    issued_on(on, AffiliateCommand::Accrue(sale))
}

fn accrued(no: u32, sold: AccrueCommission, minor: i64) -> AffiliateEvent {
    let AccrueCommission { payment_id, client_id, sale, items, on } = sold;
    AffiliateEvent::CommissionAccrued {
        no,
        payment_id,
        client_id,
        sale,
        items,
        terms: 1,
        amount: eur(minor),
        on,
        counts_from: terms().counts_from(on),
    }
}

fn approved(no: u32, bits: u128, minor: i64, on: NaiveDate) -> AffiliateEvent {
    let (payment_id, affiliate, amount) = (payment(bits), own(), eur(minor));
    AffiliateEvent::CommissionApproved { no, payment_id, affiliate, amount, on }
}

fn reverse(on: NaiveDate, bits: u128, refunded: i64) -> Issued<AffiliateCommand> {
    let (payment_id, refunded) = (payment(bits), eur(refunded));
    issued_on(on, AffiliateCommand::Reverse { payment_id, refunded })
}

fn payout(on: NaiveDate) -> Issued<AffiliateCommand> {
    let to = PayoutTo::Channel { key: "manual_bank".into() };
    issued_on(on, AffiliateCommand::RequestPayout { currency: Currency::EUR, to })
}

fn requested(no: u32, minor: i64, parts: (&[u32], &[u32]), on: NaiveDate) -> AffiliateEvent {
    AffiliateEvent::PayoutRequested {
        no,
        amount: eur(minor),
        to: PayoutTo::Channel { key: "manual_bank".into() },
        commissions: parts.0.to_vec(),
        clawbacks: parts.1.to_vec(),
        on,
    }
}

fn send(no: u32, on: NaiveDate) -> Issued<AffiliateCommand> {
    issued_on(on, AffiliateCommand::RecordPayoutSent { no, reference: "TX-1".into() })
}

fn sent(no: u32, minor: i64, on: NaiveDate) -> AffiliateEvent {
    AffiliateEvent::PayoutSent {
        no,
        affiliate: own(),
        amount: eur(minor),
        to: PayoutTo::Channel { key: "manual_bank".into() },
        reference: "TX-1".into(),
        on,
    }
}

fn fail(no: u32, on: NaiveDate) -> Issued<AffiliateCommand> {
    issued_on(on, AffiliateCommand::RecordPayoutFailed { no, reason: "account closed".into() })
}

fn failed(no: u32, minor: i64, on: NaiveDate) -> AffiliateEvent {
    AffiliateEvent::PayoutFailed { no, amount: eur(minor), reason: "account closed".into(), on }
}

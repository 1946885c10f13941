//! Rules of disputes: what the client's bank takes back, and what of it comes again.
//!
//! Guarantees that a dispute takes at most what refunds and earlier disputes left, whatever the
//! bank claims, and that what is won and what is lost of it sum to what it took. Absent on
//! purpose: whether a lost claim is given up, which is a write-off of the invoice.

use chrono::NaiveDate;

use crate::kernel::Money;
use crate::kernel::text::{check_line, check_optional_line};
use crate::payment::decide::{Decision, check_date, place};
use crate::payment::drawing::smaller;
use crate::payment::{
    Dispute, GiveBack, OpenDispute, PaymentEvent, PaymentRefusal, RefundFrom, SettledPayment,
};

pub(super) fn open(known: &SettledPayment, ask: &OpenDispute, today: NaiveDate) -> Decision {
    check_optional_line("reference", ask.reference.as_deref(), 200)?;
    check_line("reason", &ask.reason, 500)?;
    check_date("/opened_on", ask.opened_on, today)?;
    let same = |one: &Dispute| one.reference.is_some() && one.reference == ask.reference;
    if known.disputes.iter().any(same) {
        return Ok(Vec::new());
    }
    if !ask.claimed.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let left = known.refundable()?;
    ask.claimed.checked_sub(left)?;
    if left.is_zero() {
        return Err(PaymentRefusal::NothingLeft);
    }
    let amount = smaller(ask.claimed, left);
    let drawn = known.draw(amount, RefundFrom::Anywhere, &ask.voided)?;
    let last = known.disputes.iter().map(|dispute| dispute.no).max().unwrap_or(0);
    Ok(vec![PaymentEvent::DisputeOpened {
        no: last.saturating_add(1),
        client_id: known.client_id,
        gateway: known.gateway.clone(),
        reference: ask.reference.clone(),
        claimed: ask.claimed,
        amount,
        drawn,
        reason: ask.reason.clone(),
        opened_on: ask.opened_on,
    }])
}

pub(super) fn win(
    known: &SettledPayment,
    dispute_no: u32,
    amount: Money,
    back: &GiveBack,
    (on, today): (NaiveDate, NaiveDate),
) -> Decision {
    check_date("/on", on, today)?;
    let dispute = find(known, dispute_no)?;
    if dispute.undecided.is_zero() {
        return Err(PaymentRefusal::DisputeDecided { dispute_no });
    }
    if !amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    if dispute.undecided.checked_sub(amount)?.is_negative() {
        let undecided = dispute.undecided;
        return Err(PaymentRefusal::MoreThanDisputed { amount, undecided });
    }
    let (allocations, unapplied) = place(known, amount, back)?;
    Ok(vec![PaymentEvent::DisputeWon {
        no: dispute_no,
        client_id: known.client_id,
        gateway: known.gateway.clone(),
        amount,
        released: smaller(dispute.held, amount),
        allocations,
        to_credit: back.to_credit,
        unapplied,
        on,
    }])
}

/// A dispute is lost once: the same report again changes nothing.
pub(super) fn lose(
    known: &SettledPayment,
    dispute_no: u32,
    on: NaiveDate,
    today: NaiveDate,
) -> Decision {
    check_date("/on", on, today)?;
    let dispute = find(known, dispute_no)?;
    if dispute.lost.is_positive() {
        return Ok(Vec::new());
    }
    if dispute.undecided.is_zero() {
        return Err(PaymentRefusal::DisputeDecided { dispute_no });
    }
    Ok(vec![PaymentEvent::DisputeLost {
        no: dispute_no,
        client_id: known.client_id,
        amount: dispute.undecided,
        released: dispute.held,
        on,
    }])
}

pub(super) fn charge_fee(
    known: &SettledPayment,
    dispute_no: u32,
    fee: Money,
    (on, today): (NaiveDate, NaiveDate),
) -> Decision {
    check_date("/on", on, today)?;
    find(known, dispute_no)?;
    if !fee.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let gateway = known.gateway.clone();
    Ok(vec![PaymentEvent::DisputeFeeCharged { no: dispute_no, gateway, fee, on }])
}

fn find(known: &SettledPayment, dispute_no: u32) -> Result<&Dispute, PaymentRefusal> {
    known.dispute(dispute_no).ok_or(PaymentRefusal::NoSuchDispute { dispute_no })
}

//! Rules of refunds: money goes back once, and never more than the places it is taken from hold.

use chrono::NaiveDate;

use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Deed, DeedKind, Money, MoneyRefusal};
use crate::payment::decide::{Decision, check_date, place};
use crate::payment::{
    GiveBack, PaymentEvent, PaymentRefusal, Refund, RefundStage, RequestRefund, Reversal,
    SettledPayment, Source,
};

pub(super) fn unallocate(
    known: &SettledPayment,
    allocation_no: u32,
    amount: Money,
    to: Source,
    voided: bool,
) -> Decision {
    if !amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let allocation = known.allocations.iter().find(|part| part.no == allocation_no);
    let allocation = allocation.ok_or(PaymentRefusal::NoSuchAllocation { allocation_no })?;
    let pays = known.left_of(allocation)?;
    if pays.checked_sub(amount)?.is_negative() {
        return Err(PaymentRefusal::MoreThanLeft { amount, left: pays });
    }
    let reversal = Reversal {
        no: known.next_reversal_no(),
        allocation_no,
        invoice_id: allocation.invoice_id,
        amount,
        reopens: !voided,
    };
    let left = known.left(to).checked_add(amount)?;
    Ok(vec![PaymentEvent::Unallocated { reversal, client_id: known.client_id, to, left }])
}

pub(super) fn request(known: &SettledPayment, ask: &RequestRefund) -> Decision {
    check_line("reason", &ask.reason, 500)?;
    if !ask.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let drawn = known.draw(ask.amount, ask.from, &ask.voided)?;
    let last = known.refunds.iter().map(|refund| refund.no).max().unwrap_or(0);
    Ok(vec![PaymentEvent::RefundRequested {
        no: last.saturating_add(1),
        client_id: known.client_id,
        amount: ask.amount,
        drawn,
        reason: ask.reason.clone(),
    }])
}

/// A refund that was sent was sent once: the same report again changes nothing.
pub(super) fn confirm(
    known: &SettledPayment,
    refund_no: u32,
    reference: Option<&str>,
    sent_on: NaiveDate,
    today: NaiveDate,
) -> Decision {
    check_optional_line("reference", reference, 200)?;
    check_date("/sent_on", sent_on, today)?;
    let refund = find(known, refund_no)?;
    match &refund.stage {
        RefundStage::Requested => Ok(vec![PaymentEvent::RefundSent {
            no: refund_no,
            client_id: known.client_id,
            amount: refund.amount,
            gateway: known.gateway.clone(),
            reference: reference.map(str::to_owned),
            sent_on,
        }]),
        RefundStage::Sent { reference: sent } if sent.as_deref() == reference => Ok(Vec::new()),
        RefundStage::Sent { .. } | RefundStage::Failed => {
            Err(PaymentRefusal::RefundEnded { refund_no })
        }
    }
}

pub(super) fn fail(
    known: &SettledPayment,
    refund_no: u32,
    reason: &str,
    back: &GiveBack,
) -> Decision {
    check_line("reason", reason, 500)?;
    let refund = find(known, refund_no)?;
    match refund.stage {
        RefundStage::Requested => {}
        RefundStage::Failed => return Ok(Vec::new()),
        RefundStage::Sent { .. } => return Err(PaymentRefusal::RefundEnded { refund_no }),
    }
    let (allocations, unapplied) = place(known, refund.amount, back)?;
    Ok(vec![PaymentEvent::RefundFailed {
        no: refund_no,
        client_id: known.client_id,
        amount: refund.amount,
        reason: reason.to_owned(),
        allocations,
        to_credit: back.to_credit,
        unapplied,
    }])
}

fn find(known: &SettledPayment, refund_no: u32) -> Result<&Refund, PaymentRefusal> {
    known.refund(refund_no).ok_or(PaymentRefusal::NoSuchRefund { refund_no })
}

/// A refund, beside all others of the payment that were sent or will be.
pub(super) fn deed(
    known: &SettledPayment,
    event: &PaymentEvent,
) -> Result<Option<Deed>, MoneyRefusal> {
    let PaymentEvent::RefundRequested { amount, .. } = event else { return Ok(None) };
    let live = known.refunds.iter().filter(|refund| refund.stage != RefundStage::Failed);
    let in_all = Money::sum(amount.currency(), live.map(|refund| refund.amount))?;
    Ok(Some(Deed { kind: DeedKind::Refund, amount: *amount, in_all }))
}

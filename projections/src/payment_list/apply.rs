//! What each event does to the payment list.

use billfold_domain::kernel::{ClientId, InvoiceId, Money, PaymentId};
use billfold_domain::payment::{Allocation, AttemptStage, Drawn, PaymentEvent, Reversal, Source};
use chrono::NaiveDate;

use super::{
    AllocationRow, DisputeRow, PaymentRow, PaymentStatus, PaymentTables, RefundRow, RefundStatus,
    ReversalRow,
};
use crate::fact::Fact;
use crate::projection::FoldError;

pub(super) fn apply(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::Attempted { .. }
        | PaymentEvent::Settled { .. }
        | PaymentEvent::Declined { .. } => apply_beginning(rows, fact, event),
        PaymentEvent::Allocated { no, invoice_id, amount, from, client_id: _, left: _ } => {
            rows.allocations.push(allocation(fact, *no, *invoice_id, *amount)?);
            change(rows, fact, |row| {
                row.allocated += amount.minor();
                *row.place(*from) -= amount.minor();
            })
        }
        PaymentEvent::Unallocated { reversal, to, client_id: _, left: _ } => {
            rows.reversals.push(reversed(fact, reversal)?);
            change(rows, fact, |row| {
                row.allocated -= reversal.amount.minor();
                *row.place(*to) += reversal.amount.minor();
            })
        }
        PaymentEvent::RefundRequested { .. }
        | PaymentEvent::RefundSent { .. }
        | PaymentEvent::RefundFailed { .. } => apply_refund(rows, fact, event),
        PaymentEvent::DisputeOpened { .. }
        | PaymentEvent::DisputeWon { .. }
        | PaymentEvent::DisputeLost { .. } => apply_dispute(rows, fact, event),
        // The gateway's fee is no part of what the client paid; the journal has it.
        PaymentEvent::DisputeFeeCharged { .. } => Ok(()),
    }
}

fn apply_beginning(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::Attempted {
            client_id,
            amount,
            gateway,
            reference,
            stage,
            invoice_id,
            on,
        } => {
            let mut row = blank(fact, *client_id, gateway, *on, *amount);
            row.reference.clone_from(reference);
            row.status = match stage {
                AttemptStage::Pending => PaymentStatus::Pending,
                AttemptStage::ActionRequired => PaymentStatus::ActionRequired,
                AttemptStage::Unknown => PaymentStatus::Unknown,
            };
            row.invoice_id = *invoice_id;
            rows.payments.put(row);
            Ok(())
        }
        PaymentEvent::Settled {
            client_id,
            amount,
            gateway,
            reference,
            received_on,
            allocations,
            to_credit,
            unapplied,
            origin: _,
        } => {
            let mut row = blank(fact, *client_id, gateway, *received_on, *amount);
            row.reference.clone_from(reference);
            row.put(allocations, *to_credit, *unapplied);
            rows.payments.put(row);
            allocate(rows, fact, allocations)
        }
        PaymentEvent::Declined {
            client_id,
            amount,
            gateway,
            reason,
            decline: _,
            invoice_id,
            on,
        } => {
            let mut row = blank(fact, *client_id, gateway, *on, *amount);
            row.status = PaymentStatus::Declined;
            row.reason = Some(reason.clone());
            row.invoice_id = *invoice_id;
            rows.payments.put(row);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn apply_refund(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::RefundRequested { no, client_id, amount, drawn, reason } => {
            rows.refunds.put(RefundRow {
                tenant_id: fact.tenant(),
                payment_id: PaymentId::new(fact.aggregate_id),
                refund_no: i64::from(*no),
                client_id: *client_id,
                status: RefundStatus::Requested,
                amount: amount.minor(),
                currency: amount.currency(),
                reason: reason.clone(),
                requested_on: fact.effective_on()?,
                sent_on: None,
                reference: None,
                failure: None,
                last_position: fact.position,
            });
            take(rows, fact, drawn)?;
            change(rows, fact, |row| row.refunding += amount.minor())
        }
        PaymentEvent::RefundSent { no, amount, reference, sent_on, .. } => {
            change_refund(rows, fact, *no, |refund| {
                refund.status = RefundStatus::Sent;
                refund.sent_on = Some(*sent_on);
                refund.reference.clone_from(reference);
            })?;
            change(rows, fact, |row| {
                row.refunding -= amount.minor();
                row.refunded += amount.minor();
            })
        }
        PaymentEvent::RefundFailed {
            no,
            amount,
            reason,
            allocations,
            to_credit,
            unapplied,
            ..
        } => {
            change_refund(rows, fact, *no, |refund| {
                refund.status = RefundStatus::Failed;
                refund.failure = Some(reason.clone());
            })?;
            allocate(rows, fact, allocations)?;
            change(rows, fact, |row| {
                row.refunding -= amount.minor();
                row.put(allocations, *to_credit, *unapplied);
            })
        }
        _ => Ok(()),
    }
}

fn apply_dispute(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::DisputeOpened {
            no,
            client_id,
            reference,
            claimed,
            amount,
            drawn,
            reason,
            opened_on,
            ..
        } => {
            rows.disputes.put(DisputeRow {
                tenant_id: fact.tenant(),
                payment_id: PaymentId::new(fact.aggregate_id),
                dispute_no: i64::from(*no),
                client_id: *client_id,
                reference: reference.clone(),
                reason: reason.clone(),
                currency: amount.currency(),
                claimed: claimed.minor(),
                amount: amount.minor(),
                undecided: amount.minor(),
                lost: 0,
                opened_on: *opened_on,
                decided_on: None,
                last_position: fact.position,
            });
            take(rows, fact, drawn)?;
            change(rows, fact, |row| row.disputed += amount.minor())
        }
        PaymentEvent::DisputeWon { no, amount, allocations, to_credit, unapplied, on, .. } => {
            change_dispute(rows, fact, *no, |dispute| {
                dispute.undecided -= amount.minor();
                dispute.decided_on = Some(*on);
            })?;
            allocate(rows, fact, allocations)?;
            change(rows, fact, |row| {
                row.disputed -= amount.minor();
                row.put(allocations, *to_credit, *unapplied);
            })
        }
        PaymentEvent::DisputeLost { no, amount, on, .. } => {
            change_dispute(rows, fact, *no, |dispute| {
                dispute.undecided -= amount.minor();
                dispute.lost += amount.minor();
                dispute.decided_on = Some(*on);
            })?;
            change(rows, fact, |row| {
                row.disputed -= amount.minor();
                row.lost += amount.minor();
            })
        }
        _ => Ok(()),
    }
}

impl PaymentRow {
    fn place(&mut self, place: Source) -> &mut i64 {
        match place {
            Source::Unapplied => &mut self.unapplied,
            Source::Credit => &mut self.credit,
        }
    }

    /// Adds money that arrived or came back to the places it went to.
    fn put(&mut self, allocations: &[Allocation], to_credit: Money, unapplied: Money) {
        self.allocated += allocations.iter().map(|part| part.amount.minor()).sum::<i64>();
        self.credit += to_credit.minor();
        self.unapplied += unapplied.minor();
    }
}

/// Changes the row of the fact's payment, whose money arrived.
fn change(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    change: impl FnOnce(&mut PaymentRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), PaymentId::new(fact.aggregate_id));
    rows.payments.change(key, fact.position, |row| {
        change(row);
        row.status = PaymentStatus::of_arrived(row);
        row.changed_at = fact.recorded_at;
        Ok(())
    })
}

fn change_refund(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    no: u32,
    change: impl FnOnce(&mut RefundRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), PaymentId::new(fact.aggregate_id), i64::from(no));
    rows.refunds.change(key, fact.position, |row| {
        change(row);
        Ok(())
    })
}

fn change_dispute(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    no: u32,
    change: impl FnOnce(&mut DisputeRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), PaymentId::new(fact.aggregate_id), i64::from(no));
    rows.disputes.change(key, fact.position, |row| {
        change(row);
        Ok(())
    })
}

/// Takes what was drawn out of the places it lay in.
fn take(rows: &mut PaymentTables, fact: &Fact<'_>, drawn: &Drawn) -> Result<(), FoldError> {
    for reversal in &drawn.reversals {
        rows.reversals.push(reversed(fact, reversal)?);
    }
    let key = (fact.tenant(), PaymentId::new(fact.aggregate_id));
    rows.payments.change(key, fact.position, |row| {
        let reversed = drawn.reversals.iter().map(|reversal| reversal.amount.minor());
        row.allocated -= reversed.sum::<i64>();
        row.credit -= drawn.credit.minor();
        row.unapplied -= drawn.unapplied.minor();
        Ok(())
    })
}

fn allocate(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    allocations: &[Allocation],
) -> Result<(), FoldError> {
    for part in allocations {
        rows.allocations.push(allocation(fact, part.no, part.invoice_id, part.amount)?);
    }
    Ok(())
}

fn blank(
    fact: &Fact<'_>,
    client_id: ClientId,
    gateway: &str,
    received_on: NaiveDate,
    amount: Money,
) -> PaymentRow {
    PaymentRow {
        tenant_id: fact.tenant(),
        payment_id: PaymentId::new(fact.aggregate_id),
        client_id,
        status: PaymentStatus::Settled,
        gateway: gateway.to_owned(),
        reference: None,
        received_on,
        currency: amount.currency(),
        amount: amount.minor(),
        allocated: 0,
        credit: 0,
        unapplied: 0,
        refunding: 0,
        refunded: 0,
        disputed: 0,
        lost: 0,
        reason: None,
        invoice_id: None,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

fn allocation(
    fact: &Fact<'_>,
    no: u32,
    invoice_id: InvoiceId,
    amount: Money,
) -> Result<AllocationRow, FoldError> {
    Ok(AllocationRow {
        tenant_id: fact.tenant(),
        payment_id: PaymentId::new(fact.aggregate_id),
        allocation_no: i64::from(no),
        invoice_id,
        amount: amount.minor(),
        currency: amount.currency(),
        allocated_on: fact.effective_on()?,
        position: fact.position,
    })
}

fn reversed(fact: &Fact<'_>, reversal: &Reversal) -> Result<ReversalRow, FoldError> {
    Ok(ReversalRow {
        tenant_id: fact.tenant(),
        payment_id: PaymentId::new(fact.aggregate_id),
        reversal_no: i64::from(reversal.no),
        allocation_no: i64::from(reversal.allocation_no),
        invoice_id: reversal.invoice_id,
        amount: reversal.amount.minor(),
        currency: reversal.amount.currency(),
        reopens: reversal.reopens,
        reversed_on: fact.effective_on()?,
        position: fact.position,
    })
}

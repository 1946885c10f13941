//! What happens to a payment once its money arrived, taken into its state.

use crate::kernel::Money;
use crate::payment::{
    Allocation, Dispute, Drawn, PaymentEvent, Refund, RefundStage, SettledPayment, Source,
};

impl SettledPayment {
    pub(super) fn take(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Allocated { no, invoice_id, amount, left, from, client_id: _ } => {
                let (no, invoice_id, amount) = (*no, *invoice_id, *amount);
                self.allocations.push(Allocation { no, invoice_id, amount });
                self.keep(*from, *left);
            }
            PaymentEvent::Unallocated { reversal, to, left, client_id: _ } => {
                self.reversals.push(*reversal);
                self.keep(*to, *left);
            }
            PaymentEvent::RefundRequested { no, amount, drawn, .. } => {
                self.draw_out(drawn);
                let (no, amount, drawn) = (*no, *amount, drawn.clone());
                self.refunds.push(Refund { no, amount, drawn, stage: RefundStage::Requested });
            }
            PaymentEvent::RefundSent { no, reference, .. } => {
                let reference = reference.clone();
                self.end_refund(*no, RefundStage::Sent { reference });
            }
            PaymentEvent::RefundFailed { no, allocations, to_credit, unapplied, .. } => {
                self.end_refund(*no, RefundStage::Failed);
                self.put_back(allocations, *to_credit, *unapplied);
            }
            PaymentEvent::DisputeOpened { no, reference, amount, drawn, .. } => {
                self.draw_out(drawn);
                let zero = Money::zero(amount.currency());
                self.disputes.push(Dispute {
                    no: *no,
                    reference: reference.clone(),
                    amount: *amount,
                    drawn: drawn.clone(),
                    undecided: *amount,
                    held: drawn.reopened().unwrap_or(zero),
                    lost: zero,
                });
            }
            PaymentEvent::DisputeWon {
                no,
                amount,
                released,
                allocations,
                to_credit,
                unapplied,
                ..
            } => {
                self.decide_dispute(*no, *amount, *released);
                self.put_back(allocations, *to_credit, *unapplied);
            }
            PaymentEvent::DisputeLost { no, amount, released, .. } => {
                self.decide_dispute(*no, *amount, *released);
                if let Some(dispute) = self.disputes.iter_mut().find(|one| one.no == *no) {
                    dispute.lost = *amount;
                }
            }
            PaymentEvent::DisputeFeeCharged { .. }
            | PaymentEvent::Attempted { .. }
            | PaymentEvent::Settled { .. }
            | PaymentEvent::Declined { .. } => {}
        }
    }

    fn keep(&mut self, place: Source, left: Money) {
        match place {
            Source::Unapplied => self.unapplied = left,
            Source::Credit => self.credit = left,
        }
    }

    fn draw_out(&mut self, drawn: &Drawn) {
        self.reversals.extend(&drawn.reversals);
        self.credit = less(self.credit, drawn.credit);
        self.unapplied = less(self.unapplied, drawn.unapplied);
    }

    fn put_back(&mut self, allocations: &[Allocation], to_credit: Money, unapplied: Money) {
        self.allocations.extend(allocations);
        self.credit = less(self.credit, to_credit.negate());
        self.unapplied = less(self.unapplied, unapplied.negate());
    }

    fn end_refund(&mut self, no: u32, stage: RefundStage) {
        if let Some(refund) = self.refunds.iter_mut().find(|one| one.no == no) {
            refund.stage = stage;
        }
    }

    fn decide_dispute(&mut self, no: u32, amount: Money, released: Money) {
        if let Some(dispute) = self.disputes.iter_mut().find(|one| one.no == no) {
            dispute.undecided = less(dispute.undecided, amount);
            dispute.held = less(dispute.held, released);
        }
    }
}

/// The difference, which the decision has proven to exist: what is taken lies there.
fn less(from: Money, amount: Money) -> Money {
    from.checked_sub(amount).unwrap_or(from)
}

//! What payments post.
//!
//! | fact        | debit                             | credit                         |
//! | ----------- | --------------------------------- | ------------------------------ |
//! | settled     | gateway clearing: amount          | receivable: allocations        |
//! |             |                                   | customer credit: to credit     |
//! |             |                                   | unapplied cash: rest           |
//! | allocated   | unapplied cash or customer credit | receivable: amount             |
//! | unallocated | receivable¹: amount               | unapplied cash or customer     |
//! |             |                                   | credit                         |
//!
//! ¹ Customer credit, if a credit note took the invoice back: what had paid it lies there since.
//! An attempt that is not decided or was declined moves no money. Refunds and disputes have
//! files of their own.

use crate::kernel::{ClientId, Money};
use crate::ledger::accounts::{CUSTOMER_CREDIT, GATEWAY_CLEARING, RECEIVABLE, UNAPPLIED_CASH};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::rules::{payment_dispute, payment_refund};
use crate::ledger::{AccountCode, LedgerError, Posting};
use crate::payment::{Allocation, PaymentEvent, Reversal, Source};

pub(super) fn postings(event: &PaymentEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        PaymentEvent::Settled {
            client_id,
            amount,
            gateway,
            allocations,
            to_credit,
            unapplied,
            ..
        } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            Arrived { allocations, to_credit: *to_credit, unapplied: *unapplied }
                .credit(&mut draft, *client_id)?;
            draft.finish()
        }
        PaymentEvent::Allocated { client_id, amount, from, .. } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(account(*from), *client_id), *amount)?;
            draft.credit(Target::of_client(RECEIVABLE, *client_id), *amount)?;
            draft.finish()
        }
        PaymentEvent::Unallocated { reversal, client_id, to, left: _ } => {
            let Reversal { amount, reopens, .. } = *reversal;
            let from = if reopens { RECEIVABLE } else { CUSTOMER_CREDIT };
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(from, *client_id), amount)?;
            draft.credit(Target::of_client(account(*to), *client_id), amount)?;
            draft.finish()
        }
        PaymentEvent::Attempted { .. } | PaymentEvent::Declined { .. } => Ok(None),
        PaymentEvent::RefundRequested { .. }
        | PaymentEvent::RefundSent { .. }
        | PaymentEvent::RefundFailed { .. } => payment_refund::postings(event),
        PaymentEvent::DisputeOpened { .. }
        | PaymentEvent::DisputeWon { .. }
        | PaymentEvent::DisputeLost { .. }
        | PaymentEvent::DisputeFeeCharged { .. } => payment_dispute::postings(event),
    }
}

/// Where money went that arrived or came back.
pub(super) struct Arrived<'a> {
    pub(super) allocations: &'a [Allocation],
    pub(super) to_credit: Money,
    pub(super) unapplied: Money,
}

impl Arrived<'_> {
    pub(super) fn credit(self, draft: &mut Draft, client: ClientId) -> Result<(), LedgerError> {
        let parts = self.allocations.iter().map(|part| part.amount);
        let allocated = Money::sum(self.to_credit.currency(), parts)?;
        draft.credit(Target::of_client(RECEIVABLE, client), allocated)?;
        draft.credit(Target::of_client(CUSTOMER_CREDIT, client), self.to_credit)?;
        draft.credit(Target::of_client(UNAPPLIED_CASH, client), self.unapplied)
    }
}

fn account(place: Source) -> AccountCode {
    match place {
        Source::Unapplied => UNAPPLIED_CASH,
        Source::Credit => CUSTOMER_CREDIT,
    }
}

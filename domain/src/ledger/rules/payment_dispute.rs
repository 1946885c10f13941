//! What disputes post.
//!
//! | fact   | debit                                     | credit                              |
//! | ------ | ----------------------------------------- | ----------------------------------- |
//! | opened | disputes receivable: invoices that reopen | gateway clearing: amount            |
//! |        | customer credit, unapplied cash: the rest |                                     |
//! | won    | gateway clearing: amount                  | disputes receivable: released       |
//! |        |                                           | receivable: allocations less that   |
//! |        |                                           | customer credit, unapplied cash     |
//! | lost   | receivable: released                      | disputes receivable: released       |
//! | fee    | payment fees: fee                         | gateway clearing: fee               |
//!
//! While a dispute is open, its invoices ask for the money again, but it stands apart from what
//! clients simply owe: receivable and disputes receivable together are the open invoices. Credit
//! and unapplied cash that the bank took are set off at once. A lost claim is owed like any
//! other; giving it up is a write-off of its invoice, which debits bad debt.

use crate::ledger::accounts::{DISPUTES, GATEWAY_CLEARING, PAYMENT_FEES, RECEIVABLE};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::rules::payment::Arrived;
use crate::ledger::rules::payment_refund::debit_drawn;
use crate::ledger::{LedgerError, Posting};
use crate::payment::PaymentEvent;

pub(super) fn postings(event: &PaymentEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        PaymentEvent::DisputeOpened { client_id, gateway, amount, drawn, .. } => {
            let mut draft = Draft::new(amount.currency());
            debit_drawn(&mut draft, *client_id, drawn, DISPUTES)?;
            draft.credit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            draft.finish()
        }
        PaymentEvent::DisputeWon {
            client_id,
            gateway,
            amount,
            released,
            allocations,
            to_credit,
            unapplied,
            ..
        } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            draft.credit(Target::of_client(DISPUTES, *client_id), *released)?;
            // What stood as disputed is owed no longer; what the money pays of it, it pays there.
            draft.debit(Target::of_client(RECEIVABLE, *client_id), *released)?;
            Arrived { allocations, to_credit: *to_credit, unapplied: *unapplied }
                .credit(&mut draft, *client_id)?;
            draft.finish()
        }
        PaymentEvent::DisputeLost { client_id, released, .. } => {
            let mut draft = Draft::new(released.currency());
            draft.debit(Target::of_client(RECEIVABLE, *client_id), *released)?;
            draft.credit(Target::of_client(DISPUTES, *client_id), *released)?;
            draft.finish()
        }
        PaymentEvent::DisputeFeeCharged { gateway, fee, .. } => {
            let mut draft = Draft::new(fee.currency());
            draft.debit(Target::of(PAYMENT_FEES), *fee)?;
            draft.credit(Target::detailed(GATEWAY_CLEARING, gateway), *fee)?;
            draft.finish()
        }
        _ => Ok(None),
    }
}

//! What payments post.
//!
//! | fact      | debit                             | credit                         |
//! | --------- | --------------------------------- | ------------------------------ |
//! | settled   | gateway clearing: amount          | receivable: allocations        |
//! |           |                                   | customer credit: to credit     |
//! |           |                                   | unapplied cash: rest           |
//! | allocated | unapplied cash or customer credit | receivable: amount             |

use crate::kernel::Money;
use crate::ledger::accounts::{CUSTOMER_CREDIT, GATEWAY_CLEARING, RECEIVABLE, UNAPPLIED_CASH};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};
use crate::payment::{PaymentEvent, Source};

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
            let currency = amount.currency();
            let allocated = Money::sum(currency, allocations.iter().map(|part| part.amount))?;
            let mut draft = Draft::new(currency);
            draft.debit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            draft.credit(Target::of_client(RECEIVABLE, *client_id), allocated)?;
            draft.credit(Target::of_client(CUSTOMER_CREDIT, *client_id), *to_credit)?;
            draft.credit(Target::of_client(UNAPPLIED_CASH, *client_id), *unapplied)?;
            draft.finish()
        }
        PaymentEvent::Allocated { client_id, amount, from, .. } => {
            let kept = match from {
                Source::Unapplied => UNAPPLIED_CASH,
                Source::Credit => CUSTOMER_CREDIT,
            };
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(kept, *client_id), *amount)?;
            draft.credit(Target::of_client(RECEIVABLE, *client_id), *amount)?;
            draft.finish()
        }
        PaymentEvent::Declined { .. } => Ok(None),
    }
}

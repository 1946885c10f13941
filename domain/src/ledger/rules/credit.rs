//! What a client's credit posts.
//!
//! | fact      | debit                    | credit                  |
//! | --------- | ------------------------ | ----------------------- |
//! | granted   | nothing: the source did  |                         |
//! | spent     | customer credit: amount  | receivable: amount      |
//! | unspent   | receivable: amount       | customer credit: amount |
//! | withdrawn | nothing: the payment did |                         |

use crate::credit::CreditEvent;
use crate::ledger::accounts::{CUSTOMER_CREDIT, RECEIVABLE};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};

pub(super) fn postings(event: &CreditEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        CreditEvent::Granted { .. } | CreditEvent::Withdrawn { .. } => Ok(None),
        CreditEvent::Spent { client_id, amount, .. } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(CUSTOMER_CREDIT, *client_id), *amount)?;
            draft.credit(Target::of_client(RECEIVABLE, *client_id), *amount)?;
            draft.finish()
        }
        CreditEvent::Unspent { client_id, amount, .. } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(RECEIVABLE, *client_id), *amount)?;
            draft.credit(Target::of_client(CUSTOMER_CREDIT, *client_id), *amount)?;
            draft.finish()
        }
    }
}

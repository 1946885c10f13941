//! What refunds post.
//!
//! | fact      | debit                            | credit                   |
//! | --------- | -------------------------------- | ------------------------ |
//! | requested | receivable: invoices that reopen | refunds payable: amount  |
//! |           | customer credit: from credit     |                          |
//! |           | unapplied cash: from there       |                          |
//! | sent      | refunds payable: amount          | gateway clearing: amount |
//! | failed    | refunds payable: amount          | receivable: allocations  |
//! |           |                                  | customer credit, unapplied cash: rest |
//!
//! A refund of a billing mistake goes together with a credit note, which credits the receivable
//! that the refund reopens: between them, revenue and tax stand against refunds payable.

use crate::kernel::ClientId;
use crate::ledger::accounts::{
    CUSTOMER_CREDIT, GATEWAY_CLEARING, RECEIVABLE, REFUNDS_PAYABLE, UNAPPLIED_CASH,
};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::rules::payment::Arrived;
use crate::ledger::{AccountCode, LedgerError, Posting};
use crate::payment::{Drawn, PaymentEvent};

pub(super) fn postings(event: &PaymentEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        PaymentEvent::RefundRequested { client_id, amount, drawn, .. } => {
            let mut draft = Draft::new(amount.currency());
            debit_drawn(&mut draft, *client_id, drawn, RECEIVABLE)?;
            draft.credit(Target::of_client(REFUNDS_PAYABLE, *client_id), *amount)?;
            draft.finish()
        }
        PaymentEvent::RefundSent { client_id, amount, gateway, .. } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(REFUNDS_PAYABLE, *client_id), *amount)?;
            draft.credit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            draft.finish()
        }
        PaymentEvent::RefundFailed {
            client_id, amount, allocations, to_credit, unapplied, ..
        } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of_client(REFUNDS_PAYABLE, *client_id), *amount)?;
            Arrived { allocations, to_credit: *to_credit, unapplied: *unapplied }
                .credit(&mut draft, *client_id)?;
            draft.finish()
        }
        _ => Ok(None),
    }
}

/// Debits what was drawn out of a payment; what invoices ask for again goes to `reopened`.
pub(super) fn debit_drawn(
    draft: &mut Draft,
    client: ClientId,
    drawn: &Drawn,
    reopened: AccountCode,
) -> Result<(), LedgerError> {
    for reversal in &drawn.reversals {
        let account = if reversal.reopens { reopened } else { CUSTOMER_CREDIT };
        draft.debit(Target::of_client(account, client), reversal.amount)?;
    }
    draft.debit(Target::of_client(CUSTOMER_CREDIT, client), drawn.credit)?;
    draft.debit(Target::of_client(UNAPPLIED_CASH, client), drawn.unapplied)
}

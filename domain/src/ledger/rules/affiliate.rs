//! What affiliates post.
//!
//! | fact                | debit              | credit                                    |
//! | ------------------- | ------------------ | ----------------------------------------- |
//! | commission approved | commission expense | commission payable                        |
//! | commission reversed | commission payable | commission expense                        |
//! | commission rejected | commission payable | commission expense                        |
//! | payout sent         | commission payable | bank (per channel), or customer credit    |
//!
//! A commission in its hold is not owed, so that neither earning it nor taking it
//! back posts. A
//! clawback leaves the affiliate's payable in debit until the next payout is set against it.

use crate::affiliate::{AffiliateEvent, PayoutTo, Stage};
use crate::kernel::ClientId;
use crate::ledger::accounts::{BANK, COMMISSION_EXPENSE, COMMISSION_PAYABLE, CUSTOMER_CREDIT};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};

pub(super) fn postings(event: &AffiliateEvent) -> Result<Option<Posting>, LedgerError> {
    let payable = |affiliate: &ClientId| Target::of_client(COMMISSION_PAYABLE, *affiliate);
    let expense = Target::of(COMMISSION_EXPENSE);
    match event {
        AffiliateEvent::CommissionApproved { affiliate, amount, .. } => {
            Draft::transfer(*amount, expense, payable(affiliate))
        }
        AffiliateEvent::CommissionReversed { stage: Stage::Pending, .. }
        | AffiliateEvent::CommissionRejected { stage: Stage::Pending, .. } => Ok(None),
        AffiliateEvent::CommissionReversed {
            stage: Stage::Approved | Stage::PaidOut,
            affiliate,
            amount,
            ..
        }
        | AffiliateEvent::CommissionRejected {
            stage: Stage::Approved | Stage::PaidOut,
            affiliate,
            amount,
            ..
        } => Draft::transfer(*amount, payable(affiliate), expense),
        AffiliateEvent::PayoutSent { affiliate, amount, to, .. } => {
            let to = match to {
                PayoutTo::CustomerCredit => Target::of_client(CUSTOMER_CREDIT, *affiliate),
                PayoutTo::Channel { key } => Target::detailed(BANK, key),
            };
            Draft::transfer(*amount, payable(affiliate), to)
        }
        AffiliateEvent::Enrolled { .. }
        | AffiliateEvent::Approved {}
        | AffiliateEvent::TermsSet { .. }
        | AffiliateEvent::Suspended { .. }
        | AffiliateEvent::Resumed {}
        | AffiliateEvent::ClientReferred { .. }
        | AffiliateEvent::ClicksCounted { .. }
        | AffiliateEvent::ReferralRejected { .. }
        | AffiliateEvent::CommissionAccrued { .. }
        | AffiliateEvent::PayoutRequested { .. }
        | AffiliateEvent::PayoutFailed { .. } => Ok(None),
    }
}

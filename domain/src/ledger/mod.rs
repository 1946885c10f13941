//! The general ledger, derived: every fact that moves money gives one balanced posting.
//!
//! Guarantees that debits equal credits per currency, because no other [`Posting`] can be made,
//! and that the same event always gives the same posting. Absent on purpose: balances, which are
//! sums somebody keeps, and closed periods, which move a posting's day but not its entries.

mod account;
mod chart;
mod exchange;
mod posting;
mod rules;
#[cfg(test)]
mod tests;

pub use account::{Account, AccountCode, AccountKind, Side};
pub use chart::{CHART, account};
pub use exchange::{Leg, Price, balances, revaluation};
pub use posting::{Entry, LedgerError, Posting};
pub use rules::{POSTING_STREAMS, deferrals, postings, recognition};

/// The codes of the chart, by name.
pub mod accounts {
    pub use super::chart::{
        BAD_DEBT, BAD_DEBT_RECOVERED, BANK, BREAKAGE, COMMISSION_EXPENSE, COMMISSION_PAYABLE,
        CUSTOMER_CREDIT, DEFERRED_REVENUE, DISPUTES, FX_GAIN, FX_LOSS, GATEWAY_CLEARING,
        GIFT_CARDS, LATE_FEES, PAYMENT_FEES, RECEIVABLE, REFUNDS_PAYABLE, REVENUE, ROUNDING,
        TAX_PAYABLE, UNAPPLIED_CASH,
    };
}

//! Files of a provider that say what it paid out and kept.

use billfold_domain::kernel::Money;
use chrono::NaiveDate;

/// A line of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedLine {
    /// The provider's own name for the movement: the same in every file that holds it.
    pub id: String,
    /// What moved.
    pub kind: StatedKind,
    /// The provider's name for the payment, refund or dispute behind it.
    pub reference: Option<String>,
    /// Our own reference, where the file holds it.
    pub ours: Option<String>,
    /// What moved before fees: positive towards us.
    pub gross: Money,
    /// What the provider kept; negative where it gave a fee back.
    pub fee: Money,
    /// What is left: gross less fee.
    pub net: Money,
    /// The day of it, UTC.
    pub on: NaiveDate,
    /// The payout it belongs to, where the file says so.
    pub payout: Option<String>,
}

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedKind {
    /// A charge.
    Charge,
    /// A refund.
    Refund,
    /// A dispute took money.
    Dispute,
    /// A dispute gave money back.
    DisputeReversal,
    /// A fee without a payment.
    Fee,
    /// Money sent to the bank.
    Payout,
    /// Anything else.
    Adjustment,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementRefusal {
    /// It is not what this driver's provider writes.
    #[error("this is no {expected}: {found}")]
    NotOurs {
        /// What was expected.
        expected: &'static str,
        /// What was found instead.
        found: String,
    },
    /// A column is missing.
    #[error("the column {column} is missing")]
    ColumnMissing {
        /// Its name.
        column: String,
    },
    /// A line breaks a rule.
    #[error("line {line}, {column}: {rule}")]
    Line {
        /// Its number, from 1, heading included.
        line: u64,
        /// Which column.
        column: String,
        /// What it breaks.
        rule: &'static str,
    },
}

/// Reads a provider's files; asks nobody.
pub trait Statements: Send + Sync {
    /// What kinds of file it reads, in words, such as `Stripe balance history (CSV)`.
    fn formats(&self) -> &'static [&'static str];

    /// The lines of a file, in its order.
    ///
    /// # Errors
    /// Why it cannot be read; nothing of it is taken then.
    fn read(&self, file: &[u8]) -> Result<Vec<StatedLine>, StatementRefusal>;
}

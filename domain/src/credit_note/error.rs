//! Why a credit note is refused.

use thiserror::Error;

use crate::kernel::{Money, MoneyRefusal, Refusal, RefusalKind};

/// A refusal about a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CreditNoteRefusal {
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// The invoice has no such line.
    #[error("the invoice has no line {line}")]
    NoSuchLine {
        /// The line asked for.
        line: String,
    },
    /// An amount below zero would be a charge.
    #[error("a credit note cannot take {amount} off line {line}")]
    Negative {
        /// The line.
        line: String,
        /// The amount asked for.
        amount: Money,
    },
    /// More than earlier notes left.
    #[error("only {left} of line {line} is left to be credited")]
    OverCredit {
        /// The line.
        line: String,
        /// What is left of it.
        left: Money,
    },
    /// More days than there are.
    #[error("{unused} of {cycle} days cannot be unused")]
    Days {
        /// The days said to be unused.
        unused: u64,
        /// The days paid for.
        cycle: u64,
    },
}

impl Refusal for CreditNoteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Money(refusal) => refusal.code(),
            Self::NoSuchLine { .. } => "credit_note.no_such_line",
            Self::Negative { .. } => "credit_note.negative",
            Self::OverCredit { .. } => "credit_note.over_credit",
            Self::Days { .. } => "credit_note.days_out_of_range",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Money(refusal) => refusal.kind(),
            Self::Negative { .. } | Self::Days { .. } => RefusalKind::Malformed,
            Self::NoSuchLine { .. } => RefusalKind::Missing,
            Self::OverCredit { .. } => RefusalKind::Rule,
        }
    }
}

//! Why a credit note is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::invoice::InvoiceRefusal;
use crate::kernel::{Invalid, InvoiceId, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CreditNoteRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Its lines break the rules of a document's lines.
    #[error(transparent)]
    Lines(#[from] InvoiceRefusal),
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// The note was issued and cannot be changed.
    #[error("the credit note was issued as {number} and stays as it is")]
    AlreadyIssued {
        /// Its number.
        number: String,
    },
    /// A note of nothing, or one that charges.
    #[error("a credit note gives something back, this one comes to {total}")]
    NothingToCredit {
        /// What it comes to.
        total: Money,
    },
    /// An offset of nothing or less.
    #[error("an offset of {amount} on {invoice_id} is none")]
    OffsetNotPositive {
        /// The invoice.
        invoice_id: InvoiceId,
        /// The amount asked for.
        amount: Money,
    },
    /// More is set off than the note gives back.
    #[error("{offset} cannot be set off by a note of {total}")]
    OffsetBeyondNote {
        /// All offsets.
        offset: Money,
        /// The note.
        total: Money,
    },
    /// The number was taken from the series of another year.
    #[error("number {number} belongs to another year than {date}")]
    NumberOfAnotherYear {
        /// The number.
        number: String,
        /// The note's date.
        date: NaiveDate,
    },
    /// The buyer's details on a document must survive an erasure as long as the law wants.
    #[error("the buyer must be sealed under the fiscal key")]
    WrongKey,
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
            Self::Invalid(invalid) => invalid.code(),
            Self::Lines(refusal) => refusal.code(),
            Self::Money(refusal) => refusal.code(),
            Self::AlreadyIssued { .. } => "credit_note.already_issued",
            Self::NothingToCredit { .. } => "credit_note.nothing_to_credit",
            Self::OffsetNotPositive { .. } => "credit_note.offset_not_positive",
            Self::OffsetBeyondNote { .. } => "credit_note.offset_beyond_note",
            Self::NumberOfAnotherYear { .. } => "credit_note.number_of_another_year",
            Self::WrongKey => "credit_note.wrong_key",
            Self::NoSuchLine { .. } => "credit_note.no_such_line",
            Self::Negative { .. } => "credit_note.negative",
            Self::OverCredit { .. } => "credit_note.over_credit",
            Self::Days { .. } => "credit_note.days_out_of_range",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Lines(refusal) => refusal.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Negative { .. }
            | Self::Days { .. }
            | Self::OffsetNotPositive { .. }
            | Self::WrongKey => RefusalKind::Malformed,
            Self::NoSuchLine { .. } => RefusalKind::Missing,
            Self::OverCredit { .. }
            | Self::NothingToCredit { .. }
            | Self::OffsetBeyondNote { .. }
            | Self::NumberOfAnotherYear { .. } => RefusalKind::Rule,
            Self::AlreadyIssued { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Lines(refusal) => refusal.field(),
            Self::NothingToCredit { .. } => Some("/lines"),
            Self::OffsetNotPositive { .. } | Self::OffsetBeyondNote { .. } => Some("/offsets"),
            _ => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            Self::Lines(refusal) => refusal.problems(),
            _ => Problem::of(self),
        }
    }
}

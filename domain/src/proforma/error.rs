//! Why a request about a proforma is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::invoice::InvoiceRefusal;
use crate::kernel::{Invalid, Money, Problem, Refusal, RefusalKind};

/// A refusal about a proforma.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProformaRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Its lines break the rules of a document's lines.
    #[error(transparent)]
    Lines(#[from] InvoiceRefusal),
    /// No such proforma.
    #[error("there is no such proforma")]
    Absent,
    /// It stays as it is.
    #[error("the proforma was issued as {number} and stays as it is")]
    AlreadyIssued {
        /// Its number.
        number: String,
    },
    /// It became an invoice.
    #[error("the proforma became invoice {invoice}")]
    AlreadyConverted {
        /// Number of the invoice.
        invoice: String,
    },
    /// Nobody is to pay it any more.
    #[error("the proforma was withdrawn on {on}")]
    Withdrawn {
        /// When.
        on: NaiveDate,
    },
    /// A proforma asks for money.
    #[error("a proforma asks for something, this one comes to {total}")]
    NothingToAsk {
        /// What the lines sum to.
        total: Money,
    },
    /// It ends before it begins.
    #[error("the last day {valid_until} lies before the date {issue_date}")]
    ValidBeforeIssue {
        /// The last day asked for.
        valid_until: NaiveDate,
        /// Its date.
        issue_date: NaiveDate,
    },
    /// The number was taken from the series of another year.
    #[error("number {number} belongs to another year than {date}")]
    NumberOfAnotherYear {
        /// The number.
        number: String,
        /// The date.
        date: NaiveDate,
    },
    /// The buyer's details on a document must survive an erasure as long as the law wants.
    #[error("the buyer must be sealed under the fiscal key")]
    WrongKey,
}

impl Refusal for ProformaRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Lines(refusal) => refusal.code(),
            Self::Absent => "proforma.absent",
            Self::AlreadyIssued { .. } => "proforma.already_issued",
            Self::AlreadyConverted { .. } => "proforma.already_converted",
            Self::Withdrawn { .. } => "proforma.withdrawn",
            Self::NothingToAsk { .. } => "proforma.nothing_to_ask",
            Self::ValidBeforeIssue { .. } => "proforma.valid_before_issue",
            Self::NumberOfAnotherYear { .. } => "proforma.number_of_another_year",
            Self::WrongKey => "proforma.wrong_key",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Lines(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::WrongKey => RefusalKind::Malformed,
            Self::NothingToAsk { .. }
            | Self::ValidBeforeIssue { .. }
            | Self::NumberOfAnotherYear { .. } => RefusalKind::Rule,
            Self::AlreadyIssued { .. } | Self::AlreadyConverted { .. } | Self::Withdrawn { .. } => {
                RefusalKind::State
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Lines(refusal) => refusal.field(),
            Self::NothingToAsk { .. } => Some("/lines"),
            Self::ValidBeforeIssue { .. } => Some("/valid_until"),
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

//! Why a credit note is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::invoice::InvoiceRefusal;
use crate::kernel::{
    Invalid, InvoiceId, Money, MoneyRefusal, Percent, Problem, Refusal, RefusalKind,
};

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
    /// Taxes that do not belong to the lines.
    #[error("the taxes of the note are not those of its lines")]
    OtherTaxes,
    /// Nothing of the invoice is left.
    #[error("nothing of the invoice is left to be credited")]
    NothingLeft,
    /// The invoice was taken back whole, given up, or never issued.
    #[error("no part of an invoice goes back that is {status}")]
    NotCreditable {
        /// How it stands.
        status: &'static str,
    },
    /// More than the lines of one tax come to, because another line takes something off.
    #[error("only {left} is left at {rate} %, credit what takes money off with it")]
    BeyondTaxGroup {
        /// The rate.
        rate: Percent,
        /// What is left, without tax.
        left: Money,
    },
    /// More than is left of the invoice as a whole.
    #[error("only {left} is left of the invoice")]
    BeyondInvoice {
        /// What is left, with tax.
        left: Money,
    },
    /// Days of a line that is for none.
    #[error("line {line} is for no days of service")]
    NoPeriod {
        /// The line.
        line: String,
    },
    /// Days that the line was not for.
    #[error("line {line} is for the days from {from} to before {to}")]
    OtherDays {
        /// The line.
        line: String,
        /// Its first day.
        from: NaiveDate,
        /// The day after its last one.
        to: NaiveDate,
    },
    /// One part of what is asked for is refused.
    #[error("{because}")]
    InPart {
        /// Where it stands in the request.
        field: String,
        /// Why.
        because: Box<Self>,
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
            Self::OtherTaxes => "credit_note.other_taxes",
            Self::NothingLeft => "credit_note.nothing_left",
            Self::NotCreditable { .. } => "credit_note.not_creditable",
            Self::BeyondTaxGroup { .. } => "credit_note.beyond_tax_group",
            Self::BeyondInvoice { .. } => "credit_note.beyond_invoice",
            Self::NoPeriod { .. } => "credit_note.no_period",
            Self::OtherDays { .. } => "credit_note.other_days",
            Self::InPart { because, .. } => because.code(),
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
            Self::InPart { because, .. } => match because.kind() {
                // It is the request that names a line the invoice does not have.
                RefusalKind::Missing => RefusalKind::Rule,
                kind => kind,
            },
            Self::NoSuchLine { .. } => RefusalKind::Missing,
            Self::OtherTaxes
            | Self::NothingLeft
            | Self::BeyondTaxGroup { .. }
            | Self::BeyondInvoice { .. }
            | Self::NoPeriod { .. }
            | Self::OtherDays { .. }
            | Self::OverCredit { .. }
            | Self::NothingToCredit { .. }
            | Self::OffsetBeyondNote { .. }
            | Self::NumberOfAnotherYear { .. } => RefusalKind::Rule,
            Self::AlreadyIssued { .. } | Self::NotCreditable { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Lines(refusal) => refusal.field(),
            Self::NothingToCredit { .. }
            | Self::BeyondTaxGroup { .. }
            | Self::BeyondInvoice { .. } => Some("/lines"),
            Self::InPart { field, .. } => Some(field),
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

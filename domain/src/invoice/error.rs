//! Why a request about an invoice is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvoiceRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such invoice.
    #[error("there is no such invoice")]
    Absent,
    /// The id belongs to another invoice.
    #[error("an invoice already exists under this id")]
    AlreadyDrafted,
    /// The draft was thrown away.
    #[error("the draft was discarded")]
    Discarded,
    /// Only an issued invoice can be paid, voided or written off.
    #[error("the invoice is still a draft, issue it first")]
    NotIssued,
    /// An issued invoice is frozen.
    #[error("the invoice was issued as {number} and cannot change, void it and issue another")]
    AlreadyIssued {
        /// Its number.
        number: String,
    },
    /// No line of this number.
    #[error("the draft has no line {line_no}")]
    NoSuchLine {
        /// The number asked for.
        line_no: u32,
    },
    /// A coupon is reserved for the draft, and its discount was computed from its lines.
    #[error("a coupon comes off the draft, take it off first")]
    HasCoupon,
    /// No such coupon comes off it.
    #[error("the coupon does not come off this draft")]
    NoSuchCoupon,
    /// Nothing is billed, or too much at once.
    #[error("an invoice has 1 to {limit} lines, this one has {found}")]
    LineCount {
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// The lines sum to less than nothing; that is a credit note.
    #[error("the total of an invoice cannot be negative, {total} is a credit note")]
    NegativeTotal {
        /// What the lines sum to.
        total: Money,
    },
    /// A correction upwards that charges nothing.
    #[error("a debit correction charges something, this one comes to {total}")]
    NothingToCharge {
        /// What the lines sum to.
        total: Money,
    },
    /// Nobody said until when to pay.
    #[error("an invoice needs a due date")]
    DueDateMissing,
    /// Due before it exists.
    #[error("the due date {due_date} lies before the issue date {issue_date}")]
    DueBeforeIssue {
        /// The due date.
        due_date: NaiveDate,
        /// The issue date.
        issue_date: NaiveDate,
    },
    /// The number was taken from the series of another year.
    #[error("number {number} belongs to another year than {date}")]
    NumberOfAnotherYear {
        /// The number.
        number: String,
        /// The document's date.
        date: NaiveDate,
    },
    /// The buyer's details on a document must survive an erasure as long as the law wants.
    #[error("the buyer must be sealed under the fiscal key")]
    WrongKey,
    /// Somebody else's payment.
    #[error("the payment is of another client than the invoice")]
    OtherClient,
    /// A payment of nothing or less.
    #[error("the amount must be more than nothing")]
    NothingToApply,
    /// More than is owed; the rest belongs to the client's credit.
    #[error("only {balance_due} is still owed, {amount} is too much")]
    MoreThanOwed {
        /// What was asked for.
        amount: Money,
        /// What is owed.
        balance_due: Money,
    },
    /// The number of an allocation or a reversal stands for another amount already.
    #[error("this part of the payment stands with {recorded}, give another one its own number")]
    OtherAmount {
        /// The amount it stands for.
        recorded: Money,
    },
    /// Nothing of this payment can be taken back, or not as much.
    #[error("only {pays} of this allocation still pays the invoice, {amount} cannot be taken back")]
    MoreThanApplied {
        /// What was asked for.
        amount: Money,
        /// What still pays the invoice.
        pays: Money,
    },
    /// Voiding would give back a second time what a credit note gave back.
    #[error("credit note {credit_note} gave back a part, credit the rest by another one")]
    AlreadyCredited {
        /// The note.
        credit_note: String,
    },
    /// Credit notes took all of it back, so there is nothing to correct.
    #[error("credit notes up to {credit_note} took the whole invoice back, issue a new one")]
    FullyCredited {
        /// The last note.
        credit_note: String,
    },
    /// Nothing is owed any more.
    #[error("the invoice was settled on {settled_on}")]
    AlreadySettled {
        /// The day it was.
        settled_on: NaiveDate,
    },
    /// A credit note took the invoice back.
    #[error("the invoice was voided on {voided_on}")]
    AlreadyVoided {
        /// Date of the credit note.
        voided_on: NaiveDate,
    },
    /// The claim was given up.
    #[error("the invoice was written off on {written_off_on}")]
    WrittenOff {
        /// The day it was given up.
        written_off_on: NaiveDate,
    },
    /// A correction dated before what it corrects.
    #[error("{date} lies before the issue date {issue_date}")]
    BeforeIssue {
        /// The day asked for.
        date: NaiveDate,
        /// The issue date.
        issue_date: NaiveDate,
    },
}

impl Refusal for InvoiceRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "invoice.absent",
            Self::AlreadyDrafted => "invoice.already_drafted",
            Self::Discarded => "invoice.discarded",
            Self::NotIssued => "invoice.not_issued",
            Self::AlreadyIssued { .. } => "invoice.already_issued",
            Self::NoSuchLine { .. } => "invoice.no_such_line",
            Self::HasCoupon => "invoice.has_coupon",
            Self::NoSuchCoupon => "invoice.no_such_coupon",
            Self::LineCount { .. } => "invoice.line_count",
            Self::NegativeTotal { .. } => "invoice.negative_total",
            Self::NothingToCharge { .. } => "invoice.nothing_to_charge",
            Self::FullyCredited { .. } => "invoice.fully_credited",
            Self::DueDateMissing => "invoice.due_date_missing",
            Self::DueBeforeIssue { .. } => "invoice.due_before_issue",
            Self::NumberOfAnotherYear { .. } => "invoice.number_of_another_year",
            Self::WrongKey => "invoice.wrong_key",
            Self::OtherClient => "invoice.other_client",
            Self::NothingToApply => "invoice.nothing_to_apply",
            Self::MoreThanOwed { .. } => "invoice.more_than_owed",
            Self::OtherAmount { .. } => "invoice.other_amount",
            Self::MoreThanApplied { .. } => "invoice.more_than_applied",
            Self::AlreadyCredited { .. } => "invoice.already_credited",
            Self::AlreadySettled { .. } => "invoice.already_settled",
            Self::AlreadyVoided { .. } => "invoice.already_voided",
            Self::WrittenOff { .. } => "invoice.written_off",
            Self::BeforeIssue { .. } => "invoice.before_issue",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::WrongKey | Self::NothingToApply => RefusalKind::Malformed,
            Self::NoSuchLine { .. }
            | Self::LineCount { .. }
            | Self::NegativeTotal { .. }
            | Self::NothingToCharge { .. }
            | Self::DueDateMissing
            | Self::DueBeforeIssue { .. }
            | Self::NumberOfAnotherYear { .. }
            | Self::OtherClient
            | Self::MoreThanOwed { .. }
            | Self::OtherAmount { .. }
            | Self::MoreThanApplied { .. }
            | Self::BeforeIssue { .. } => RefusalKind::Rule,
            Self::AlreadyDrafted
            | Self::HasCoupon
            | Self::NoSuchCoupon
            | Self::Discarded
            | Self::NotIssued
            | Self::AlreadyIssued { .. }
            | Self::AlreadyCredited { .. }
            | Self::FullyCredited { .. }
            | Self::AlreadySettled { .. }
            | Self::AlreadyVoided { .. }
            | Self::WrittenOff { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::NoSuchLine { .. } => Some("/line_no"),
            Self::LineCount { .. } | Self::NegativeTotal { .. } | Self::NothingToCharge { .. } => {
                Some("/lines")
            }
            Self::DueDateMissing | Self::DueBeforeIssue { .. } => Some("/due_date"),
            Self::NothingToApply
            | Self::MoreThanOwed { .. }
            | Self::OtherAmount { .. }
            | Self::MoreThanApplied { .. } => Some("/amount"),
            _ => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}

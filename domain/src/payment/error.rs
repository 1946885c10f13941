//! Why a request about a payment is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, InvoiceId, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such payment.
    #[error("there is no such payment")]
    Absent,
    /// The id belongs to another payment.
    #[error("a payment is already recorded under this id")]
    AlreadyRecorded,
    /// The attempt failed; another try is another payment.
    #[error("the payment was declined, record another try as another payment")]
    Declined,
    /// An amount of nothing or less.
    #[error("the amount must be more than nothing")]
    NotPositive,
    /// Credit of less than nothing.
    #[error("what becomes credit cannot be negative")]
    NegativeCredit,
    /// More is given away than arrived.
    #[error("allocations and credit are {given}, but only {amount} arrived")]
    MoreThanArrived {
        /// Allocations and credit together.
        given: Money,
        /// What arrived.
        amount: Money,
    },
    /// More is matched than is left.
    #[error("only {left} is left to match, {amount} is too much")]
    MoreThanLeft {
        /// What was asked for.
        amount: Money,
        /// What lies there.
        left: Money,
    },
    /// One invoice twice in one payment; put the amounts together.
    #[error("the payment names {invoice_id} twice")]
    InvoiceTwice {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Too many invoices at once.
    #[error("a payment pays at most {limit} invoices at once, this one names {found}")]
    TooManyAllocations {
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// Money from the future.
    #[error("the payment is dated {date}, which lies after {today}")]
    InFuture {
        /// The date given.
        date: NaiveDate,
        /// The day the request counts for.
        today: NaiveDate,
    },
}

impl Refusal for PaymentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "payment.absent",
            Self::AlreadyRecorded => "payment.already_recorded",
            Self::Declined => "payment.declined",
            Self::NotPositive => "payment.not_positive",
            Self::NegativeCredit => "payment.negative_credit",
            Self::MoreThanArrived { .. } => "payment.more_than_arrived",
            Self::MoreThanLeft { .. } => "payment.more_than_left",
            Self::InvoiceTwice { .. } => "payment.invoice_twice",
            Self::TooManyAllocations { .. } => "payment.too_many_allocations",
            Self::InFuture { .. } => "payment.in_future",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::NotPositive | Self::NegativeCredit | Self::TooManyAllocations { .. } => {
                RefusalKind::Malformed
            }
            Self::MoreThanArrived { .. }
            | Self::MoreThanLeft { .. }
            | Self::InvoiceTwice { .. }
            | Self::InFuture { .. } => RefusalKind::Rule,
            Self::AlreadyRecorded | Self::Declined => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::NotPositive | Self::MoreThanLeft { .. } => Some("/amount"),
            Self::NegativeCredit => Some("/to_credit"),
            Self::MoreThanArrived { .. }
            | Self::InvoiceTwice { .. }
            | Self::TooManyAllocations { .. } => Some("/allocations"),
            Self::InFuture { .. } => Some("/received_on"),
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

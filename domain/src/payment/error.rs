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
    /// The attempt is not decided.
    #[error("no money of this payment has arrived yet")]
    NotSettled,
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
    /// More is sent back than lies where it is taken from.
    #[error("only {left} can be refunded from there, {amount} is too much")]
    MoreThanRefundable {
        /// What was asked for.
        amount: Money,
        /// What lies there.
        left: Money,
    },
    /// Nothing is left of the payment that a bank could take back.
    #[error("refunds and disputes have taken back all of the payment")]
    NothingLeft,
    /// More comes back than was disputed.
    #[error("only {undecided} of the dispute is undecided, {amount} is too much")]
    MoreThanDisputed {
        /// What was asked for.
        amount: Money,
        /// What is undecided.
        undecided: Money,
    },
    /// No allocation of this number.
    #[error("the payment has no allocation {allocation_no}")]
    NoSuchAllocation {
        /// The number asked for.
        allocation_no: u32,
    },
    /// No refund of this number.
    #[error("the payment has no refund {refund_no}")]
    NoSuchRefund {
        /// The number asked for.
        refund_no: u32,
    },
    /// No dispute of this number.
    #[error("the payment has no dispute {dispute_no}")]
    NoSuchDispute {
        /// The number asked for.
        dispute_no: u32,
    },
    /// The refund was sent, or failed, before; another one is another refund.
    #[error("refund {refund_no} has ended already, request another one")]
    RefundEnded {
        /// Which refund.
        refund_no: u32,
    },
    /// All of the dispute is won or lost.
    #[error("dispute {dispute_no} is decided already")]
    DisputeDecided {
        /// Which dispute.
        dispute_no: u32,
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
        /// The field that says so, as a JSON pointer.
        field: &'static str,
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
            Self::NotSettled => "payment.not_settled",
            Self::NotPositive => "payment.not_positive",
            Self::NegativeCredit => "payment.negative_credit",
            Self::MoreThanArrived { .. } => "payment.more_than_arrived",
            Self::MoreThanLeft { .. } => "payment.more_than_left",
            Self::MoreThanRefundable { .. } => "payment.more_than_refundable",
            Self::NothingLeft => "payment.nothing_left",
            Self::MoreThanDisputed { .. } => "payment.more_than_disputed",
            Self::NoSuchAllocation { .. } => "payment.no_such_allocation",
            Self::NoSuchRefund { .. } => "payment.no_such_refund",
            Self::NoSuchDispute { .. } => "payment.no_such_dispute",
            Self::RefundEnded { .. } => "payment.refund_ended",
            Self::DisputeDecided { .. } => "payment.dispute_decided",
            Self::InvoiceTwice { .. } => "payment.invoice_twice",
            Self::TooManyAllocations { .. } => "payment.too_many_allocations",
            Self::InFuture { .. } => "payment.in_future",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent
            | Self::NoSuchAllocation { .. }
            | Self::NoSuchRefund { .. }
            | Self::NoSuchDispute { .. } => RefusalKind::Missing,
            Self::NotPositive | Self::NegativeCredit | Self::TooManyAllocations { .. } => {
                RefusalKind::Malformed
            }
            Self::MoreThanArrived { .. }
            | Self::MoreThanLeft { .. }
            | Self::MoreThanRefundable { .. }
            | Self::MoreThanDisputed { .. }
            | Self::InvoiceTwice { .. }
            | Self::InFuture { .. } => RefusalKind::Rule,
            Self::AlreadyRecorded
            | Self::Declined
            | Self::NotSettled
            | Self::NothingLeft
            | Self::RefundEnded { .. }
            | Self::DisputeDecided { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::NotPositive
            | Self::MoreThanLeft { .. }
            | Self::MoreThanRefundable { .. }
            | Self::MoreThanDisputed { .. } => Some("/amount"),
            Self::NoSuchAllocation { .. } => Some("/allocation_no"),
            Self::NoSuchRefund { .. } => Some("/refund_no"),
            Self::NoSuchDispute { .. } => Some("/dispute_no"),
            Self::NegativeCredit => Some("/to_credit"),
            Self::MoreThanArrived { .. }
            | Self::InvoiceTwice { .. }
            | Self::TooManyAllocations { .. } => Some("/allocations"),
            Self::InFuture { field, .. } => Some(field),
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

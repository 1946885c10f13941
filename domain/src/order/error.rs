//! Why a request about an order is refused.

use thiserror::Error;

use crate::kernel::{Invalid, InvoiceId, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about an order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OrderRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The items cannot be added up.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such order.
    #[error("there is no such order")]
    Absent,
    /// The id belongs to another order.
    #[error("an order was already placed under this id")]
    AlreadyPlaced,
    /// Nothing is ordered, or too much at once.
    #[error("an order has 1 to {limit} items, this one has {found}")]
    ItemCount {
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// The items sum to less than nothing.
    #[error("the total of an order cannot be negative")]
    NegativeTotal,
    /// It may be fraud.
    #[error("the order is held back, release it or cancel it")]
    Held,
    /// Nobody holds it back.
    #[error("the order is not held back")]
    NotHeld,
    /// It was not accepted.
    #[error("the order was not accepted yet")]
    NotAccepted,
    /// It comes about already.
    #[error("the order was accepted, end what it began instead")]
    AlreadyAccepted,
    /// The subscriptions are not those of the items.
    #[error("name one subscription for each item that recurs, in the order of the items")]
    WrongSubscriptions,
    /// Its invoice is not paid.
    #[error("the order is not paid: {invoice_id} is open")]
    Unpaid {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// It was delivered and paid.
    #[error("the order is complete")]
    Completed,
    /// An invoice asks for the money already.
    #[error("the order is billed by {invoice_id}, void that invoice instead")]
    AlreadyInvoiced {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// The order was given up.
    #[error("the order was cancelled")]
    Cancelled,
}

impl Refusal for OrderRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "order.absent",
            Self::AlreadyPlaced => "order.already_placed",
            Self::ItemCount { .. } => "order.item_count",
            Self::NegativeTotal => "order.negative_total",
            Self::Held => "order.held",
            Self::NotHeld => "order.not_held",
            Self::NotAccepted => "order.not_accepted",
            Self::AlreadyAccepted => "order.already_accepted",
            Self::WrongSubscriptions => "order.wrong_subscriptions",
            Self::Unpaid { .. } => "order.unpaid",
            Self::Completed => "order.completed",
            Self::AlreadyInvoiced { .. } => "order.already_invoiced",
            Self::Cancelled => "order.cancelled",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::ItemCount { .. } => RefusalKind::Malformed,
            Self::NegativeTotal | Self::WrongSubscriptions => RefusalKind::Rule,
            Self::AlreadyPlaced
            | Self::Held
            | Self::NotHeld
            | Self::NotAccepted
            | Self::AlreadyAccepted
            | Self::Unpaid { .. }
            | Self::Completed
            | Self::AlreadyInvoiced { .. }
            | Self::Cancelled => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Money(_) | Self::ItemCount { .. } | Self::NegativeTotal => Some("/items"),
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

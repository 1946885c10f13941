//! Why a request about a payment method is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a payment method.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentMethodRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such method.
    #[error("there is no such payment method")]
    Absent,
    /// The id belongs to another method.
    #[error("another payment method is attached under this id")]
    AlreadyAttached,
    /// It is good no longer.
    #[error("the payment method has expired, attach a new one")]
    Expired,
    /// It is forgotten.
    #[error("the payment method was detached, attach a new one")]
    Detached,
    /// Its last month has passed.
    #[error("the payment method was good only until before {today}")]
    AlreadyOver {
        /// The day the request counts for.
        today: NaiveDate,
    },
}

impl Refusal for PaymentMethodRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "payment_method.absent",
            Self::AlreadyAttached => "payment_method.already_attached",
            Self::Expired => "payment_method.expired",
            Self::Detached => "payment_method.detached",
            Self::AlreadyOver { .. } => "payment_method.already_over",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::AlreadyOver { .. } => RefusalKind::Rule,
            Self::AlreadyAttached | Self::Expired | Self::Detached => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::AlreadyOver { .. } => Some("/instrument/expires"),
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

//! Why a request about a product is refused.

use thiserror::Error;

use crate::kernel::{Invalid, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a product.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProductRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The setup fee is in another currency than the price.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such product.
    #[error("there is no such product")]
    Absent,
    /// The id belongs to another product.
    #[error("a product with the code {code} already exists under this id")]
    AlreadyCreated {
        /// Its code.
        code: String,
    },
    /// A price of less than nothing.
    #[error("a price cannot be negative")]
    NegativePrice,
    /// The product is no longer sold.
    #[error("the product is retired")]
    Retired,
}

impl Refusal for ProductRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "product.absent",
            Self::AlreadyCreated { .. } => "product.already_created",
            Self::NegativePrice => "product.negative_price",
            Self::Retired => "product.retired",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::NegativePrice => RefusalKind::Malformed,
            Self::AlreadyCreated { .. } | Self::Retired => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Money(_) => Some("/setup_fee"),
            Self::NegativePrice => Some("/price"),
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

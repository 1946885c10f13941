//! Why revenue cannot be scheduled.

use thiserror::Error;

use crate::kernel::{Money, MoneyRefusal, Quantity, Refusal, RefusalKind};
use crate::revenue::MOST_MONTHS;

/// A refusal about revenue.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RevenueRefusal {
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No month to earn anything in, or more of them than anybody sells.
    #[error("revenue is spread over 1 to {MOST_MONTHS} months, not over {found}")]
    Months {
        /// How many there would be.
        found: u64,
    },
    /// A change outside the contract.
    #[error("a contract of {months} months cannot change after {elapsed} of them")]
    Elapsed {
        /// Months of the contract.
        months: u32,
        /// Months said to have passed.
        elapsed: Quantity,
    },
    /// A price of less than nothing has no share in a bundle.
    #[error("a stand-alone price cannot be {price}")]
    NegativePrice {
        /// The price.
        price: Money,
    },
}

impl Refusal for RevenueRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Money(refusal) => refusal.code(),
            Self::Months { .. } => "revenue.months",
            Self::Elapsed { .. } => "revenue.elapsed",
            Self::NegativePrice { .. } => "revenue.negative_price",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }
}

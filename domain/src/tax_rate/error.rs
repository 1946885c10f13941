//! Why a request about a tax rate is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{ClientId, Invalid, Problem, Refusal, RefusalKind};
use crate::tax::RateRefusal;

/// A refusal about a tax rate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TaxRateRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Two rates for one day.
    #[error(transparent)]
    Rate(#[from] RateRefusal),
    /// No such rate.
    #[error("there is no such tax rate")]
    Absent,
    /// The id belongs to another tax.
    #[error("the tax {key} is already defined under this id")]
    AlreadyDefined {
        /// Country, class, code and region.
        key: String,
    },
    /// What was charged cannot change.
    #[error("the change begins on {from}, which lies before {today}, use {today} or later")]
    InPast {
        /// The day given.
        from: NaiveDate,
        /// The day the request counts for.
        today: NaiveDate,
    },
    /// Two exemptions for one day.
    #[error("{client_id} is exempt from {valid_from} on already, end that exemption first")]
    AlreadyExempt {
        /// The client.
        client_id: ClientId,
        /// First day of the exemption in the way.
        valid_from: NaiveDate,
    },
    /// Nothing to end.
    #[error("{client_id} was never exempt from the tax")]
    NotExempt {
        /// The client.
        client_id: ClientId,
    },
    /// Some taxes of a place are part of the price and some are not.
    #[error("{code} is part of the price and other taxes of the place are not, or the reverse")]
    MixedPrices {
        /// The tax that differs from the first.
        code: String,
    },
}

impl Refusal for TaxRateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Rate(refusal) => refusal.code(),
            Self::Absent => "tax_rate.absent",
            Self::AlreadyDefined { .. } => "tax_rate.already_defined",
            Self::InPast { .. } => "tax_rate.in_past",
            Self::AlreadyExempt { .. } => "tax_rate.already_exempt",
            Self::NotExempt { .. } => "tax_rate.not_exempt",
            Self::MixedPrices { .. } => "tax_rate.mixed_prices",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Rate(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::InPast { .. } | Self::AlreadyExempt { .. } | Self::MixedPrices { .. } => {
                RefusalKind::Rule
            }
            Self::AlreadyDefined { .. } | Self::NotExempt { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Rate(refusal) => refusal.field(),
            Self::InPast { .. } => Some("/from"),
            Self::AlreadyExempt { .. } => Some("/exemption/valid_from"),
            Self::NotExempt { .. } => Some("/client_id"),
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

//! Why a service cannot be renewed.

use thiserror::Error;

use crate::kernel::{MoneyRefusal, Refusal, RefusalKind};
use crate::service::ServiceStatus;

/// A refusal to renew a hosted service.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RenewalRefusal {
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// It ended.
    #[error("a {} service cannot be renewed, order it again", status.word())]
    Ended {
        /// How.
        status: ServiceStatus,
    },
    /// Its end would lie past the last day we can write.
    #[error("the service would end past the end of the calendar")]
    PastCalendar,
}

impl Refusal for RenewalRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Money(refusal) => refusal.code(),
            Self::Ended { .. } => "service.ended",
            Self::PastCalendar => "service.past_calendar",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Money(refusal) => refusal.kind(),
            Self::Ended { .. } => RefusalKind::State,
            Self::PastCalendar => RefusalKind::Malformed,
        }
    }
}

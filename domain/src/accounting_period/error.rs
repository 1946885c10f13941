//! Why a request about accounting periods is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::accounting_period::Month;
use crate::kernel::{Invalid, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about accounting periods.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccountingPeriodRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The month is not over.
    #[error("{month} is not over at the seller's place; close it when it is")]
    NotOver {
        /// The month.
        month: Month,
    },
    /// It is closed.
    #[error("{month} is closed already")]
    AlreadyClosed {
        /// The month.
        month: Month,
    },
    /// A month before it is open.
    #[error("months are closed in order; close {next} first")]
    EarlierOpen {
        /// The first open month.
        next: Month,
    },
    /// It is open.
    #[error("{month} is not closed, so nothing is to be reopened")]
    NotClosed {
        /// The month.
        month: Month,
    },
    /// A later month is closed.
    #[error("only the last closed month can be reopened; reopen {last} first")]
    LaterClosed {
        /// The last closed month.
        last: Month,
    },
    /// Nobody asked for it.
    #[error("nobody asked to reopen {month}; somebody has to ask, and another person reopens it")]
    NotAsked {
        /// The month.
        month: Month,
    },
    /// Who asked may not grant.
    #[error("who asked to reopen a month may not reopen it; another person has to")]
    SamePerson,
    /// An adjustment of a closed month.
    #[error("{day} lies in a closed month; post on {first_open} or later, or reopen the month")]
    ClosedDay {
        /// The day asked for.
        day: NaiveDate,
        /// The first open day.
        first_open: NaiveDate,
    },
    /// Debits are not credits.
    #[error("debits and credits differ by {difference}; make them equal in each currency")]
    Unbalanced {
        /// Debits less credits, in the first currency that differs.
        difference: Money,
    },
    /// Sums that are more than money can be.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
}

impl Refusal for AccountingPeriodRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::NotOver { .. } => "accounting_period.not_over",
            Self::AlreadyClosed { .. } => "accounting_period.already_closed",
            Self::EarlierOpen { .. } => "accounting_period.earlier_open",
            Self::NotClosed { .. } => "accounting_period.not_closed",
            Self::LaterClosed { .. } => "accounting_period.later_closed",
            Self::NotAsked { .. } => "accounting_period.not_asked",
            Self::SamePerson => "accounting_period.same_person",
            Self::ClosedDay { .. } => "accounting_period.closed_day",
            Self::Unbalanced { .. } => "accounting_period.unbalanced",
            Self::Money(refusal) => refusal.code(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::SamePerson => RefusalKind::Forbidden,
            Self::Unbalanced { .. } => RefusalKind::Rule,
            Self::Money(refusal) => refusal.kind(),
            _ => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Money(refusal) => refusal.field(),
            Self::SamePerson => None,
            Self::ClosedDay { .. } => Some("/day"),
            Self::Unbalanced { .. } => Some("/lines"),
            _ => Some("/month"),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}

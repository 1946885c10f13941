//! Why a request about a client's credit is refused.

use thiserror::Error;

use crate::kernel::{Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a client's credit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CreditRefusal {
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// An amount of nothing or less.
    #[error("the amount must be more than nothing")]
    NotPositive,
    /// Another client's.
    #[error("the credit is another client's")]
    OtherClient,
    /// More would be taken out than is left.
    #[error(
        "{amount} would leave the client's credit, but {left} is left: what an invoice gave back \
         when it was voided has paid other invoices since; take at most what is left, or refund \
         those invoices"
    )]
    SpentSince {
        /// What was asked for.
        amount: Money,
        /// What is left.
        left: Money,
    },
    /// No credit can pay this.
    #[error("there is no credit in this currency that can be used today")]
    NothingThere,
}

impl Refusal for CreditRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Money(refusal) => refusal.code(),
            Self::NotPositive => "credit.not_positive",
            Self::OtherClient => "credit.other_client",
            Self::SpentSince { .. } => "credit.spent_since",
            Self::NothingThere => "credit.nothing_there",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Money(refusal) => refusal.kind(),
            Self::NotPositive => RefusalKind::Malformed,
            Self::OtherClient | Self::SpentSince { .. } => RefusalKind::Rule,
            Self::NothingThere => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Money(_) | Self::NotPositive | Self::SpentSince { .. } => Some("/amount"),
            Self::OtherClient => Some("/client_id"),
            Self::NothingThere => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        Problem::of(self)
    }
}

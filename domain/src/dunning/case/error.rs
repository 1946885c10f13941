//! Why a request about a dunning case is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, InvoiceId, Problem, Refusal, RefusalKind};

/// A refusal about a dunning case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaseRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such case.
    #[error("there is no dunning for this invoice")]
    Absent,
    /// The id belongs to the case of another invoice.
    #[error("this dunning case is about {invoice_id}, open one of its own for another invoice")]
    OtherInvoice {
        /// What it is about.
        invoice_id: InvoiceId,
    },
    /// The last stage was taken.
    #[error("the service has ended, write the invoice off or collect it outside of dunning")]
    ServiceEnded,
    /// Somebody stopped it.
    #[error("dunning for this invoice was stopped by hand and does not begin again")]
    StoppedByHand,
    /// Nothing is left to hold up.
    #[error("dunning for this invoice is over, there is nothing to hold up")]
    Over,
    /// A promise for a day that is over or too far away.
    #[error("a promise must name a day from {earliest} to {latest}")]
    PromiseDay {
        /// The first day it may name.
        earliest: NaiveDate,
        /// The last one.
        latest: NaiveDate,
    },
    /// Too often promised.
    #[error("no more than {most} promises to pay are taken for an invoice")]
    TooManyPromises {
        /// How many there may be.
        most: u32,
    },
}

impl Refusal for CaseRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "dunning_case.absent",
            Self::OtherInvoice { .. } => "dunning_case.other_invoice",
            Self::ServiceEnded => "dunning_case.service_ended",
            Self::StoppedByHand => "dunning_case.stopped_by_hand",
            Self::Over => "dunning_case.over",
            Self::PromiseDay { .. } => "dunning_case.promise_day",
            Self::TooManyPromises { .. } => "dunning_case.too_many_promises",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::PromiseDay { .. } | Self::TooManyPromises { .. } => RefusalKind::Rule,
            Self::OtherInvoice { .. } | Self::ServiceEnded | Self::StoppedByHand | Self::Over => {
                RefusalKind::State
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::OtherInvoice { .. } => Some("/invoice_id"),
            Self::PromiseDay { .. } | Self::TooManyPromises { .. } => Some("/pay_by"),
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

//! Why a seller's request is refused.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a seller.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TenantRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such seller.
    #[error("there is no such seller")]
    Absent,
    /// The books are open already, with other particulars.
    #[error("the books are already open")]
    AlreadyOpen,
    /// The books are closed to changes.
    #[error("the seller is suspended, resume it first")]
    Suspended,
    /// Only a test seller has a clock of its own.
    #[error("the clock of this seller is real: only a seller opened as a test has one to move")]
    NotATest,
    /// Time does not run backwards.
    #[error("the test clock shows {shows} already, it only goes forward")]
    ClockGoesBack {
        /// What it shows.
        shows: DateTime<Utc>,
    },
    /// No field of that key.
    #[error("there is no such field")]
    NoSuchCustomField,
    /// A form that nobody fills in.
    #[error("there are 50 fields, retire one first")]
    TooManyCustomFields,
    /// There is nothing to resume, or the books are not yet at rest.
    #[error("the seller is not suspended")]
    NotSuspended,
    /// The books are closed for good.
    #[error("the books of this seller are closed for good, they can only be read")]
    Closed,
    /// Nobody could open the books again.
    #[error("the seller is the operator of the installation, appoint another one first")]
    IsOperator,
    /// There is nothing to dismiss, or it does not look after others.
    #[error("the seller is not the operator of the installation")]
    NotOperator,
    /// More names than anybody needs.
    #[error("there are 20 host names, give one up first")]
    TooManyHostNames,
    /// It is not found under that name.
    #[error("the seller has no such host name")]
    NoSuchHostName,
}

impl Refusal for TenantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "tenant.absent",
            Self::AlreadyOpen => "tenant.already_open",
            Self::Suspended => "tenant.suspended",
            Self::NotATest => "tenant.not_a_test",
            Self::ClockGoesBack { .. } => "tenant.clock_goes_back",
            Self::NoSuchCustomField => "tenant.no_such_custom_field",
            Self::TooManyCustomFields => "tenant.too_many_custom_fields",
            Self::NotSuspended => "tenant.not_suspended",
            Self::Closed => "tenant.closed",
            Self::IsOperator => "tenant.is_operator",
            Self::NotOperator => "tenant.not_operator",
            Self::TooManyHostNames => "tenant.too_many_host_names",
            Self::NoSuchHostName => "tenant.no_such_host_name",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent | Self::NoSuchCustomField | Self::NoSuchHostName => RefusalKind::Missing,
            Self::NotATest | Self::ClockGoesBack { .. } => RefusalKind::Rule,
            Self::AlreadyOpen
            | Self::Suspended
            | Self::NotSuspended
            | Self::Closed
            | Self::IsOperator
            | Self::NotOperator
            | Self::TooManyHostNames
            | Self::TooManyCustomFields => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
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

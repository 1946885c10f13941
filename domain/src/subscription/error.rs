//! Why a request about a subscription is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, MoneyRefusal, Problem, Refusal, RefusalKind};
use crate::subscription::PeriodRefusal;

/// A refusal about a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubscriptionRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Its periods cannot be told.
    #[error(transparent)]
    Period(#[from] PeriodRefusal),
    /// An amount is more than money can be.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such subscription.
    #[error("there is no such subscription")]
    Absent,
    /// The id belongs to another subscription.
    #[error("a subscription was already started under this id")]
    AlreadyStarted,
    /// It is paused.
    #[error("the subscription is paused, resume it first")]
    Paused,
    /// It ended.
    #[error("the subscription ended, reactivate it first")]
    Ended,
    /// It is running.
    #[error("the subscription is running and needs no resumption")]
    Running,
    /// There is no end to take back.
    #[error("no end of the subscription is set")]
    NotEnding,
    /// There is no change to take back.
    #[error("no change of the subscription is to come")]
    NothingPending,
    /// The request counts for a day before something that happened.
    #[error("the terms changed on {since}, choose that day or a later one")]
    BeforeTerms {
        /// When the present terms began.
        since: NaiveDate,
    },
    /// The end lies in the past.
    #[error("the subscription cannot end on {day}, which has passed; cancel it at once instead")]
    EndInPast {
        /// The day.
        day: NaiveDate,
    },
    /// No line of that number may still be adjusted.
    #[error("there is no line {line} that may still be adjusted")]
    NoSuchLine {
        /// The number.
        line: u32,
    },
    /// No line of a period that begins on that day may still be adjusted.
    #[error("no line from {from} on may still be adjusted")]
    NoLineFrom {
        /// The day.
        from: NaiveDate,
    },
    /// More than is left of the line, or nothing.
    #[error("an adjustment is more than nothing and at most {left}, what is left of the line")]
    BeyondLine {
        /// What is left, in major units.
        left: String,
    },
    /// Taking the whole invoice back would give a part of it back twice.
    #[error(
        "a part of what the invoice billed went back already, take the rest off by adjustments"
    )]
    GaveBack,
    /// No such coupon is attached.
    #[error("the coupon is not attached to this subscription")]
    NoSuchCoupon,
    /// A coupon takes off more than nothing, and no more than was billed.
    #[error("a coupon takes off more than nothing and no more than was billed")]
    BeyondBilled,
    /// Billed too far ahead.
    #[error("at most {months} months may be billed ahead")]
    TooFarAhead {
        /// How many.
        months: u32,
    },
}

impl Refusal for SubscriptionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Period(refusal) => refusal.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "subscription.absent",
            Self::AlreadyStarted => "subscription.already_started",
            Self::Paused => "subscription.paused",
            Self::Ended => "subscription.ended",
            Self::Running => "subscription.running",
            Self::NotEnding => "subscription.not_ending",
            Self::NothingPending => "subscription.nothing_pending",
            Self::BeforeTerms { .. } => "subscription.before_terms",
            Self::EndInPast { .. } => "subscription.end_in_past",
            Self::NoSuchLine { .. } => "subscription.no_such_line",
            Self::NoLineFrom { .. } => "subscription.no_line_from",
            Self::BeyondLine { .. } => "subscription.beyond_line",
            Self::GaveBack => "subscription.gave_back",
            Self::NoSuchCoupon => "subscription.no_such_coupon",
            Self::BeyondBilled => "subscription.beyond_billed",
            Self::TooFarAhead { .. } => "subscription.too_far_ahead",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Period(refusal) => refusal.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::EndInPast { .. }
            | Self::NoSuchLine { .. }
            | Self::NoLineFrom { .. }
            | Self::BeyondLine { .. }
            | Self::BeyondBilled
            | Self::TooFarAhead { .. } => RefusalKind::Rule,
            Self::AlreadyStarted
            | Self::GaveBack
            | Self::NoSuchCoupon
            | Self::Paused
            | Self::Ended
            | Self::Running
            | Self::NotEnding
            | Self::NothingPending
            | Self::BeforeTerms { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Period(refusal) => refusal.field(),
            Self::Money(_) => Some("/price"),
            Self::EndInPast { .. } => Some("/date"),
            Self::NoSuchLine { .. } => Some("/line"),
            Self::NoLineFrom { .. } => Some("/from"),
            Self::BeyondLine { .. } => Some("/amount"),
            Self::TooFarAhead { .. } => Some("/through"),
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

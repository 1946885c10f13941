//! Why a request about a gift card is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a gift card. None of them shows a code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GiftCardRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Amounts cannot be combined: the card is in another currency.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such card.
    #[error("there is no such gift card")]
    Absent,
    /// The id belongs to another card.
    #[error("another gift card is already issued under this id")]
    AlreadyIssued,
    /// The card was sold already, in another way.
    #[error("the gift card was sold already")]
    AlreadyActive,
    /// The card was never sold.
    #[error("the gift card is not active yet, activate it first")]
    NotActive,
    /// The last day of the card is over.
    #[error("the gift card has expired")]
    Expired,
    /// The card was withdrawn.
    #[error("the gift card was cancelled")]
    Cancelled,
    /// An amount of nothing or less.
    #[error("the amount must be more than nothing")]
    NotPositive,
    /// The card would be worthless from the start.
    #[error("the gift card would expire on {expires_on}, which lies before {today}")]
    ExpiresInPast {
        /// The last day given.
        expires_on: NaiveDate,
        /// The day the request counts for.
        today: NaiveDate,
    },
    /// More is asked for than is left.
    #[error("only {left} is left on the gift card, {amount} is too much")]
    MoreThanLeft {
        /// What was asked for.
        amount: Money,
        /// What is left.
        left: Money,
    },
    /// The card was not redeemed so often.
    #[error("the gift card has no redemption {no}")]
    NoSuchRedemption {
        /// The number given.
        no: u32,
    },
    /// The card can still be redeemed.
    #[error("the gift card is still good, {}", until(.expires_on))]
    StillGood {
        /// Its last day, if it has one.
        expires_on: Option<NaiveDate>,
    },
}

fn until(expires_on: &Option<NaiveDate>) -> String {
    expires_on.map_or("it never expires".to_owned(), |last| format!("until {last}"))
}

impl Refusal for GiftCardRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "gift_card.absent",
            Self::AlreadyIssued => "gift_card.already_issued",
            Self::AlreadyActive => "gift_card.already_active",
            Self::NotActive => "gift_card.not_active",
            Self::Expired => "gift_card.expired",
            Self::Cancelled => "gift_card.cancelled",
            Self::NotPositive => "gift_card.not_positive",
            Self::ExpiresInPast { .. } => "gift_card.expires_in_past",
            Self::MoreThanLeft { .. } => "gift_card.more_than_left",
            Self::NoSuchRedemption { .. } => "gift_card.no_such_redemption",
            Self::StillGood { .. } => "gift_card.still_good",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent | Self::NoSuchRedemption { .. } => RefusalKind::Missing,
            Self::NotPositive => RefusalKind::Malformed,
            Self::ExpiresInPast { .. } | Self::MoreThanLeft { .. } | Self::StillGood { .. } => {
                RefusalKind::Rule
            }
            Self::AlreadyIssued
            | Self::AlreadyActive
            | Self::NotActive
            | Self::Expired
            | Self::Cancelled => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Money(_) | Self::NotPositive | Self::MoreThanLeft { .. } => Some("/amount"),
            Self::ExpiresInPast { .. } => Some("/expires_on"),
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

//! Why a coupon is not accepted, or takes nothing off.

use chrono::NaiveDate;
use thiserror::Error;

use crate::coupon::CouponStatus;
use crate::kernel::{Currency, Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a coupon. The code after `coupon.` is the reason by its short name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CouponRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such coupon.
    #[error("there is no such coupon")]
    Absent,
    /// The id belongs to another coupon.
    #[error("the coupon {code} already exists under this id")]
    AlreadyCreated {
        /// Its code.
        code: String,
    },
    /// A code is for ever.
    #[error("the code {code} cannot change, create another coupon")]
    CodeFixed {
        /// The code it has.
        code: String,
    },
    /// More is reserved and redeemed than the limit would allow.
    #[error("a limit of {limit} is less than the {taken} that are reserved and redeemed")]
    LimitBelowUse {
        /// The limit given.
        limit: u64,
        /// What is reserved and redeemed, of all or of the client who has most.
        taken: u64,
    },
    /// One order or invoice, two clients.
    #[error("another client has the coupon for this order or invoice")]
    TakenByAnother,
    /// Nothing is kept for it.
    #[error("the coupon is not reserved for this order or invoice, reserve it first")]
    NotReserved,
    /// There is no redemption to give back.
    #[error("the coupon is not redeemed for this")]
    NotRedeemed,
    /// What is redeemed is not given back.
    #[error("the coupon is redeemed for this order or invoice and cannot be released")]
    AlreadyRedeemed,
    /// Switched off, put away or used up.
    #[error("the coupon is {}", .status.word())]
    Inactive {
        /// What it is instead of active.
        status: CouponStatus,
    },
    /// Before its first day.
    #[error("the coupon is good from {starts_on} on")]
    NotStarted {
        /// Its first day.
        starts_on: NaiveDate,
    },
    /// After its last day.
    #[error("the coupon was good until {expires_on}")]
    Expired {
        /// Its last day.
        expires_on: NaiveDate,
    },
    /// Another currency.
    #[error("the coupon is good for {currency} only")]
    Currency {
        /// The only one it is good for.
        currency: Currency,
    },
    /// Bound to other plans.
    #[error("the coupon is not for this plan")]
    Plan,
    /// Bound to other products.
    #[error("the coupon is not for this product")]
    Product,
    /// Redeemed as often as it may be, by all clients together.
    #[error("the coupon was redeemed {limit} times, which is all there are")]
    RedemptionLimit {
        /// How often it may be.
        limit: u64,
    },
    /// Redeemed as often as this client may.
    #[error("this client has had the coupon already")]
    AlreadyUsed,
    /// No line is what it is for.
    #[error("the coupon touches none of the lines")]
    OutOfScope,
    /// Earlier coupons left nothing.
    #[error("nothing is left for the coupon to come off")]
    NothingLeft,
}

impl Refusal for CouponRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "coupon.absent",
            Self::AlreadyCreated { .. } => "coupon.already_created",
            Self::CodeFixed { .. } => "coupon.code_fixed",
            Self::LimitBelowUse { .. } => "coupon.limit_below_use",
            Self::TakenByAnother => "coupon.taken_by_another",
            Self::NotReserved => "coupon.not_reserved",
            Self::NotRedeemed => "coupon.not_redeemed",
            Self::AlreadyRedeemed => "coupon.already_redeemed",
            Self::Inactive { status: CouponStatus::Active } => "coupon.active",
            Self::Inactive { status: CouponStatus::Disabled } => "coupon.disabled",
            Self::Inactive { status: CouponStatus::Archived } => "coupon.archived",
            Self::Inactive { status: CouponStatus::Terminated } => "coupon.terminated",
            Self::NotStarted { .. } => "coupon.not_started",
            Self::Expired { .. } => "coupon.expired",
            Self::Currency { .. } => "coupon.currency",
            Self::Plan => "coupon.plan",
            Self::Product => "coupon.product",
            Self::RedemptionLimit { .. } => "coupon.redemption_limit",
            Self::AlreadyUsed => "coupon.already_used",
            Self::OutOfScope => "coupon.out_of_scope",
            Self::NothingLeft => "coupon.nothing_left",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::Inactive { .. }
            | Self::AlreadyCreated { .. }
            | Self::TakenByAnother
            | Self::NotReserved
            | Self::NotRedeemed
            | Self::AlreadyRedeemed => RefusalKind::State,
            Self::CodeFixed { .. }
            | Self::LimitBelowUse { .. }
            | Self::NotStarted { .. }
            | Self::Expired { .. }
            | Self::Currency { .. }
            | Self::Plan
            | Self::Product
            | Self::RedemptionLimit { .. }
            | Self::AlreadyUsed
            | Self::OutOfScope
            | Self::NothingLeft => RefusalKind::Rule,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::CodeFixed { .. } => Some("/terms/code"),
            Self::LimitBelowUse { .. } => Some("/terms/limits"),
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

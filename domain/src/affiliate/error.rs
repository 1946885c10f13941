//! Why a request about an affiliate is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{
    ClientId, Invalid, Money, MoneyRefusal, PaymentId, Problem, Refusal, RefusalKind,
};

/// A refusal about an affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AffiliateRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Amounts cannot be combined, such as a sale in a currency the terms say nothing about.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such affiliate.
    #[error("there is no such affiliate")]
    Absent,
    /// The id belongs to another affiliate.
    #[error("an affiliate with the code {code} is already enrolled under this id")]
    AlreadyEnrolled {
        /// Its code.
        code: String,
    },
    /// Nobody approved the affiliate yet.
    #[error("the affiliate is not approved yet, approve it first")]
    NotApproved,
    /// Nothing is earned or paid out.
    #[error("the affiliate is suspended, end the suspension first")]
    Suspended,
    /// Terms that would change what was sold already.
    #[error("the terms begin on {valid_from}, which lies before {today}")]
    TermsInPast {
        /// The first day given.
        valid_from: NaiveDate,
        /// The day the request counts for.
        today: NaiveDate,
    },
    /// Nothing was agreed for the day.
    #[error("no terms count on {on}, set them first")]
    NoTerms {
        /// The day.
        on: NaiveDate,
    },
    /// An affiliate cannot bring itself.
    #[error("an affiliate cannot refer itself")]
    SelfReferral,
    /// The click lies too far back, or ahead.
    #[error("the click of {clicked_on} brings clients for {window_days} days, not on {came_on}")]
    OutsideWindow {
        /// The day of the click.
        clicked_on: NaiveDate,
        /// The day the client came.
        came_on: NaiveDate,
        /// How long a click counts.
        window_days: u32,
    },
    /// The affiliate did not bring this client, or not by that day.
    #[error("the affiliate had not referred {client_id} by then")]
    NotReferred {
        /// The client.
        client_id: ClientId,
    },
    /// The referral was rejected.
    #[error("the referral of {client_id} was rejected on {rejected_on}")]
    ReferralRejected {
        /// The client.
        client_id: ClientId,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// By the terms this client's sales earn no longer.
    #[error("sales to {client_id} earn no longer by the terms")]
    EarnsNoMore {
        /// The client.
        client_id: ClientId,
    },
    /// A sale of less than nothing.
    #[error("the sale cannot be negative")]
    NegativeSale,
    /// A refund of less than nothing.
    #[error("what is refunded cannot be negative")]
    NegativeRefund,
    /// A sale or clicks of the future.
    #[error("the day given is {date}, which lies after {today}")]
    InFuture {
        /// The date given.
        date: NaiveDate,
        /// The day the request counts for.
        today: NaiveDate,
    },
    /// The payment earned a commission for something else.
    #[error("the payment earned commission {no} for another client or sale")]
    AlreadyEarned {
        /// The commission.
        no: u32,
    },
    /// The payment earned nothing.
    #[error("payment {payment_id} earned no commission")]
    NothingEarned {
        /// The payment.
        payment_id: PaymentId,
    },
    /// No such commission.
    #[error("the affiliate has no commission {no}")]
    NoSuchCommission {
        /// The number given.
        no: u32,
    },
    /// What is in a payout is refused no longer.
    #[error("commission {no} is in payout {payout}, so that it cannot be rejected")]
    InPayout {
        /// The commission.
        no: u32,
        /// The payout.
        payout: u32,
    },
    /// More is refunded than was sold.
    #[error("{refunded} are refunded, but only {sale} were sold")]
    MoreThanSold {
        /// The refunds in all.
        refunded: Money,
        /// What was sold.
        sale: Money,
    },
    /// Too little to pay out.
    #[error("{payable} can be paid out, which is less than the minimum of {minimum} or nothing")]
    BelowMinimum {
        /// Approved commissions less clawbacks; negative while the affiliate owes.
        payable: Money,
        /// The least that is paid out.
        minimum: Money,
    },
    /// No such payout.
    #[error("the affiliate has no payout {no}")]
    NoSuchPayout {
        /// The number given.
        no: u32,
    },
    /// The money went out.
    #[error("payout {no} was sent already")]
    PayoutSent {
        /// The payout.
        no: u32,
    },
    /// The money did not go out.
    #[error("payout {no} failed, request another one")]
    PayoutFailed {
        /// The payout.
        no: u32,
    },
}

impl Refusal for AffiliateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "affiliate.absent",
            Self::AlreadyEnrolled { .. } => "affiliate.already_enrolled",
            Self::NotApproved => "affiliate.not_approved",
            Self::Suspended => "affiliate.suspended",
            Self::TermsInPast { .. } => "affiliate.terms_in_past",
            Self::NoTerms { .. } => "affiliate.no_terms",
            Self::SelfReferral => "affiliate.self_referral",
            Self::OutsideWindow { .. } => "affiliate.outside_window",
            Self::NotReferred { .. } => "affiliate.not_referred",
            Self::ReferralRejected { .. } => "affiliate.referral_rejected",
            Self::EarnsNoMore { .. } => "affiliate.earns_no_more",
            Self::NegativeSale => "affiliate.negative_sale",
            Self::NegativeRefund => "affiliate.negative_refund",
            Self::InFuture { .. } => "affiliate.in_future",
            Self::AlreadyEarned { .. } => "affiliate.already_earned",
            Self::NothingEarned { .. } => "affiliate.nothing_earned",
            Self::NoSuchCommission { .. } => "affiliate.no_such_commission",
            Self::InPayout { .. } => "affiliate.in_payout",
            Self::MoreThanSold { .. } => "affiliate.more_than_sold",
            Self::BelowMinimum { .. } => "affiliate.below_minimum",
            Self::NoSuchPayout { .. } => "affiliate.no_such_payout",
            Self::PayoutSent { .. } => "affiliate.payout_sent",
            Self::PayoutFailed { .. } => "affiliate.payout_failed",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent
            | Self::NothingEarned { .. }
            | Self::NoSuchCommission { .. }
            | Self::NoSuchPayout { .. } => RefusalKind::Missing,
            Self::NegativeSale | Self::NegativeRefund => RefusalKind::Malformed,
            Self::TermsInPast { .. }
            | Self::NoTerms { .. }
            | Self::SelfReferral
            | Self::OutsideWindow { .. }
            | Self::NotReferred { .. }
            | Self::ReferralRejected { .. }
            | Self::EarnsNoMore { .. }
            | Self::InFuture { .. }
            | Self::MoreThanSold { .. }
            | Self::BelowMinimum { .. } => RefusalKind::Rule,
            Self::AlreadyEnrolled { .. }
            | Self::NotApproved
            | Self::Suspended
            | Self::AlreadyEarned { .. }
            | Self::InPayout { .. }
            | Self::PayoutSent { .. }
            | Self::PayoutFailed { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::TermsInPast { .. } => Some("/valid_from"),
            Self::SelfReferral | Self::NotReferred { .. } => Some("/client_id"),
            Self::OutsideWindow { .. } => Some("/clicked_on"),
            Self::NegativeSale => Some("/sale"),
            Self::InFuture { .. } => Some("/on"),
            Self::NegativeRefund | Self::MoreThanSold { .. } => Some("/refunded"),
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

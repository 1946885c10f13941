//! What can have happened to a subscription.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::CouponTerms;
use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, CouponId, Currency, EventBody, Money};
use crate::subscription::coupons::LineDiscount;
use crate::subscription::service::{DocumentRef, End, LineRef, Plan, PlanTerms};
use crate::subscription::{Anchor, PendingChange};
use crate::tax::TaxEvidence;

/// A fact about a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionEvent {
    /// The service began.
    Started {
        /// Who pays.
        client_id: ClientId,
        /// In what.
        currency: Currency,
        /// What is charged.
        terms: PlanTerms,
        /// The subscription's own anchor, if it has one.
        own_anchor: Option<Anchor>,
        /// What its boundaries hold on to.
        anchor: Anchor,
        /// The day.
        started_on: NaiveDate,
        /// The first day that is charged, after a trial.
        charged_from: NaiveDate,
        /// How it ends, if that is known.
        end: Option<End>,
    },
    /// Other terms hold.
    PlanChanged {
        /// How the old terms end; the new ones begin with the first day they do not cover.
        end: End,
        /// What is charged.
        terms: PlanTerms,
        /// The subscription's own anchor, if it has one.
        own_anchor: Option<Anchor>,
        /// What boundaries hold on to.
        anchor: Anchor,
        /// Nothing is documented before that day; at once if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settles_on: Option<NaiveDate>,
    },
    /// Other terms will hold from a day on.
    ChangeScheduled {
        /// The day on which it was asked for.
        on: NaiveDate,
        /// What will be.
        change: PendingChange,
    },
    /// They will not, after all.
    ChangeWithdrawn {
        /// The day.
        on: NaiveDate,
    },
    /// Boundaries moved, for what was not billed yet.
    AnchorSet {
        /// The day.
        on: NaiveDate,
        /// What they hold on to.
        anchor: Anchor,
    },
    /// The service ended for now.
    Paused {
        /// How.
        end: End,
    },
    /// It began again.
    Resumed {
        /// The first day that is charged.
        on: NaiveDate,
    },
    /// The service ended, or will.
    Cancelled {
        /// How.
        end: End,
    },
    /// It will not end after all.
    CancellationWithdrawn {
        /// The day.
        on: NaiveDate,
    },
    /// Something was taken off a billed line.
    LineAdjusted {
        /// The day.
        on: NaiveDate,
        /// The line's number among the lines of the subscription.
        line: u32,
        /// How much, before tax.
        amount: Money,
    },
    /// What is not billed yet is taxed as the seller's rates say, or as the terms say from now on.
    Taxed {
        /// The day.
        on: NaiveDate,
        /// What was looked up, and what came of it; nothing where the terms decide.
        evidence: Option<TaxEvidence>,
    },
    /// A coupon comes off what is billed from now on.
    CouponAttached {
        /// The coupon.
        coupon_id: CouponId,
        /// The coupon, as it was when it was reserved.
        terms: Box<CouponTerms>,
        /// Its turn among coupons as broad as itself.
        order: u32,
        /// The day.
        on: NaiveDate,
    },
    /// A coupon came off a document.
    CouponUsed {
        /// The coupon.
        coupon_id: CouponId,
        /// The document.
        document: DocumentRef,
        /// What it took off, before tax.
        amount: Money,
        /// The same by the lines of the subscription that may still go back.
        lines: Vec<LineDiscount>,
        /// The day.
        on: NaiveDate,
    },
    /// What a coupon took off a document counts no longer.
    CouponReturned {
        /// The coupon.
        coupon_id: CouponId,
        /// The document.
        document: DocumentRef,
        /// What it took off, before tax.
        amount: Money,
        /// The day.
        on: NaiveDate,
    },
    /// A coupon comes off no longer.
    CouponDetached {
        /// The coupon.
        coupon_id: CouponId,
        /// The day.
        on: NaiveDate,
    },
    /// What was due was billed, and what was not used given back.
    Billed {
        /// All of it.
        plan: Plan,
        /// Where its first line stands, if there was anything to bill or give back.
        on: Option<LineRef>,
    },
}

name_events!(SubscriptionEvent {
    Started => "subscription.started" v "1",
    PlanChanged => "subscription.plan_changed" v "1",
    ChangeScheduled => "subscription.change_scheduled" v "1",
    ChangeWithdrawn => "subscription.change_withdrawn" v "1",
    AnchorSet => "subscription.anchor_set" v "1",
    Paused => "subscription.paused" v "1",
    Resumed => "subscription.resumed" v "1",
    Cancelled => "subscription.cancelled" v "1",
    CancellationWithdrawn => "subscription.cancellation_withdrawn" v "1",
    LineAdjusted => "subscription.line_adjusted" v "1",
    Taxed => "subscription.taxed" v "1",
    CouponAttached => "subscription.coupon_attached" v "1",
    CouponUsed => "subscription.coupon_used" v "1",
    CouponReturned => "subscription.coupon_returned" v "1",
    CouponDetached => "subscription.coupon_detached" v "1",
    Billed => "subscription.billed" v "1",
});

impl EventBody for SubscriptionEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        Some(match self {
            Self::Started { started_on: on, .. }
            | Self::ChangeScheduled { on, .. }
            | Self::ChangeWithdrawn { on }
            | Self::AnchorSet { on, .. }
            | Self::Resumed { on }
            | Self::CancellationWithdrawn { on }
            | Self::CouponAttached { on, .. }
            | Self::CouponUsed { on, .. }
            | Self::CouponReturned { on, .. }
            | Self::CouponDetached { on, .. }
            | Self::LineAdjusted { on, .. }
            | Self::Taxed { on, .. } => *on,
            Self::PlanChanged { end, .. } | Self::Paused { end } | Self::Cancelled { end } => {
                end.on
            }
            Self::Billed { plan, .. } => plan.through,
        })
    }
}

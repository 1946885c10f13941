//! What may be asked of a subscription.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::CouponTerms;
use crate::kernel::{ClientId, CouponId, Currency, InvoiceId, Money, Zone};
use crate::subscription::service::{DocumentRef, LineRef, PlanTerms};
use crate::subscription::{Anchor, Conventions};
use crate::tax::TaxEvidence;

/// A request about a subscription; it counts for the day it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionCommand {
    /// Begin the service.
    Start(StartSubscription),
    /// Go over to other terms: another plan, price or quantity.
    ChangePlan(ChangePlan),
    /// Take back a change that has not come yet.
    WithdrawChange,
    /// Move the boundaries of what is not billed yet.
    SetAnchor {
        /// What they hold on to from then on.
        anchor: Anchor,
    },
    /// End the service for now.
    Pause {
        /// Whose the day of the pause is.
        rules: Rules,
    },
    /// Begin it again on the terms it had.
    Resume,
    /// End the service.
    Cancel {
        /// When.
        at: CancelAt,
        /// Whose the day of the end is.
        rules: Rules,
    },
    /// Take back an end that has not come yet.
    WithdrawCancellation,
    /// Take an amount off a billed line.
    Adjust(AdjustLine),
    /// Take everything off the lines that stand on an invoice which was taken back whole or given
    /// up.
    Uncharge {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Tax what is not billed yet as the seller's rates say, or without any as the terms say
    /// (TAX-02).
    Tax {
        /// What was looked up, and what came of it.
        evidence: Option<TaxEvidence>,
    },
    /// Let a coupon come off what is billed from now on.
    AttachCoupon {
        /// The coupon; each is attached once.
        coupon_id: CouponId,
        /// The coupon, as it was when it was reserved.
        terms: Box<CouponTerms>,
    },
    /// Take a coupon off a document that was just billed.
    UseCoupon(UseCoupon),
    /// Take back what coupons took off an invoice, because it was taken back whole.
    ReturnCoupons {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Let a coupon come off no longer.
    DetachCoupon {
        /// The coupon.
        coupon_id: CouponId,
    },
    /// Bill what is due, and give back what was not used.
    Bill(Bill),
}

/// The settings of the seller and the place of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How time becomes money.
    pub conventions: Conventions,
    /// Where days begin.
    pub zone: Zone,
}

/// How a subscription begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartSubscription {
    /// Who pays.
    pub client_id: ClientId,
    /// In what.
    pub currency: Currency,
    /// What is charged.
    pub terms: PlanTerms,
    /// Days before anything recurring is charged.
    pub trial_days: u32,
    /// What boundaries hold on to, of the subscription itself; it stays through changes of plan.
    pub anchor: Option<Anchor>,
    /// The same of the plan or the account, where the subscription has none of its own.
    pub fallback_anchor: Anchor,
    /// The first day without service, if it is known.
    pub ends: Option<NaiveDate>,
}

/// The terms of a subscription from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePlan {
    /// What is charged.
    pub terms: PlanTerms,
    /// What boundaries hold on to; as it was unless given.
    pub anchor: Option<Anchor>,
    /// Of the new plan or the account, where the subscription has none of its own.
    pub fallback_anchor: Anchor,
    /// Whose the day of the change is.
    pub rules: Rules,
    /// What becomes of the period under way.
    pub policy: ChangePolicy,
}

/// What a change of terms makes of the period under way (SUB-08).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangePolicy {
    /// What was not used goes back and the rest is billed on the new terms, at once.
    #[default]
    ProrateNow,
    /// The same, on the document of the next boundary.
    ProrateNext,
    /// What was not used goes back, and a whole period on the new terms begins.
    FullNow,
    /// The new terms begin when the period under way has run out.
    AtPeriodEnd,
    /// The new terms hold at once, and their price from the next period on; nothing goes back and
    /// nothing more is billed for the period under way.
    NoProration,
}

/// When a service ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelAt {
    /// On the day it is asked for; what is billed and not used goes back.
    Immediate,
    /// When what is billed has run out.
    EndOfTerm,
    /// On a day to come.
    Date(NaiveDate),
}

/// What is taken off a billed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdjustLine {
    /// The line's number among the lines of the subscription.
    pub line: u32,
    /// How much, before tax.
    pub amount: Money,
}

/// What a coupon takes off a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseCoupon {
    /// The coupon.
    pub coupon_id: CouponId,
    /// The document.
    pub document: DocumentRef,
    /// What it takes off, before tax; more than nothing.
    pub amount: Money,
    /// The same by the numbers of the document's lines.
    pub lines: Vec<(u32, Money)>,
}

/// What is billed, and on which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The last day of what is due.
    pub through: NaiveDate,
    /// Where the first line will stand, if there are any.
    pub on: LineRef,
    /// How time becomes money.
    pub rules: Rules,
}

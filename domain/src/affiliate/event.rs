//! What can have happened to an affiliate.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::affiliate::{CommissionTerms, PayoutTo, Stage};
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody, Money, PaymentId};

/// A fact about an affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AffiliateEvent {
    /// A client asked to be an affiliate.
    Enrolled {
        /// The client.
        client_id: ClientId,
        /// What links carry; unique.
        code: String,
    },
    /// The affiliate may refer and earn.
    Approved {},
    /// Terms were agreed; those before stay for sales before.
    TermsSet {
        /// Counts the terms of the affiliate from 1.
        version: u32,
        /// The terms.
        terms: CommissionTerms,
        /// First day they count for.
        valid_from: NaiveDate,
    },
    /// Nothing is earned or paid out until further notice.
    Suspended {
        /// Why.
        reason: String,
    },
    /// The suspension ended.
    Resumed {},
    /// The affiliate brought a client, who belongs to no other affiliate now.
    ClientReferred {
        /// The client.
        client_id: ClientId,
        /// The day the client clicked the link.
        clicked_on: NaiveDate,
        /// The day the client came.
        on: NaiveDate,
    },
    /// The links were clicked more often on a day than was known.
    ClicksCounted {
        /// The day.
        on: NaiveDate,
        /// The clicks of the day so far.
        clicks: u64,
    },
    /// The referral earns no longer; the client may be brought by another affiliate.
    ReferralRejected {
        /// The client.
        client_id: ClientId,
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// A payment earned a commission. Nothing is owed before it is approved.
    CommissionAccrued {
        /// Counts the commissions of the affiliate from 1.
        no: u32,
        /// The payment that earned it.
        payment_id: PaymentId,
        /// Who paid.
        client_id: ClientId,
        /// What was sold, without tax.
        sale: Money,
        /// How many items were sold.
        items: u32,
        /// The version of the terms it was computed by.
        terms: u32,
        /// The commission.
        amount: Money,
        /// The day of the sale.
        on: NaiveDate,
        /// The first day on which it counts.
        counts_from: NaiveDate,
    },
    /// The hold of a commission is over: it is owed.
    CommissionApproved {
        /// The commission.
        no: u32,
        /// The payment that earned it.
        payment_id: PaymentId,
        /// To whom it is owed: the affiliate as a client.
        affiliate: ClientId,
        /// What refunds left of it.
        amount: Money,
        /// The day.
        on: NaiveDate,
    },
    /// A commission was refused: what was left of it is owed no longer.
    CommissionRejected {
        /// The commission.
        no: u32,
        /// The payment that earned it.
        payment_id: PaymentId,
        /// To whom it is not owed: the affiliate as a client.
        affiliate: ClientId,
        /// What refunds had left of it, clawbacks taken off.
        amount: Money,
        /// Where the commission stood; in no payout.
        stage: Stage,
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// A refund took back its part of a commission.
    CommissionReversed {
        /// Counts the reversals of the affiliate from 1.
        no: u32,
        /// The commission.
        commission: u32,
        /// The payment that was refunded.
        payment_id: PaymentId,
        /// From whom it is taken back: the affiliate as a client.
        affiliate: ClientId,
        /// What of the sale is refunded in all.
        refunded: Money,
        /// What is taken back now.
        amount: Money,
        /// Where the commission stood.
        stage: Stage,
        /// The day.
        on: NaiveDate,
    },
    /// A payout was asked for.
    PayoutRequested {
        /// Counts the payouts of the affiliate from 1.
        no: u32,
        /// The commissions less the clawbacks; more than nothing.
        amount: Money,
        /// Where to.
        to: PayoutTo,
        /// The commissions in it, by number, ascending.
        commissions: Vec<u32>,
        /// The clawbacks set against it, by number of the reversal, ascending.
        clawbacks: Vec<u32>,
        /// The day.
        on: NaiveDate,
    },
    /// The money of a payout went out.
    PayoutSent {
        /// The payout.
        no: u32,
        /// To whom: the affiliate as a client.
        affiliate: ClientId,
        /// How much.
        amount: Money,
        /// Where to.
        to: PayoutTo,
        /// What the channel calls it.
        reference: String,
        /// The day.
        on: NaiveDate,
    },
    /// The money of a payout did not go out; what was in it waits for another.
    PayoutFailed {
        /// The payout.
        no: u32,
        /// How much.
        amount: Money,
        /// What the channel said.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
}

name_events!(AffiliateEvent {
    Enrolled => "affiliate.enrolled" v "1",
    Approved => "affiliate.approved" v "1",
    TermsSet => "affiliate.terms_set" v "1",
    Suspended => "affiliate.suspended" v "1",
    Resumed => "affiliate.resumed" v "1",
    ClientReferred => "affiliate.client_referred" v "1",
    ClicksCounted => "affiliate.clicks_counted" v "1",
    ReferralRejected => "affiliate.referral_rejected" v "1",
    CommissionAccrued => "affiliate.commission_accrued" v "1",
    CommissionApproved => "affiliate.commission_approved" v "1",
    CommissionRejected => "affiliate.commission_rejected" v "1",
    CommissionReversed => "affiliate.commission_reversed" v "1",
    PayoutRequested => "affiliate.payout_requested" v "1",
    PayoutSent => "affiliate.payout_sent" v "1",
    PayoutFailed => "affiliate.payout_failed" v "1",
});

impl AffiliateEvent {
    /// Scope of the claim that a client is one affiliate.
    pub const CLIENT_SCOPE: &'static str = "affiliate.client";
    /// Scope of the claim on a referral code.
    pub const CODE_SCOPE: &'static str = "affiliate.code";
    /// Scope of the claim that a client was brought by one affiliate.
    pub const REFERRAL_SCOPE: &'static str = "affiliate.referral";
    /// Scope of the claim that a payment earned one commission; its holder is whoever earned it,
    /// also after the client was brought by another.
    pub const PAYMENT_SCOPE: &'static str = "affiliate.payment";
}

impl EventBody for AffiliateEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::TermsSet { valid_from, .. } => Some(*valid_from),
            Self::ClientReferred { on, .. }
            | Self::ClicksCounted { on, .. }
            | Self::ReferralRejected { on, .. }
            | Self::CommissionAccrued { on, .. }
            | Self::CommissionApproved { on, .. }
            | Self::CommissionRejected { on, .. }
            | Self::CommissionReversed { on, .. }
            | Self::PayoutRequested { on, .. }
            | Self::PayoutSent { on, .. }
            | Self::PayoutFailed { on, .. } => Some(*on),
            Self::Enrolled { .. }
            | Self::Approved {}
            | Self::Suspended { .. }
            | Self::Resumed {} => None,
        }
    }

    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Enrolled { client_id, code } => vec![
                Claim::Take { scope: Self::CLIENT_SCOPE, key: client_id.to_string() },
                Claim::Take { scope: Self::CODE_SCOPE, key: code.clone() },
            ],
            Self::ClientReferred { client_id, .. } => {
                vec![Claim::Take { scope: Self::REFERRAL_SCOPE, key: client_id.to_string() }]
            }
            Self::ReferralRejected { client_id, .. } => {
                vec![Claim::Release { scope: Self::REFERRAL_SCOPE, key: client_id.to_string() }]
            }
            Self::CommissionAccrued { payment_id, .. } => {
                vec![Claim::Take { scope: Self::PAYMENT_SCOPE, key: payment_id.to_string() }]
            }
            Self::Approved {}
            | Self::TermsSet { .. }
            | Self::Suspended { .. }
            | Self::Resumed {}
            | Self::ClicksCounted { .. }
            | Self::CommissionApproved { .. }
            | Self::CommissionRejected { .. }
            | Self::CommissionReversed { .. }
            | Self::PayoutRequested { .. }
            | Self::PayoutSent { .. }
            | Self::PayoutFailed { .. } => Vec::new(),
        }
    }
}

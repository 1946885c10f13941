//! What is known of an affiliate.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::affiliate::{
    AffiliateEvent, Book, Commission, CommissionTerms, Payout, PayoutStatus, Rejection, Reversal,
};
use crate::kernel::{ClientId, Money};

/// An affiliate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Affiliate {
    /// Nobody enrolled under this id.
    #[default]
    Absent,
    /// Known.
    Enrolled(Partner),
}

/// The particulars of an affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The affiliate as a client.
    pub client_id: ClientId,
    /// What links carry.
    pub code: String,
    /// Whether the affiliate may refer and earn.
    pub standing: Standing,
    /// Every agreement there ever was, by version.
    pub terms: Vec<TermsVersion>,
    /// How often the links were clicked, by day.
    pub clicks: BTreeMap<NaiveDate, u64>,
    /// Every client the affiliate brought.
    pub referrals: BTreeMap<ClientId, Referral>,
    /// What was earned, taken back and paid.
    pub book: Book,
}

/// Whether an affiliate may refer and earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waits for approval.
    Applied,
    /// May.
    Active,
    /// May not until further notice.
    Suspended,
}

/// An agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsVersion {
    /// Counts the agreements from 1.
    pub version: u32,
    /// What was agreed.
    pub terms: CommissionTerms,
    /// First day it counts for.
    pub valid_from: NaiveDate,
}

/// A client the affiliate brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// The day the client clicked the link.
    pub clicked_on: NaiveDate,
    /// The day the client came.
    pub on: NaiveDate,
    /// The day from which no sale earns any longer.
    pub rejected_on: Option<NaiveDate>,
}

impl Affiliate {
    /// The particulars, once enrolled.
    pub fn partner(&self) -> Option<&Partner> {
        match self {
            Self::Absent => None,
            Self::Enrolled(partner) => Some(partner),
        }
    }

    pub(super) fn take(&mut self, event: &AffiliateEvent) {
        match (self, event) {
            (this, AffiliateEvent::Enrolled { client_id, code }) => {
                *this = Self::Enrolled(Partner {
                    client_id: *client_id,
                    code: code.clone(),
                    standing: Standing::Applied,
                    terms: Vec::new(),
                    clicks: BTreeMap::new(),
                    referrals: BTreeMap::new(),
                    book: Book::default(),
                });
            }
            (Self::Enrolled(partner), event) => partner.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl Partner {
    /// The terms of a day: of those that count by then the ones that began last, and of several
    /// that began on that day those set last.
    pub fn terms_on(&self, day: NaiveDate) -> Option<&TermsVersion> {
        let by_then = self.terms.iter().filter(|version| version.valid_from <= day);
        by_then.max_by_key(|version| (version.valid_from, version.version))
    }

    fn take(&mut self, event: &AffiliateEvent) {
        match event {
            AffiliateEvent::Enrolled { .. } => {}
            AffiliateEvent::Approved {} | AffiliateEvent::Resumed {} => {
                self.standing = Standing::Active;
            }
            AffiliateEvent::Suspended { .. } => self.standing = Standing::Suspended,
            AffiliateEvent::TermsSet { version, terms, valid_from } => {
                let (terms, valid_from) = (terms.clone(), *valid_from);
                self.terms.push(TermsVersion { version: *version, terms, valid_from });
            }
            AffiliateEvent::ClientReferred { client_id, clicked_on, on } => {
                let (clicked_on, on) = (*clicked_on, *on);
                self.referrals.insert(*client_id, Referral { clicked_on, on, rejected_on: None });
            }
            AffiliateEvent::ClicksCounted { on, clicks } => {
                self.clicks.insert(*on, *clicks);
            }
            AffiliateEvent::ReferralRejected { client_id, on, .. } => {
                if let Some(referral) = self.referrals.get_mut(client_id) {
                    referral.rejected_on = Some(*on);
                }
            }
            money => self.book.take(money),
        }
    }
}

impl Book {
    fn take(&mut self, event: &AffiliateEvent) {
        match event {
            AffiliateEvent::CommissionAccrued {
                no,
                payment_id,
                client_id,
                sale,
                amount,
                on,
                counts_from,
                items: _,
                terms: _,
            } => self.commissions.push(Commission {
                no: *no,
                payment_id: *payment_id,
                client_id: *client_id,
                sale: *sale,
                refunded: Money::zero(sale.currency()),
                earned: *amount,
                left: *amount,
                on: *on,
                counts_from: *counts_from,
                approved_on: None,
                rejected: None,
                payout: None,
            }),
            AffiliateEvent::CommissionApproved { no, on, .. } => self.approve(*no, *on),
            AffiliateEvent::CommissionRejected { no, amount, on, .. } => {
                self.reject(*no, Rejection { amount: *amount, on: *on });
            }
            AffiliateEvent::CommissionReversed {
                no,
                commission,
                refunded,
                amount,
                stage,
                on,
                ..
            } => {
                let (no, commission, amount, stage) = (*no, *commission, *amount, *stage);
                let reversal = Reversal { no, commission, amount, stage, on: *on, payout: None };
                self.reverse(reversal, *refunded);
            }
            AffiliateEvent::PayoutRequested { no, amount, to, commissions, clawbacks, on } => {
                let (no, amount, to, on) = (*no, *amount, to.clone(), *on);
                let payout = Payout { no, amount, to, on, status: PayoutStatus::Requested };
                self.open_payout(payout, commissions, clawbacks);
            }
            AffiliateEvent::PayoutSent { no, .. } => self.end_payout(*no, PayoutStatus::Sent),
            AffiliateEvent::PayoutFailed { no, .. } => self.end_payout(*no, PayoutStatus::Failed),
            AffiliateEvent::Enrolled { .. }
            | AffiliateEvent::Approved {}
            | AffiliateEvent::TermsSet { .. }
            | AffiliateEvent::Suspended { .. }
            | AffiliateEvent::Resumed {}
            | AffiliateEvent::ClientReferred { .. }
            | AffiliateEvent::ClicksCounted { .. }
            | AffiliateEvent::ReferralRejected { .. } => {}
        }
    }
}

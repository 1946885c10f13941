//! What an affiliate has earned, lost again and been paid: the pure rules.
//!
//! A commission is pending until its hold is over, then approved, then in a payout. A refund
//! takes back the part of it that the refund is of the sale. Before a payout the commission
//! itself shrinks; after it the paid commission is never edited, and a clawback waits for the
//! next payout. Guarantees that what was taken back never exceeds what was earned, that any row
//! of refunds takes back to the cent what one refund of their sum takes back, that each
//! commission and each clawback is in at most one payout that has not failed, and that
//! currencies never meet. Case family `affiliate.commission`, scope AFF-03, AFF-04, AFF-06.
//! Absent on purpose: which sales earn at all, which is the affiliate's to know.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::affiliate::PayoutTo;
use crate::kernel::{ClientId, Currency, Money, MoneyRefusal, PaymentId, Rounding, Unrounded};

/// Everything an affiliate earned, in the order it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Commissions, numbered from 1 without a hole.
    pub commissions: Vec<Commission>,
    /// What refunds took back, numbered from 1 without a hole.
    pub reversals: Vec<Reversal>,
    /// Payouts, numbered from 1 without a hole.
    pub payouts: Vec<Payout>,
}

/// What a payment of a referred client earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// Counts the commissions of the affiliate from 1.
    pub no: u32,
    /// The payment that earned it.
    pub payment_id: PaymentId,
    /// Who paid.
    pub client_id: ClientId,
    /// What was sold, without tax.
    pub sale: Money,
    /// What of the sale was refunded.
    pub refunded: Money,
    /// What it was when it was earned.
    pub earned: Money,
    /// What refunds left of it before it was in a payout. A clawback does not touch it.
    pub left: Money,
    /// The day of the sale.
    pub on: NaiveDate,
    /// The first day on which it counts.
    pub counts_from: NaiveDate,
    /// The day it was approved.
    pub approved_on: Option<NaiveDate>,
    /// What became of it when it was refused.
    #[serde(default)]
    pub rejected: Option<Rejection>,
    /// The payout it is in.
    pub payout: Option<u32>,
}

/// What was refused of a commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// What refunds had left of it.
    pub amount: Money,
    /// The day.
    pub on: NaiveDate,
}

/// Where a commission stood when a refund came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In its hold: nothing was owed yet.
    Pending,
    /// Owed, and in no payout.
    Approved,
    /// In a payout: a clawback is set against the next one.
    PaidOut,
}

/// What a refund took back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Counts the reversals of the affiliate from 1.
    pub no: u32,
    /// The commission it takes back.
    pub commission: u32,
    /// How much; nothing where the refund was less than part of a cent of commission.
    pub amount: Money,
    /// Where the commission stood.
    pub stage: Stage,
    /// The day of the refund.
    pub on: NaiveDate,
    /// The payout a clawback was set against.
    pub payout: Option<u32>,
}

/// Money on its way to the affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Counts the payouts of the affiliate from 1.
    pub no: u32,
    /// How much; more than nothing.
    pub amount: Money,
    /// Where to.
    pub to: PayoutTo,
    /// The day it was asked for.
    pub on: NaiveDate,
    /// What became of it.
    pub status: PayoutStatus,
}

/// What became of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// It was asked for.
    Requested,
    /// The money went out.
    Sent,
    /// It did not; what was in it waits for another.
    Failed,
}

/// What a commission is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommissionStatus {
    /// In its hold.
    Pending,
    /// Owed.
    Approved,
    /// In a payout that has not failed.
    PaidOut,
    /// Void: the whole sale was refunded before a payout.
    Refunded,
    /// It was refused.
    Rejected,
}

/// What a payout is made of: commissions less clawbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payable {
    /// Commissions less clawbacks; negative while the affiliate owes.
    pub amount: Money,
    /// The commissions, by number.
    pub commissions: Vec<u32>,
    /// The clawbacks, by number of the reversal.
    pub clawbacks: Vec<u32>,
}

impl CommissionStatus {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::PaidOut => "paid_out",
            Self::Refunded => "refunded",
            Self::Rejected => "rejected",
        }
    }
}

impl Commission {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        match (self.payout, self.approved_on) {
            (Some(_), _) => Stage::PaidOut,
            (None, Some(_)) => Stage::Approved,
            (None, None) => Stage::Pending,
        }
    }

    /// What it is, for people.
    pub fn status(&self) -> CommissionStatus {
        match self.stage() {
            _ if self.rejected.is_some() => CommissionStatus::Rejected,
            Stage::PaidOut => CommissionStatus::PaidOut,
            Stage::Pending | Stage::Approved if self.is_void() => CommissionStatus::Refunded,
            Stage::Approved => CommissionStatus::Approved,
            Stage::Pending => CommissionStatus::Pending,
        }
    }

    fn is_void(&self) -> bool {
        self.refunded.is_positive() && self.refunded == self.sale && self.left.is_zero()
    }
}

impl Reversal {
    /// Whether it waits for a payout, or waited for one, to be set against.
    pub fn is_clawback(&self) -> bool {
        self.stage == Stage::PaidOut
    }
}

impl Book {
    /// The commission a payment earned.
    pub fn of_payment(&self, payment_id: PaymentId) -> Option<&Commission> {
        self.commissions.iter().find(|commission| commission.payment_id == payment_id)
    }

    /// A commission by its number.
    pub fn commission(&self, no: u32) -> Option<&Commission> {
        self.commissions.get(place(no)?)
    }

    /// A payout by its number.
    pub fn payout(&self, no: u32) -> Option<&Payout> {
        self.payouts.get(place(no)?)
    }

    /// What is taken back once so much of a commission's sale is refunded in all: the part of
    /// what was earned that the refunds are of the sale, rounded once, less what was taken back
    /// before. All of it once the whole sale is refunded.
    pub fn to_reverse(
        &self,
        commission: &Commission,
        refunded: Money,
    ) -> Result<Money, MoneyRefusal> {
        let earned = commission.earned;
        let in_all = if refunded == commission.sale {
            earned
        } else {
            Unrounded::from(earned)
                .in_proportion(refunded.into(), commission.sale.into())?
                .round(Rounding::HalfAwayFromZero)?
        };
        in_all.checked_sub(self.taken_back(commission)?)
    }

    /// What refunds took back of a commission, clawbacks included.
    pub fn taken_back(&self, commission: &Commission) -> Result<Money, MoneyRefusal> {
        let own = self.reversals.iter().filter(|reversal| reversal.commission == commission.no);
        Money::sum(commission.earned.currency(), own.map(|reversal| reversal.amount))
    }

    /// Pending commissions whose hold is over on a day, the oldest first.
    pub fn due(&self, day: NaiveDate) -> impl Iterator<Item = &Commission> {
        self.commissions.iter().filter(move |commission| {
            commission.status() == CommissionStatus::Pending && commission.counts_from <= day
        })
    }

    /// What can be paid out in a currency: approved commissions and clawbacks in no payout.
    pub fn payable(&self, currency: Currency) -> Result<Payable, MoneyRefusal> {
        let mut payable = Payable {
            amount: Money::zero(currency),
            commissions: Vec::new(),
            clawbacks: Vec::new(),
        };
        for commission in &self.commissions {
            let open = commission.status() == CommissionStatus::Approved;
            if open && commission.left.currency() == currency {
                payable.amount = payable.amount.checked_add(commission.left)?;
                payable.commissions.push(commission.no);
            }
        }
        // What is taken back of a rejected commission is settled by its rejection.
        let stands = |reversal: &&Reversal| {
            let commission = self.commission(reversal.commission);
            commission.is_some_and(|commission| commission.rejected.is_none())
        };
        let clawbacks = self.reversals.iter().filter(|reversal| reversal.is_clawback());
        for reversal in clawbacks.filter(stands) {
            if reversal.payout.is_none() && reversal.amount.currency() == currency {
                payable.amount = payable.amount.checked_sub(reversal.amount)?;
                payable.clawbacks.push(reversal.no);
            }
        }
        Ok(payable)
    }

    /// The number after the last commission's.
    pub fn next_commission(&self) -> u32 {
        after(self.commissions.last().map(|commission| commission.no))
    }

    /// The number after the last reversal's.
    pub fn next_reversal(&self) -> u32 {
        after(self.reversals.last().map(|reversal| reversal.no))
    }

    /// The number after the last payout's.
    pub fn next_payout(&self) -> u32 {
        after(self.payouts.last().map(|payout| payout.no))
    }

    pub(super) fn approve(&mut self, no: u32, on: NaiveDate) {
        if let Some(commission) = self.commission_mut(no) {
            commission.approved_on = Some(on);
        }
    }

    pub(super) fn reject(&mut self, no: u32, rejection: Rejection) {
        if let Some(commission) = self.commission_mut(no) {
            commission.left = Money::zero(commission.left.currency());
            commission.rejected = Some(rejection);
        }
    }

    pub(super) fn reverse(&mut self, reversal: Reversal, refunded: Money) {
        if let Some(commission) = self.commission_mut(reversal.commission) {
            commission.refunded = refunded;
            if !reversal.is_clawback() {
                // Decided to be at most what is left, so that the difference always exists.
                let left = commission.left.checked_sub(reversal.amount);
                commission.left = left.unwrap_or(commission.left);
            }
        }
        self.reversals.push(reversal);
    }

    pub(super) fn open_payout(&mut self, payout: Payout, commissions: &[u32], clawbacks: &[u32]) {
        let no = payout.no;
        for commission in &mut self.commissions {
            if commissions.binary_search(&commission.no).is_ok() {
                commission.payout = Some(no);
            }
        }
        for reversal in &mut self.reversals {
            if clawbacks.binary_search(&reversal.no).is_ok() {
                reversal.payout = Some(no);
            }
        }
        self.payouts.push(payout);
    }

    pub(super) fn end_payout(&mut self, no: u32, status: PayoutStatus) {
        if let Some(payout) = place(no).and_then(|at| self.payouts.get_mut(at)) {
            payout.status = status;
        }
        if status == PayoutStatus::Failed {
            let commissions = self.commissions.iter_mut().map(|one| &mut one.payout);
            let reversals = self.reversals.iter_mut().map(|one| &mut one.payout);
            commissions.chain(reversals).filter(|in_it| **in_it == Some(no)).for_each(|in_it| {
                *in_it = None;
            });
        }
    }

    fn commission_mut(&mut self, no: u32) -> Option<&mut Commission> {
        self.commissions.get_mut(place(no)?)
    }
}

/// Where the entry of a number stands in a list numbered from 1.
fn place(no: u32) -> Option<usize> {
    usize::try_from(no).ok()?.checked_sub(1)
}

fn after(last: Option<u32>) -> u32 {
    last.unwrap_or(0).saturating_add(1)
}

//! Coupons on the documents of subscriptions.
//!
//! Guarantees that each takes off what is charged and nothing that goes back, that its discount
//! stands on the document it was computed for, and that it is redeemed with the first one. A coupon
//! that never came off anything is released once nothing will be billed any more (CPN-03).

use billfold_domain::coupon::{CouponLine, HeldCoupon, RedeemedFor, spread};
use billfold_domain::invoice::NewLine;
use billfold_domain::kernel::{CouponId, Currency, Money, SubscriptionId};
use billfold_domain::subscription::service::{DocumentRef, Plan as Planned};
use billfold_domain::subscription::{Contract, Subscription, SubscriptionCommand, UseCoupon};
use chrono::NaiveDate;

use super::account::Account;
use crate::commands::coupons::{confirm, discount_lines, product_key, release};
use crate::commands::{No, Table};
use crate::error::Refused;

/// The coupons of several subscriptions.
pub(super) fn attached(contracts: &[&Contract]) -> Vec<CouponId> {
    let coupons = contracts.iter().flat_map(|contract| &contract.coupons);
    let mut found: Vec<CouponId> = coupons.map(|coupon| coupon.coupon_id).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The coupons of a subscription and the lines they are to come off.
pub(super) struct Coming {
    currency: Currency,
    coupons: Vec<(CouponId, HeldCoupon)>,
    lines: Vec<NewLine>,
    plans: Vec<String>,
}

/// What a coupon takes off a document.
pub(super) struct CouponOff {
    coupon_id: CouponId,
    amount: Money,
    /// By the places of the lines, from 0; the numbers on the document once they are known.
    lines: Vec<(u32, Money)>,
    /// The discounts as they stand on the document, each with the place of the line it lowers,
    /// from 0.
    pub(super) worded: Vec<(u32, NewLine)>,
}

impl Coming {
    /// What comes off the lines of a plan of a subscription.
    pub(super) fn off(contract: &Contract, planned: &Planned, lines: &[NewLine]) -> Self {
        let coupons = contract.coupons.iter();
        let coupons = coupons.map(|coupon| (coupon.coupon_id, coupon.held.clone())).collect();
        let plans = planned.lines.iter().map(|line| line.plan.clone()).collect();
        Self { currency: contract.currency, coupons, lines: lines.to_vec(), plans }
    }

    /// What comes off on a day; a coupon that takes nothing is not used.
    pub(super) fn on(&self, day: NaiveDate) -> Result<Vec<CouponOff>, Refused> {
        if self.coupons.is_empty() {
            return Ok(Vec::new());
        }
        let charges =
            self.lines.iter().zip(&self.plans).map(|(line, plan)| self.charge(line, plan));
        let charges = charges.collect::<Result<Vec<_>, Refused>>()?;
        let held: Vec<HeldCoupon> = self.coupons.iter().map(|(_, held)| held.clone()).collect();
        let shares = spread(self.currency, day, &charges, &held).map_err(|no| Refused::of(&no))?;
        let mut offs = Vec::new();
        for share in shares {
            let Ok(off) = &share.off else { continue };
            let Some((coupon_id, _)) = self.coupons.get(share.at) else { continue };
            let amount = share.total(self.currency).map_err(|no| Refused::of(&no))?;
            let worded = discount_lines(&share.held.coupon.code, &self.lines, off)?.into_iter();
            let worded = worded.map(|(at, line)| (u32::try_from(at).unwrap_or(u32::MAX), line));
            let worded = worded.collect();
            let lines = (0_u32..).zip(off).map(|(at, off)| (at, *off)).collect();
            offs.push(CouponOff { coupon_id: *coupon_id, amount, lines, worded });
        }
        Ok(offs)
    }

    /// A line as coupons see it: what goes back is nothing to take a coupon off.
    fn charge(&self, line: &NewLine, plan: &str) -> Result<CouponLine, Refused> {
        let net = line.priced(1).map_err(|no| Refused::of(&no))?.net;
        Ok(CouponLine {
            amount: if net.is_positive() { net } else { Money::zero(self.currency) },
            product: line.product_id.map(product_key),
            plan: Some(plan.to_owned()),
        })
    }
}

impl CouponOff {
    /// The discounts as they stand on the document.
    pub(super) fn into_lines(self) -> impl Iterator<Item = NewLine> {
        self.worded.into_iter().map(|(_, line)| line)
    }

    /// The same where the first line of the subscription has a number on the document.
    pub(super) fn behind(mut self, first_line: u32) -> Self {
        for (line, _) in &mut self.lines {
            *line = line.saturating_add(first_line);
        }
        self
    }
}

/// How many lines of discount stand on the document.
pub(super) fn discounts(offs: &[CouponOff]) -> usize {
    offs.iter().map(|off| off.worded.len()).sum()
}

/// Leaves of the coupons of a contract what a document that is only thought of leaves of them.
pub(super) fn think_used(contract: &mut Contract, offs: &[CouponOff]) -> Result<(), Refused> {
    for off in offs {
        let mut attached = contract.coupons.iter_mut();
        if let Some(coupon) = attached.find(|coupon| coupon.coupon_id == off.coupon_id) {
            let left = coupon.held.left.after(off.amount);
            coupon.held.left = left.map_err(|no| Refused::of(&no))?;
        }
    }
    Ok(())
}

/// Tells a subscription what came off its document, and the coupon when it is the first time.
pub(super) fn redeem(
    table: &mut Table<'_, '_>,
    id: SubscriptionId,
    document: DocumentRef,
    off: CouponOff,
) -> Result<(), No> {
    let CouponOff { coupon_id, amount, lines, .. } = off;
    let contract = table.state::<Subscription>(id.uuid())?.contract();
    let known = contract.and_then(|contract| contract.coupon(coupon_id));
    let first = known.is_some_and(|coupon| !coupon.redeemed);
    let used = UseCoupon { coupon_id, document, amount, lines };
    table.decide::<Subscription>(id.uuid(), SubscriptionCommand::UseCoupon(used))?;
    if first {
        confirm(table, coupon_id, RedeemedFor::Subscription(id))?;
    }
    Ok(())
}

/// Lets others have the coupons that never came off a subscription of which nothing will be
/// charged any more.
pub(super) fn release_unused(
    table: &mut Table<'_, '_>,
    id: SubscriptionId,
    account: &Account,
) -> Result<(), No> {
    let Some(contract) = table.state::<Subscription>(id.uuid())?.contract() else {
        return Ok(());
    };
    let Some(end) = contract.service.newest().and_then(|phase| phase.end()) else {
        return Ok(());
    };
    let unused = contract.coupons.iter().filter(|coupon| !coupon.redeemed);
    let unused: Vec<CouponId> = unused.map(|coupon| coupon.coupon_id).collect();
    if contract.paused || unused.is_empty() {
        return Ok(());
    }
    let through = end.on.max(account.today);
    let ahead = contract.by(through).plan(through, account.rules);
    let ahead = ahead.map_err(|no| Refused::of(&no))?;
    if ahead.lines.iter().any(|line| line.amount.is_positive()) {
        return Ok(());
    }
    for coupon_id in unused {
        let detach = SubscriptionCommand::DetachCoupon { coupon_id };
        table.decide::<Subscription>(id.uuid(), detach)?;
        let target = RedeemedFor::Subscription(id);
        release(table, coupon_id, target, "subscription ended")?;
    }
    Ok(())
}

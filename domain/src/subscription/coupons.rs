//! Coupons that come off a subscription: attached, used document by document, returned, detached.
//!
//! Guarantees that a coupon takes off no more than was billed, that a line goes back at most for
//! what was charged for it after coupons, and that a document which is taken back gives the coupon
//! back what it took. The days of a coupon say when it may be had; once it is attached it comes
//! off as many documents as it is good for. Scope CPN-03. Absent on purpose: how much it takes,
//! which [`spread`](crate::coupon::spread) says, and the limits of all clients, which the coupon
//! counts itself.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::{CouponTerms, HeldCoupon};
use crate::kernel::{CouponId, InvoiceId, Money};
use crate::subscription::service::{DocumentRef, MOST_KEPT};
use crate::subscription::{Contract, Standing, SubscriptionEvent, SubscriptionRefusal, UseCoupon};

/// A coupon that comes off a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// What it is, and what is left of it.
    pub held: HeldCoupon,
    /// Whether it ever came off a document.
    pub redeemed: bool,
    /// The newest documents it came off.
    pub uses: Vec<CouponOff>,
}

/// What a coupon took off a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponOff {
    /// The document.
    pub document: DocumentRef,
    /// How much, before tax.
    pub amount: Money,
}

/// What a coupon took off a billed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDiscount {
    /// The line's number among the lines of the subscription.
    pub line: u32,
    /// How much, before tax.
    pub amount: Money,
}

type Decided = Result<Vec<SubscriptionEvent>, SubscriptionRefusal>;

impl Contract {
    /// A coupon that is attached.
    pub fn coupon(&self, coupon_id: CouponId) -> Option<&AttachedCoupon> {
        self.coupons.iter().find(|coupon| coupon.coupon_id == coupon_id)
    }

    pub(super) fn attach(
        &self,
        coupon_id: CouponId,
        terms: &CouponTerms,
        on: NaiveDate,
    ) -> Decided {
        if self.coupon(coupon_id).is_some() {
            return Ok(Vec::new());
        }
        if self.standing(on) == Standing::Ended {
            return Err(SubscriptionRefusal::Ended);
        }
        let last = self.coupons.iter().map(|coupon| coupon.held.order).max().unwrap_or(0);
        let (terms, order) = (Box::new(terms.clone()), last.saturating_add(1));
        Ok(vec![SubscriptionEvent::CouponAttached { coupon_id, terms, order, on }])
    }

    pub(super) fn use_coupon(&self, ask: &UseCoupon, on: NaiveDate) -> Decided {
        let UseCoupon { coupon_id, document, amount, lines } = ask;
        self.coupon(*coupon_id).ok_or(SubscriptionRefusal::NoSuchCoupon)?;
        let parts = lines.iter().map(|(_, part)| *part);
        if !amount.is_positive() || Money::sum(amount.currency(), parts)? != *amount {
            return Err(SubscriptionRefusal::BeyondBilled);
        }
        let billed = self.service.billed().iter().filter(|line| line.on.document == *document);
        let mut found = Vec::with_capacity(lines.len());
        for line in billed {
            let off = lines.iter().find(|(no, part)| *no == line.on.line && !part.is_zero());
            let Some((_, part)) = off else { continue };
            if line.left().checked_sub(*part)?.is_negative() {
                return Err(SubscriptionRefusal::BeyondBilled);
            }
            found.push(LineDiscount { line: line.line, amount: *part });
        }
        let (coupon_id, document, amount) = (*coupon_id, *document, *amount);
        Ok(vec![SubscriptionEvent::CouponUsed { coupon_id, document, amount, lines: found, on }])
    }

    /// An invoice that is taken back whole gives its coupons back what they took.
    pub(super) fn return_coupons(
        &self,
        invoice_id: InvoiceId,
        on: NaiveDate,
    ) -> Vec<SubscriptionEvent> {
        let document = DocumentRef::Invoice(invoice_id);
        let used = self.coupons.iter().flat_map(|coupon| {
            let off = coupon.uses.iter().filter(|off| off.document == document);
            off.map(|off| (coupon.coupon_id, off.amount))
        });
        used.map(|(coupon_id, amount)| SubscriptionEvent::CouponReturned {
            coupon_id,
            document,
            amount,
            on,
        })
        .collect()
    }

    pub(super) fn detach(&self, coupon_id: CouponId, on: NaiveDate) -> Decided {
        self.coupon(coupon_id).ok_or(SubscriptionRefusal::NoSuchCoupon)?;
        Ok(vec![SubscriptionEvent::CouponDetached { coupon_id, on }])
    }

    pub(super) fn take_coupon(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::CouponAttached { coupon_id, terms, order, .. } => {
                // The days are over with the promise: they say when it may be had.
                let terms = CouponTerms { starts_on: None, expires_on: None, ..(**terms).clone() };
                let held = HeldCoupon::new(terms, *order);
                let (coupon_id, uses) = (*coupon_id, Vec::new());
                self.coupons.push(AttachedCoupon { coupon_id, held, redeemed: false, uses });
            }
            SubscriptionEvent::CouponUsed { coupon_id, document, amount, lines, .. } => {
                for LineDiscount { line, amount } in lines {
                    self.service.discount(*line, *amount);
                }
                let (document, amount) = (*document, *amount);
                self.change_coupon(*coupon_id, |coupon| {
                    coupon.redeemed = true;
                    coupon.held.left = coupon.held.left.after(amount).unwrap_or(coupon.held.left);
                    coupon.uses.push(CouponOff { document, amount });
                    let old = coupon.uses.len().saturating_sub(MOST_KEPT);
                    coupon.uses.drain(..old);
                });
            }
            SubscriptionEvent::CouponReturned { coupon_id, document, amount, .. } => {
                self.change_coupon(*coupon_id, |coupon| {
                    coupon.held.left = coupon.held.left.before(*amount).unwrap_or(coupon.held.left);
                    coupon.uses.retain(|off| off.document != *document);
                });
            }
            SubscriptionEvent::CouponDetached { coupon_id, .. } => {
                self.coupons.retain(|coupon| coupon.coupon_id != *coupon_id);
            }
            _ => {}
        }
    }

    fn change_coupon(&mut self, coupon_id: CouponId, change: impl FnOnce(&mut AttachedCoupon)) {
        let mut attached = self.coupons.iter_mut();
        if let Some(coupon) = attached.find(|coupon| coupon.coupon_id == coupon_id) {
            change(coupon);
        }
    }
}

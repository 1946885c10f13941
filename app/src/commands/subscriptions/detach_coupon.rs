//! Lets a coupon come off a subscription no longer (CPN-03). One that came off nothing that still
//! stands may be had by somebody else.

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, RedeemedFor};
use billfold_domain::kernel::{CouponId, SubscriptionId};
use billfold_domain::subscription::{
    AttachedCoupon, Subscription, SubscriptionCommand, SubscriptionRefusal,
};
use serde::Serialize;

use super::coupons::attached;
use crate::commands::coupons::{give_back, release};
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Why the redemption is given up.
const REASON: &str = "taken off the subscription";

/// Detach coupons.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DetachCoupon {
    /// From which subscription.
    pub subscription_id: SubscriptionId,
    /// The coupon; all of them unless given.
    pub coupon_id: Option<CouponId>,
}

#[async_trait]
impl UseCase for DetachCoupon {
    const NAME: &'static str = "detach_coupon";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { subscription_id: id, coupon_id } = *self;
        let known = room.load::<Subscription>(id.uuid()).await?;
        let contract = known.state.0.contract();
        let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
        let named = attached(&[contract]);
        let touches = Touches::new(room.tenant).main::<Subscription>(id.uuid());
        let touches = named.iter().fold(touches, |all, coupon| all.reads::<Coupon>(coupon.uuid()));
        Ok(touches.decide(move |table| {
            let contract = table.state::<Subscription>(id.uuid())?.contract();
            let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
            let wanted = contract.coupons.iter();
            let wanted = wanted.filter(|coupon| coupon_id.is_none_or(|id| coupon.coupon_id == id));
            let wanted: Vec<AttachedCoupon> = wanted.cloned().collect();
            if wanted.is_empty() {
                return Err(Refused::of(&SubscriptionRefusal::NoSuchCoupon).into());
            }
            for coupon in wanted {
                detach(table, id, &coupon, &named)?;
            }
            Ok(())
        }))
    }
}

fn detach(
    table: &mut Table<'_, '_>,
    id: SubscriptionId,
    coupon: &AttachedCoupon,
    named: &[CouponId],
) -> Result<(), No> {
    let coupon_id = coupon.coupon_id;
    if !named.contains(&coupon_id) {
        return Err(No::Stale);
    }
    table.decide::<Subscription>(id.uuid(), SubscriptionCommand::DetachCoupon { coupon_id })?;
    let target = RedeemedFor::Subscription(id);
    match (coupon.redeemed, coupon.uses.is_empty()) {
        (false, _) => release(table, coupon_id, target, REASON),
        (true, true) => give_back(table, coupon_id, target, REASON),
        (true, false) => Ok(()),
    }
}

//! Lets a coupon come off what a subscription is billed from now on (CPN-03): once, so many times,
//! or for ever. It is reserved now and redeemed with the first document.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::coupon::{Coupon, RedeemedFor, Redemption};
use billfold_domain::kernel::{CouponId, SubscriptionId};
use billfold_domain::subscription::{Subscription, SubscriptionCommand, SubscriptionRefusal};
use serde::{Deserialize, Serialize};

use super::account::Account;
use crate::commands::clients::must_be_active;
use crate::commands::coupons::{held_by, product_key, reserve};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Attach a coupon.
#[derive(Clone, Debug, Serialize)]
pub struct AttachCoupon {
    /// To which subscription.
    pub subscription_id: SubscriptionId,
    /// The code of the coupon, however it is typed.
    pub code: String,
}

/// The coupon is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponAttached {
    /// To which subscription.
    pub subscription_id: SubscriptionId,
    /// The coupon.
    pub coupon_id: CouponId,
}

#[async_trait]
impl UseCase for AttachCoupon {
    const NAME: &'static str = "attach_coupon";
    type Answer = CouponAttached;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CouponAttached>, Error> {
        let id = self.subscription_id;
        let coupon_id = Coupon::id_of(room.tenant, &self.code);
        let known = room.load::<Subscription>(id.uuid()).await?;
        let contract = known.state.0.contract();
        let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
        let client_id = contract.client_id;
        let touches = Touches::new(room.tenant)
            .main::<Subscription>(id.uuid())
            .reads::<Coupon>(coupon_id.uuid())
            .reads::<Client>(client_id.uuid());
        Ok(touches.decide(move |table| {
            must_be_active(table, client_id)?;
            let account = Account::of(table, client_id)?;
            table.dated(account.today);
            let contract = table.state::<Subscription>(id.uuid())?.contract();
            let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
            let done = CouponAttached { subscription_id: id, coupon_id };
            if contract.coupon(coupon_id).is_some() {
                return Ok(done);
            }
            let asked = Redemption {
                on: account.today,
                currency: contract.currency,
                plan: contract.terms().map(|terms| terms.plan.clone()),
                product: contract.terms().map(|terms| product_key(terms.product_id)),
            };
            let target = RedeemedFor::Subscription(id);
            reserve(table, coupon_id, target, client_id, asked)?;
            let terms = Box::new(held_by(table, coupon_id, target)?);
            let attach = SubscriptionCommand::AttachCoupon { coupon_id, terms };
            table.decide::<Subscription>(id.uuid(), attach)?;
            Ok(done)
        }))
    }
}

//! Switches a coupon off; what was reserved can still be redeemed (CPN-02).

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, CouponCommand};
use billfold_domain::kernel::CouponId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Switch a coupon off.
#[derive(Clone, Debug, Serialize)]
pub struct DisableCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DisableCoupon {
    const NAME: &'static str = "disable_coupon";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { coupon_id, reason } = self.clone();
        let touches = Touches::new(room.tenant).main::<Coupon>(coupon_id.uuid());
        Ok(touches.decide(move |table| {
            table.decide::<Coupon>(
                coupon_id.uuid(),
                CouponCommand::Disable { reason: reason.clone() },
            )?;
            Ok(())
        }))
    }
}

//! Switches a coupon on again (CPN-02).

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, CouponCommand};
use billfold_domain::kernel::CouponId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Switch a coupon on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EnableCoupon {
    /// Which.
    pub coupon_id: CouponId,
}

#[async_trait]
impl UseCase for EnableCoupon {
    const NAME: &'static str = "enable_coupon";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let coupon_id = self.coupon_id;
        let touches = Touches::new(room.tenant).main::<Coupon>(coupon_id.uuid());
        Ok(touches.decide(move |table| {
            table.decide::<Coupon>(coupon_id.uuid(), CouponCommand::Enable)?;
            Ok(())
        }))
    }
}

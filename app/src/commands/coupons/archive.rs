//! Puts a coupon away for good; its code stays taken (CPN-02).

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, CouponCommand};
use billfold_domain::kernel::CouponId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Put a coupon away.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ArchiveCoupon {
    /// Which.
    pub coupon_id: CouponId,
}

#[async_trait]
impl UseCase for ArchiveCoupon {
    const NAME: &'static str = "archive_coupon";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let coupon_id = self.coupon_id;
        let touches = Touches::new(room.tenant).main::<Coupon>(coupon_id.uuid());
        Ok(touches.decide(move |table| {
            table.decide::<Coupon>(coupon_id.uuid(), CouponCommand::Archive)?;
            Ok(())
        }))
    }
}

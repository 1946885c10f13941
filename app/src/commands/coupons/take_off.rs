//! Takes one coupon or all of them off a draft again; somebody else may have them then (CPN-03).

use async_trait::async_trait;
use billfold_domain::coupon::RedeemedFor;
use billfold_domain::invoice::{Invoice, InvoiceRefusal};
use billfold_domain::kernel::{CouponId, InvoiceId};
use serde::Serialize;

use super::apply::{coupons_of, coupons_of_draft, draft_of, name_coupons, rewrite};
use super::reserving::release;
use crate::commands::{No, Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Why the coupon is released.
const REASON: &str = "taken off the draft";

/// Let coupons come off a draft no longer.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TakeCouponOff {
    /// The draft.
    pub invoice_id: InvoiceId,
    /// The coupon; all of them unless given.
    pub coupon_id: Option<CouponId>,
}

#[async_trait]
impl UseCase for TakeCouponOff {
    const NAME: &'static str = "take_coupon_off";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { invoice_id, coupon_id } = *self;
        let known = room.load::<Invoice>(invoice_id.uuid()).await?;
        let named = coupons_of(&known.state.0);
        let touches = Touches::new(room.tenant).main::<Invoice>(invoice_id.uuid());
        Ok(name_coupons(touches, &named).decide(move |table| {
            let mut applied = coupons_of_draft(draft_of(table, invoice_id)?);
            if applied.iter().any(|known| !named.contains(known)) {
                return Err(No::Stale);
            }
            let before = applied.clone();
            applied.retain(|known| coupon_id.is_some_and(|coupon_id| *known != coupon_id));
            if applied == before {
                return Err(Refused::of(&InvoiceRefusal::NoSuchCoupon).into());
            }
            rewrite(table, invoice_id, &applied)?;
            for coupon_id in before.into_iter().filter(|known| !applied.contains(known)) {
                release(table, coupon_id, RedeemedFor::Invoice(invoice_id), REASON)?;
            }
            Ok(())
        }))
    }
}

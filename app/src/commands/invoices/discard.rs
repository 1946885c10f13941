//! Throws a draft away; it had no number, so nothing is missing. Its coupons may be had by
//! somebody else.

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, RedeemedFor};
use billfold_domain::invoice::{Invoice, InvoiceCommand};
use billfold_domain::kernel::{CouponId, InvoiceId};
use serde::Serialize;

use crate::commands::coupons::release;
use crate::commands::{No, Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Discard a draft.
#[derive(Clone, Debug, Serialize)]
pub struct DiscardDraft {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DiscardDraft {
    const NAME: &'static str = "discard_draft";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { invoice_id, reason } = self.clone();
        let id = invoice_id.uuid();
        let known = room.load::<Invoice>(id).await?;
        let coupons = draft_coupons(&known.state.0);
        let touches = Touches::new(room.tenant).main::<Invoice>(id);
        let touches =
            coupons.iter().fold(touches, |all, coupon| all.reads::<Coupon>(coupon.uuid()));
        Ok(touches.decide(move |table| {
            if draft_coupons(table.state::<Invoice>(id)?) != coupons {
                return Err(No::Stale);
            }
            table.decide::<Invoice>(id, InvoiceCommand::Discard { reason: reason.clone() })?;
            for coupon in &coupons {
                release(table, *coupon, RedeemedFor::Invoice(invoice_id), "draft discarded")?;
            }
            Ok(())
        }))
    }
}

/// The coupons that come off a draft; none of what is no draft.
pub(super) fn draft_coupons(invoice: &Invoice) -> Vec<CouponId> {
    match invoice {
        Invoice::Draft(draft) => draft.coupons.iter().map(|coupon| coupon.coupon_id).collect(),
        _ => Vec::new(),
    }
}

//! Changes the terms of a coupon for redemptions from now on (CPN-02). What was reserved keeps the
//! terms it was reserved under.

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, CouponCommand, CouponTerms};
use billfold_domain::kernel::CouponId;
use serde::Serialize;

use super::create::{check_products, name_products, products};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change a coupon.
#[derive(Clone, Debug, Serialize)]
pub struct ReviseCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// All of its terms; the code stays as it is.
    pub terms: CouponTerms,
}

#[async_trait]
impl UseCase for ReviseCoupon {
    const NAME: &'static str = "revise_coupon";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { coupon_id, terms } = self.clone();
        let products = products(&terms)?;
        let touches = Touches::new(room.tenant).main::<Coupon>(coupon_id.uuid());
        Ok(name_products(touches, &products).decide(move |table| {
            check_products(table, &products)?;
            let revise = CouponCommand::Revise { terms: Box::new(terms.clone()) };
            let revised = table.decide::<Coupon>(coupon_id.uuid(), revise);
            revised.map_err(|no| no.under("/terms", ""))?;
            Ok(())
        }))
    }
}

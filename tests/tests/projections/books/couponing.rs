//! Coupons: one of each seller's, reserved, redeemed, released and given back. Their ids are of
//! their own, so that what else happens stays as it is without them.

use billfold_domain::coupon::{
    Coupon, CouponCommand, CouponStatus, CouponTerms, Discount, Frequency, Limits, RedeemedFor,
    Redemption, Scope,
};
use billfold_domain::kernel::InvoiceId;
use uuid::Uuid;

use super::{History, Step, currency, tenant};

const CODE: &str = "SPRING";

impl History {
    /// Offers the coupon, or lets somebody have it and goes on with that.
    pub(super) fn coupon(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let id = Coupon::id_of(tenant(seller), CODE).uuid();
        let mut state = self.sellers[seller].coupon.clone();
        if state == Coupon::Absent {
            let terms = Box::new(terms());
            self.run(seller, id, &mut state, CouponCommand::Create { terms });
        }
        let document = Uuid::from_u128(0xc0_0000 + u128::from(step.amount % 20));
        let target = RedeemedFor::Invoice(InvoiceId::new(document));
        let (on, currency) = (self.today(seller), currency(seller));
        let asked = Redemption { on, currency, plan: None, product: None };
        let reason = "asked for".to_owned();
        let then = match step.which % 8 {
            0 | 1 => CouponCommand::Release { target, reason },
            2 | 3 => CouponCommand::Return { target, reason },
            _ => CouponCommand::Confirm { target },
        };
        for command in [CouponCommand::Reserve { target, client_id, asked }, then] {
            self.run(seller, id, &mut state, command);
        }
        self.sellers[seller].coupon = state;
    }
}

fn terms() -> CouponTerms {
    CouponTerms {
        code: CODE.to_owned(),
        discount: Discount::Percent("10".parse().unwrap()),
        scope: Scope::default(),
        frequency: Frequency::Once,
        currency: None,
        starts_on: None,
        expires_on: None,
        limits: Limits::default(),
        status: CouponStatus::Active,
    }
}

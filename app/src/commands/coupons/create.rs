//! Offers a coupon; its code is unique per seller, for ever (CPN-02).

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, CouponCommand, CouponEvent, CouponTerms};
use billfold_domain::kernel::{CouponId, ProductId};
use billfold_domain::product::{Product, ProductRefusal};
use serde::{Deserialize, Serialize};

use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Create a coupon.
#[derive(Clone, Debug, Serialize)]
pub struct CreateCoupon {
    /// Its terms. Products are named by their ids, plans by their codes.
    pub terms: CouponTerms,
}

/// The coupon is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponCreated {
    /// Its id, which follows from its code.
    pub coupon_id: CouponId,
}

#[async_trait]
impl UseCase for CreateCoupon {
    const NAME: &'static str = "create_coupon";
    type Answer = CouponCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CouponCreated>, Error> {
        let coupon_id = Coupon::id_of(room.tenant, &self.terms.code);
        let code = self.terms.code_key();
        let touches = Touches::new(room.tenant)
            .begins::<Coupon>(coupon_id.uuid())
            .claims(CouponEvent::CODE_SCOPE, Some(&code));
        let products = products(&self.terms)?;
        let touches = name_products(touches, &products);
        let terms = self.terms.clone();
        Ok(touches.decide(move |table| {
            check_products(table, &products)?;
            let create = CouponCommand::Create { terms: Box::new(terms.clone()) };
            let events = table.decide::<Coupon>(coupon_id.uuid(), create);
            let events = events.map_err(|no| no.under("/terms", ""))?;
            if events.is_empty() {
                let detail = "a coupon of this code exists already; choose another";
                let refused = Refused::new("coupon.code_taken", Kind::State, detail);
                return Err(refused.at("/code").into());
            }
            Ok(CouponCreated { coupon_id })
        }))
    }
}

/// The products a coupon is for.
pub(super) fn products(terms: &CouponTerms) -> Result<Vec<ProductId>, Refused> {
    let product = |(at, key): (usize, &String)| {
        let refused = |_| no_product(at);
        key.parse::<ProductId>().map_err(refused)
    };
    terms.scope.products.iter().enumerate().map(product).collect()
}

/// Names the streams of products.
pub(super) fn name_products(touches: Touches, products: &[ProductId]) -> Touches {
    products.iter().fold(touches, |touches, product| touches.reads::<Product>(product.uuid()))
}

/// Refuses products that are not in the catalogue.
pub(super) fn check_products(table: &Table<'_, '_>, products: &[ProductId]) -> Result<(), No> {
    for (at, product) in products.iter().enumerate() {
        if matches!(table.state::<Product>(product.uuid())?, Product::Absent) {
            return Err(no_product(at).into());
        }
    }
    Ok(())
}

fn no_product(at: usize) -> Refused {
    let refused = Refused::of(&ProductRefusal::Absent);
    // The coupon is there; what it names is not.
    Refused { kind: Kind::Rule, fields: Vec::new(), ..refused }.at(&format!("/scope/products/{at}"))
}

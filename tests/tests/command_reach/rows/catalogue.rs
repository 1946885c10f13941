//! Products, coupons and gift cards.

use billfold_app::commands::coupons::{
    ApplyCoupon, ArchiveCoupon, CreateCoupon, DisableCoupon, EnableCoupon, ReviseCoupon,
    TakeCouponOff,
};
use billfold_app::commands::gift_cards::{
    CancelGiftCard, ExpireGiftCard, GiftCardCode, RedeemGiftCard, SellGiftCard,
};
use billfold_app::commands::products::{
    CreateProduct, DescribeProduct, RenameProduct, RetireProduct, SetOptions, SetPrice, SetQuotas,
    SetTierPrice,
};
use billfold_domain::coupon::{CouponTerms, Scope};
use billfold_domain::kernel::{Cycle, ProductId};
use billfold_domain::product::{Presentation, ProductKind};

use crate::row::{Row, alone, begun, id, part, word};
use crate::words::{because, coupon, eur};

pub(super) fn rows() -> Vec<Row> {
    [products(), coupons(), gift_cards()].into_iter().flatten().collect()
}

fn products() -> Vec<Row> {
    vec![
        begun("product_id", |_, other| CreateProduct {
            product_id: Some(other.product),
            code: "new".to_owned(),
            name: "New".to_owned(),
            kind: ProductKind::Vps,
        }),
        id("product_id", |_, other| {
            let presentation =
                Presentation { description: String::new(), features: Vec::new(), featured: false };
            DescribeProduct { product_id: other.product, presentation }
        }),
        id("product_id", |_, other| RenameProduct {
            product_id: other.product,
            name: "Other".to_owned(),
        }),
        id("product_id", |_, other| SetOptions { product_id: other.product, options: Vec::new() }),
        id("product_id", |_, other| SetQuotas { product_id: other.product, quotas: Vec::new() }),
        id("product_id", |_, other| price(other.product)),
        id("product_id", |_, other| {
            let SetPrice { product_id, cycle, price, setup_fee, valid_from, trial_days } =
                price(other.product);
            let tier = "gold".to_owned();
            SetTierPrice { product_id, tier, cycle, price, setup_fee, valid_from, trial_days }
        }),
        id("product_id", |_, other| RetireProduct { product_id: other.product }),
    ]
}

fn price(product_id: ProductId) -> SetPrice {
    let (cycle, price) = (Cycle::Months(1), eur("5.00"));
    SetPrice { product_id, cycle, price, setup_fee: None, valid_from: None, trial_days: 0 }
}

/// Terms of a coupon that is for one product.
fn only_for(product: ProductId) -> CouponTerms {
    let products = [product.to_string()].into();
    CouponTerms { scope: Scope { products, ..Scope::default() }, ..coupon("FOR-ONE") }
}

fn coupons() -> Vec<Row> {
    vec![
        word("terms.products", |_, other| CreateCoupon { terms: only_for(other.product) }),
        word("terms.products", |own, other| ReviseCoupon {
            coupon_id: own.coupon,
            terms: CouponTerms { code: own.coupon_code.clone(), ..only_for(other.product) },
        }),
        id("coupon_id", |own, other| ReviseCoupon {
            coupon_id: other.coupon,
            terms: coupon(&own.coupon_code),
        }),
        id("invoice_id", |own, other| ApplyCoupon {
            invoice_id: other.sketch,
            code: own.coupon_code.clone(),
        }),
        word("code", |own, other| ApplyCoupon {
            invoice_id: own.sketch,
            code: other.coupon_code.clone(),
        }),
        id("invoice_id", |own, other| TakeCouponOff {
            invoice_id: other.sketch,
            coupon_id: Some(own.coupon),
        }),
        part("coupon_id", |own, other| TakeCouponOff {
            invoice_id: own.sketch,
            coupon_id: Some(other.coupon),
        })
        .or_of_another_client(),
        id("coupon_id", |_, other| DisableCoupon { coupon_id: other.coupon, reason: because() }),
        id("coupon_id", |_, other| EnableCoupon { coupon_id: other.coupon }),
        id("coupon_id", |_, other| ArchiveCoupon { coupon_id: other.coupon }),
    ]
}

fn gift_cards() -> Vec<Row> {
    vec![
        alone::<SellGiftCard>("a card is nobody's until it is redeemed"),
        id("client_id", |own, other| RedeemGiftCard {
            code: GiftCardCode::parse(&own.gift_code).unwrap(),
            client_id: other.client,
            amount: Some(eur("1.00")),
        }),
        word("code", |own, other| RedeemGiftCard {
            code: GiftCardCode::parse(&other.gift_code).unwrap(),
            client_id: own.client,
            amount: Some(eur("1.00")),
        }),
        id("gift_card_id", |_, other| ExpireGiftCard { gift_card_id: other.gift_card }),
        id("gift_card_id", |own, other| CancelGiftCard {
            gift_card_id: other.gift_card,
            client_id: own.client,
            reason: because(),
        }),
        id("client_id", |own, other| CancelGiftCard {
            gift_card_id: own.gift_card,
            client_id: other.client,
            reason: because(),
        }),
    ]
}

//! Coupons and gift cards, filled and empty.

use super::samples::*;
use super::*;
use crate::form::Field;
use crate::view::{Badge, Tone};

pub(super) fn coupons(filled: bool) -> coupons::Coupons {
    let row = coupons::CouponLine {
        href: "/admin/coupons/cpn_01".to_owned(),
        code: "SPRING<26>".to_owned(),
        discount: "25 %".to_owned(),
        frequency: "on 3 invoices".to_owned(),
        status: Badge::new(Tone::Green, "Active"),
        until: Some(day(2026, 11, 30)),
        reserved: 2,
        redeemed: "5 of 100".to_owned(),
        position: 184_011,
    };
    coupons::Coupons {
        shell: shell("/admin/coupons"),
        chips: chips(&[("All", 0), ("Active", 0)]),
        rows: filled.then_some(row).into_iter().collect(),
        pager: pager(),
    }
}

pub(super) fn coupon(filled: bool) -> coupon::CouponPage {
    let had = coupon::Redeemed {
        target: ("Invoice", "/admin/invoices/inv_01".to_owned()),
        client: ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned()),
        status: Badge::new(Tone::Green, "Redeemed"),
        day: day(2026, 11, 2),
    };
    coupon::CouponPage {
        shell: shell("/admin/coupons"),
        code: "SPRING26".to_owned(),
        status: Badge::new(Tone::Red, "Disabled"),
        facts: vec!["25 %".to_owned(), "once".to_owned()],
        terms: vec![("Uses in all", "100".to_owned()), ("Last day", "30 Nov 2026".to_owned())],
        redemptions: filled.then_some(had).into_iter().collect(),
        pager: pager(),
        actions: vec![confirm::Action::new(
            "/admin/coupons/cpn_01/enable".to_owned(),
            "Switch on",
            "play",
        )],
    }
}

pub(super) fn coupon_form() -> coupons::CouponForm {
    coupons::CouponForm {
        shell: shell("/admin/coupons"),
        title: "New coupon".to_owned(),
        action: "/admin/coupons/new".to_owned(),
        back: "/admin/coupons".to_owned(),
        key: "0198".to_owned(),
        version: String::new(),
        error: "The coupon was not saved.".to_owned(),
        what: vec![Field::input("code", "Code", "text").with("<x>").wrong("Must not be empty.")],
        rules: vec![Field::input("starts_on", "First day", "date")],
    }
}

pub(super) fn gift_cards(filled: bool) -> gift_cards::GiftCards {
    let row = gift_cards::CardRow {
        href: "/admin/gift-cards/gft_01".to_owned(),
        name: "•••• W8HN".to_owned(),
        status: Badge::new(Tone::Green, "Active"),
        value: eur(5_000),
        balance: eur(1_250),
        sold: Some(day(2026, 11, 2)),
        until: None,
        position: 184_012,
    };
    gift_cards::GiftCards {
        shell: shell("/admin/gift-cards"),
        chips: chips(&[("All", 0), ("Active", 0)]),
        rows: filled.then_some(row).into_iter().collect(),
        pager: pager(),
    }
}

pub(super) fn gift_card(filled: bool) -> gift_card::GiftCardPage {
    let spent = gift_card::Spent {
        no: 1,
        client: ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned()),
        amount: eur(3_750),
        reversed: true,
    };
    gift_card::GiftCardPage {
        shell: shell("/admin/gift-cards"),
        name: "•••• W8HN".to_owned(),
        status: Badge::new(Tone::Green, "Active"),
        value: eur(5_000),
        balance: eur(1_250),
        until: Some(day(2027, 11, 30)),
        spent: filled.then_some(spent).into_iter().collect(),
        actions: Vec::new(),
    }
}

pub(super) fn gift_card_form(sold: bool) -> gift_cards::GiftCardForm {
    gift_cards::GiftCardForm {
        back: "/admin/gift-cards".to_owned(),
        shell: shell("/admin/gift-cards"),
        title: "Sell a gift card",
        action: "/admin/gift-cards/new",
        verb: "Sell gift card",
        key: "0198".to_owned(),
        error: String::new(),
        fields: vec![Field::input("value", "Value", "text").decimal().required()],
        sold: sold
            .then(|| ("7K3Q-9M2X-4TBD-W8HN".to_owned(), "/admin/gift-cards/gft_01".to_owned())),
    }
}

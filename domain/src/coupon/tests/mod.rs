//! Rules of coupons, and what holds for any coupons on any lines.

mod redeeming;
mod spreading;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::kernel::testing::refusals_are_well_spoken;
use crate::kernel::{Currency, Money, MoneyRefusal, Refusal, Unrounded};
use crate::tax::{Tax, TaxRounding, TaxRules};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

fn coupon(code: &str, discount: Discount) -> CouponTerms {
    CouponTerms {
        code: code.into(),
        discount,
        scope: Scope::default(),
        frequency: Frequency::Once,
        currency: None,
        starts_on: None,
        expires_on: None,
        limits: Limits::default(),
        status: CouponStatus::Active,
    }
}

fn fixed(code: &str, minor: i64) -> CouponTerms {
    coupon(code, Discount::Fixed(eur(minor)))
}

fn percent(code: &str, share: &str) -> CouponTerms {
    coupon(code, Discount::Percent(share.parse().unwrap()))
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn line(minor: i64, plan: &str, product: &str) -> CouponLine {
    CouponLine { amount: eur(minor), product: Some(product.into()), plan: Some(plan.into()) }
}

fn applied(lines: &[CouponLine], coupons: &[HeldCoupon]) -> Discounted {
    apply(Currency::EUR, today(), lines, coupons).unwrap()
}

fn taken(discounted: &Discounted) -> Vec<(&str, i64)> {
    let shown = |used: &'_ CouponUse| used.taken.as_ref().map_or(0, |amount| amount.minor());
    discounted.uses.iter().map(|used| (used.held.coupon.code.as_str(), shown(used))).collect()
}

#[test]
fn narrower_coupons_go_first_whatever_their_order() {
    let general = HeldCoupon::new(percent("general", "50"), 1);
    let plan = Scope { plans: keys(&["a"]), ..Scope::default() };
    let plan = HeldCoupon::new(CouponTerms { scope: plan, ..fixed("plan", 100) }, 2);
    let product = Scope { products: keys(&["x"]), ..Scope::default() };
    let product = HeldCoupon::new(CouponTerms { scope: product, ..fixed("product", 300) }, 3);
    let lines = [line(500, "a", "x"), line(500, "b", "y")];
    let discounted = applied(&lines, &[general, plan, product]);
    assert_eq!(taken(&discounted), [("product", 300), ("plan", 100), ("general", 300)]);
    assert_eq!(discounted.left, [eur(50).into(), Unrounded::from(eur(250))]);
}

#[test]
fn a_scope_of_products_and_plans_wants_both() {
    let scope = Scope { products: keys(&["x"]), plans: keys(&["a"]) };
    assert!(scope.touches(Some("x"), Some("a")));
    assert!(!scope.touches(Some("x"), Some("b")) && !scope.touches(None, Some("a")));
    assert!(Scope::default().touches(None, None));
}

#[test]
fn an_amount_goes_on_to_the_next_invoice_until_it_is_used_up() {
    let lines = [line(600, "a", "x")];
    let first = applied(&lines, &[HeldCoupon::new(fixed("c", 1_000), 1)]);
    let held = &first.uses[0].held;
    assert_eq!((held.left, held.status()), (Left::Amount(eur(400)), CouponStatus::Active));
    let second = applied(&lines, std::slice::from_ref(held));
    assert_eq!((second.discount, second.subtotal), (eur(400), eur(200)));
    let held = &second.uses[0].held;
    assert_eq!(held.status(), CouponStatus::Terminated);
    let third = applied(&lines, std::slice::from_ref(held));
    let terminated = CouponRefusal::Inactive { status: CouponStatus::Terminated };
    assert_eq!(third.uses[0].taken, Err(terminated));
}

#[test]
fn a_coupon_for_some_cycles_gives_its_full_amount_in_each() {
    let coupon = CouponTerms { frequency: Frequency::Recurring { cycles: 2 }, ..fixed("c", 1_000) };
    let mut held = HeldCoupon::new(coupon, 1);
    let mut given = Vec::new();
    for _ in 0..3 {
        let discounted = applied(&[line(600, "a", "x")], std::slice::from_ref(&held));
        given.push(discounted.discount);
        held = discounted.uses[0].held.clone();
    }
    assert_eq!(given, [eur(600), eur(600), eur(0)]);
}

#[test]
fn a_coupon_that_takes_nothing_is_not_used() {
    let refused = |coupon: CouponTerms, lines: &[CouponLine]| {
        let discounted = applied(lines, &[HeldCoupon::new(coupon, 1)]);
        let used = &discounted.uses[0];
        assert_eq!(used.held.left, Left::of(&used.held.coupon), "untouched");
        used.taken.clone().unwrap_err()
    };
    let something = [line(100, "a", "x")];
    let dollars = Money::try_new(1, Currency::USD).unwrap();
    let dollars = refused(coupon("c", Discount::Fixed(dollars)), &something);
    assert_eq!(dollars, CouponRefusal::Currency { currency: Currency::USD });
    let other = Scope { plans: keys(&["b"]), ..Scope::default() };
    let other = refused(CouponTerms { scope: other, ..fixed("c", 1) }, &something);
    assert_eq!(other, CouponRefusal::OutOfScope);
    let nothing = CouponRefusal::NothingLeft;
    assert_eq!(refused(fixed("c", 1), &[]), nothing);
    assert_eq!(refused(fixed("c", 1), &[line(-100, "a", "x")]), nothing, "a credit");
    assert_eq!(refused(percent("c", "0.1"), &something), nothing, "a tenth of a cent");
    let archived = CouponTerms { status: CouponStatus::Archived, ..fixed("c", 1) };
    let archived = refused(archived, &something);
    assert_eq!(archived, CouponRefusal::Inactive { status: CouponStatus::Archived });
}

#[test]
fn the_word_of_a_status_is_the_stored_one() {
    let (active, disabled) = (CouponStatus::Active, CouponStatus::Disabled);
    for status in [active, disabled, CouponStatus::Archived, CouponStatus::Terminated] {
        assert_eq!(serde_json::to_value(status).unwrap(), status.word());
    }
}

#[test]
fn overlapping_coupons_take_whole_cents_and_leave_the_rest() {
    let scope = |products: &[&str]| Scope { products: keys(products), ..Scope::default() };
    let both = CouponTerms { scope: scope(&["x", "y"]), ..fixed("both", 500) };
    let one = CouponTerms { scope: scope(&["x"]), ..fixed("one", 10_000) };
    let lines = [line(1_000, "a", "x"), line(2_000, "a", "y")];
    let discounted = applied(&lines, &[HeldCoupon::new(both, 1), HeldCoupon::new(one, 2)]);
    // 10.00 less a third of 5.00 is 8.333...
    assert_eq!(taken(&discounted), [("both", 500), ("one", 833)]);
    assert_eq!(discounted.subtotal, eur(1_667));
}

#[test]
fn lines_brought_to_whole_cents_keep_their_sum_charged_or_given_back() {
    let half = |minor: i64| Unrounded::from(eur(minor)).portion(1, 2).unwrap();
    for (halves, whole, cents) in
        [([3, 3, 4], 5, [2, 1, 2]), ([-3, -3, -4], -5, [-2, -1, -2]), ([3, -3, 4], 2, [1, -1, 2])]
    {
        let found = apply::whole_cents(&halves.map(half), eur(whole)).unwrap();
        assert_eq!(found, cents.map(|minor| eur(minor).into()), "{halves:?} halves of a cent");
    }
}

#[test]
fn tax_is_taken_on_what_is_exactly_left() {
    let vat = |rate: &str| Tax { code: rate.into(), rate: rate.parse().unwrap(), compound: false };
    let lines =
        [(line(1_000, "a", "x"), vec![vat("10")]), (line(2_000, "a", "y"), vec![vat("20")])];
    let held = [HeldCoupon::new(fixed("c", 500), 1)];
    let found = apply_and_tax(Currency::EUR, today(), &lines, &held, TaxRules::default()).unwrap();
    // 8.333... at 10 % and 16.666... at 20 %
    let amounts: Vec<_> = found.taxed.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!(amounts, [eur(83), eur(333)]);
    assert_eq!(found.taxed.subtotal, found.discounted.subtotal);
    let sum_only = TaxRules { tax_rounding: TaxRounding::Invoice, ..TaxRules::default() };
    let found = apply_and_tax(Currency::EUR, today(), &lines, &held, sum_only).unwrap();
    assert_eq!(found.taxed.tax, eur(417), "0.8333 and 3.3333");
}

#[test]
fn lines_in_another_currency_are_refused() {
    let refused = apply(Currency::USD, today(), &[line(1, "a", "x")], &[]);
    assert!(matches!(refused, Err(MoneyRefusal::MixedCurrencies { .. })));
}

fn asked() -> Redemption {
    Redemption {
        on: today(),
        currency: Currency::EUR,
        plan: Some("pro".into()),
        product: Some("vps".into()),
    }
}

#[test]
fn a_coupon_is_good_on_its_first_and_its_last_day() {
    let spring = CouponTerms {
        starts_on: Some("2026-03-01".parse().unwrap()),
        expires_on: Some("2026-05-31".parse().unwrap()),
        ..percent("spring", "10")
    };
    let on = |day: &str| {
        let asked = Redemption { on: day.parse().unwrap(), ..asked() };
        spring.redeem(&asked, Redemptions::default()).map_err(|refusal| refusal.code())
    };
    assert_eq!(on("2026-02-28"), Err("coupon.not_started"));
    assert_eq!(on("2026-03-01"), Ok(()));
    assert_eq!(on("2026-05-31"), Ok(()));
    assert_eq!(on("2026-06-01"), Err("coupon.expired"));
}

#[test]
fn limits_count_all_clients_and_each_client() {
    let limits = Limits { total: Some(3), per_client: Some(1) };
    let coupon = CouponTerms { limits, ..percent("c", "10") };
    let after = |total, by_client| coupon.redeem(&asked(), Redemptions { total, by_client });
    assert_eq!(after(2, 0), Ok(()));
    assert_eq!(after(3, 0), Err(CouponRefusal::RedemptionLimit { limit: 3 }));
    assert_eq!(after(2, 1), Err(CouponRefusal::AlreadyUsed));
    let free = percent("c", "10").redeem(&asked(), Redemptions { total: 9, by_client: 9 });
    assert_eq!(free, Ok(()), "no limits");
}

#[test]
fn a_coupon_is_refused_for_other_plans_products_and_currencies() {
    let bound = |scope| CouponTerms { scope, ..percent("c", "10") };
    let plans = bound(Scope { plans: keys(&["basic"]), ..Scope::default() });
    let products = bound(Scope { products: keys(&["domain"]), ..Scope::default() });
    let none = Redemptions::default();
    assert_eq!(plans.redeem(&asked(), none), Err(CouponRefusal::Plan));
    assert_eq!(plans.redeem(&Redemption { plan: None, ..asked() }, none), Err(CouponRefusal::Plan));
    assert_eq!(products.redeem(&asked(), none), Err(CouponRefusal::Product));
    assert_eq!(products.redeem(&Redemption { product: None, ..asked() }, none), Ok(()));
    let dollars = CouponTerms { currency: Some(Currency::USD), ..percent("c", "10") };
    let refused = Err(CouponRefusal::Currency { currency: Currency::USD });
    assert_eq!(dollars.redeem(&asked(), none), refused);
}

#[test]
fn a_coupon_is_checked_field_by_field() {
    assert_eq!(percent("SPRING26", "100").check(), Ok(()));
    let wrong = CouponTerms {
        code: " ".into(),
        currency: Some(Currency::USD),
        frequency: Frequency::Recurring { cycles: 0 },
        starts_on: Some(today()),
        expires_on: today().pred_opt(),
        limits: Limits { total: Some(0), per_client: None },
        ..fixed("c", 0)
    };
    let problems = wrong.check().unwrap_err().problems();
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    let expected =
        ["/code", "/discount", "/currency", "/frequency/cycles", "/expires_on", "/limits"];
    assert_eq!(fields, expected);
    assert!(percent("c", "100.5").check().is_err());
}

#[test]
fn a_held_coupon_reads_back_as_it_was_stored() {
    let scope = Scope { plans: keys(&["pro"]), ..Scope::default() };
    let coupon = CouponTerms { scope, frequency: Frequency::Forever, ..fixed("c", 500) };
    let held = HeldCoupon::new(coupon, 2);
    let stored = serde_json::to_value(&held).unwrap();
    assert_eq!(stored["coupon"]["discount"]["type"], "fixed");
    assert_eq!(stored["coupon"]["frequency"]["kind"], "forever");
    assert_eq!(stored["left"]["kind"], "unlimited");
    assert_eq!(serde_json::from_value::<HeldCoupon>(stored).unwrap(), held);
}

#[test]
fn refusals_speak_for_themselves() {
    refusals_are_well_spoken(
        "coupon",
        &[
            CouponRefusal::Absent,
            CouponRefusal::AlreadyCreated { code: "SPRING26".into() },
            CouponRefusal::CodeFixed { code: "SPRING26".into() },
            CouponRefusal::LimitBelowUse { limit: 1, taken: 2 },
            CouponRefusal::TakenByAnother,
            CouponRefusal::NotReserved,
            CouponRefusal::AlreadyRedeemed,
            CouponRefusal::Inactive { status: CouponStatus::Disabled },
            CouponRefusal::Inactive { status: CouponStatus::Archived },
            CouponRefusal::Inactive { status: CouponStatus::Terminated },
            CouponRefusal::NotStarted { starts_on: today() },
            CouponRefusal::Expired { expires_on: today() },
            CouponRefusal::Currency { currency: Currency::EUR },
            CouponRefusal::Plan,
            CouponRefusal::Product,
            CouponRefusal::RedemptionLimit { limit: 1 },
            CouponRefusal::AlreadyUsed,
            CouponRefusal::OutOfScope,
            CouponRefusal::NothingLeft,
        ],
    );
}

fn some_lines() -> impl Strategy<Value = Vec<CouponLine>> {
    let names = || prop::sample::select(vec!["a", "b", "c"]);
    let line = (0_i64..100_000, names(), names())
        .prop_map(|(minor, plan, product)| line(minor, plan, product));
    prop::collection::vec(line, 0..8)
}

fn some_coupons() -> impl Strategy<Value = Vec<HeldCoupon>> {
    let discount = prop_oneof![
        (1_i64..50_000).prop_map(|minor| Discount::Fixed(eur(minor))),
        prop::sample::select(vec!["1", "12.5", "33.333333", "100"])
            .prop_map(|share| Discount::Percent(share.parse().unwrap())),
    ];
    let scope = prop::sample::select(vec![
        Scope::default(),
        Scope { plans: keys(&["a"]), ..Scope::default() },
        Scope { products: keys(&["b"]), ..Scope::default() },
        Scope { products: keys(&["b"]), plans: keys(&["b"]) },
    ]);
    let frequency = prop::sample::select(vec![
        Frequency::Once,
        Frequency::Recurring { cycles: 2 },
        Frequency::Forever,
    ]);
    let held =
        (discount, scope, frequency, 0_u32..4).prop_map(|(discount, scope, frequency, no)| {
            HeldCoupon::new(CouponTerms { scope, frequency, ..coupon("c", discount) }, no)
        });
    prop::collection::vec(held, 0..4)
}

/// Coupons of one breadth whose products overlap in every way.
fn overlapping() -> impl Strategy<Value = Vec<HeldCoupon>> {
    let products = prop::collection::btree_set(0_u32..20, 1..15);
    let held = (1_i64..900_000, products).prop_map(|(minor, products)| {
        let products = products.iter().map(u32::to_string).collect();
        let scope = Scope { products, ..Scope::default() };
        HeldCoupon::new(CouponTerms { scope, ..fixed("c", minor) }, 0)
    });
    prop::collection::vec(held, 4..9)
}

proptest! {
    #[test]
    fn many_coupons_that_overlap_are_never_too_fine(
        minors in prop::collection::vec(1_i64..1_000_000, 20),
        coupons in overlapping(),
    ) {
        let lines: Vec<_> =
            (0..).zip(&minors).map(|(no, minor)| line(*minor, "a", &u32::to_string(&no))).collect();
        let discounted = applied(&lines, &coupons);
        let left = Unrounded::sum(Currency::EUR, discounted.left.iter().copied());
        prop_assert_eq!(left, Ok(discounted.subtotal.into()));
        for (left, minor) in discounted.left.iter().zip(minors) {
            prop_assert!(left.is_zero() || left.is_positive(), "{left:?}");
            prop_assert!(!left.checked_sub(eur(minor).into()).unwrap().is_positive());
        }
    }

    #[test]
    fn nothing_goes_below_zero_and_nothing_is_lost(
        lines in some_lines(),
        coupons in some_coupons(),
    ) {
        let discounted = applied(&lines, &coupons);
        for left in &discounted.left {
            prop_assert!(left.is_zero() || left.is_positive(), "{left:?}");
        }
        let left = Unrounded::sum(Currency::EUR, discounted.left.iter().copied());
        prop_assert_eq!(left, Ok(discounted.subtotal.into()), "shares sum to whole cents");
        let before = Money::sum(Currency::EUR, lines.iter().map(|line| line.amount)).unwrap();
        prop_assert_eq!(discounted.subtotal.checked_add(discounted.discount), Ok(before));
        for used in &discounted.uses {
            if let Left::Amount(left) = used.held.left {
                prop_assert!(!left.is_negative());
            }
        }
    }

    #[test]
    fn the_order_in_which_lines_stand_changes_no_cent(
        lines in some_lines(),
        coupons in some_coupons(),
    ) {
        let backwards: Vec<_> = lines.iter().rev().cloned().collect();
        let (one, two) = (applied(&lines, &coupons), applied(&backwards, &coupons));
        prop_assert_eq!(one.uses, two.uses);
        prop_assert_eq!(one.subtotal, two.subtotal);
    }
}

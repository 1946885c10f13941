//! The specification of a product.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;

mod selling;

use super::*;
use crate::kernel::testing::{TODAY, given, issued};
use crate::kernel::{Claim, Currency, Cycle, EventBody, Invalid, Money, MoneyRefusal};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn create() -> ProductCommand {
    let (code, name) = ("vps-small".to_owned(), "Small server".to_owned());
    ProductCommand::Create { code, name, kind: ProductKind::Vps }
}

fn created() -> ProductEvent {
    let (code, name) = ("vps-small".to_owned(), "Small server".to_owned());
    ProductEvent::Created { code, name, kind: ProductKind::Vps }
}

fn monthly(price: i64, valid_from: &str) -> NewPrice {
    let valid_from = day(valid_from);
    let (cycle, price) = (Cycle::Months(1), eur(price));
    NewPrice { cycle, price, setup_fee: None, valid_from, trial_days: 0 }
}

fn price_set(version: u32, new: NewPrice) -> ProductEvent {
    let NewPrice { cycle, price, setup_fee, valid_from, trial_days } = new;
    ProductEvent::PriceSet { version, cycle, price, setup_fee, valid_from, trial_days }
}

fn retired() -> ProductEvent {
    ProductEvent::Retired { on: TODAY }
}

#[test]
fn a_product_is_created_once_under_a_code_it_keeps() {
    given::<Product>([])
        .when(issued(create()))
        .then([created()])
        .when(issued(create()))
        .then_nothing();
    let again = |code: &str, name: &str, kind| {
        let (code, name) = (code.to_owned(), name.to_owned());
        issued(ProductCommand::Create { code, name, kind })
    };
    for other in [
        again("vps-large", "Small server", ProductKind::Vps),
        again("vps-small", "Large server", ProductKind::Vps),
        again("vps-small", "Small server", ProductKind::Domain),
    ] {
        given::<Product>([created()])
            .when(other)
            .then_refused(ProductRefusal::AlreadyCreated { code: "vps-small".into() });
    }
    let taken = Claim::Take { scope: ProductEvent::CODE_SCOPE, key: "vps-small".into() };
    assert_eq!(created().claims(), [taken]);
    assert_eq!(retired().claims(), []);
}

#[test]
fn a_code_is_for_machines() {
    let (code, name) = ("VPS small".to_owned(), "Small server".to_owned());
    let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
    given::<Product>([])
        .when(issued(ProductCommand::Create { code, name, kind: ProductKind::Vps }))
        .then_refused(Invalid::one("code", "key.malformed", detail));
}

#[test]
fn prices_are_versions_and_the_same_price_again_is_none() {
    let (first, second) = (monthly(500, "2026-01-01"), monthly(600, "2026-07-01"));
    given::<Product>([created()])
        .when(issued(ProductCommand::SetPrice(first)))
        .then([price_set(1, first)])
        .when(issued(ProductCommand::SetPrice(second)))
        .then([price_set(2, second)])
        .when(issued(ProductCommand::SetPrice(first)))
        .then_nothing();
}

#[test]
fn the_price_of_a_day_is_the_one_that_began_last() {
    let history = [
        created(),
        price_set(1, monthly(500, "2026-01-01")),
        price_set(2, monthly(600, "2026-07-01")),
        price_set(3, monthly(550, "2026-01-01")),
    ];
    let product = crate::kernel::Aggregate::fold(&history);
    let Product::Listed(listing) = product else { panic!("not listed") };
    let on = |date| {
        listing.price_on(day(date), Cycle::Months(1), Currency::EUR).map(|price| price.version)
    };
    assert_eq!(on("2025-12-31"), None);
    assert_eq!(on("2026-01-01"), Some(3));
    assert_eq!(on("2026-07-01"), Some(2));
    assert_eq!(listing.price_on(TODAY, Cycle::Months(12), Currency::EUR), None);
    assert_eq!(listing.price_on(TODAY, Cycle::Months(1), Currency::USD), None);
}

#[test]
fn a_price_is_not_negative_and_its_fee_is_in_its_currency() {
    given::<Product>([created()])
        .when(issued(ProductCommand::SetPrice(monthly(-1, "2026-01-01"))))
        .then_refused(ProductRefusal::NegativePrice);
    let yen = Money::try_new(1, Currency::JPY).unwrap();
    let mixed = NewPrice { setup_fee: Some(yen), ..monthly(1, "2026-01-01") };
    let (left, right) = (Currency::EUR, Currency::JPY);
    given::<Product>([created()])
        .when(issued(ProductCommand::SetPrice(mixed)))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
    let never = NewPrice { cycle: Cycle::Months(0), ..monthly(1, "2026-01-01") };
    let detail = "use 1 to 3660 days or 1 to 120 months";
    given::<Product>([created()])
        .when(issued(ProductCommand::SetPrice(never)))
        .then_refused(Invalid::one("cycle", "cycle.out_of_range", detail));
}

#[test]
fn a_retired_product_does_not_change() {
    given::<Product>([created()])
        .when(issued(ProductCommand::Retire))
        .then([retired()])
        .when(issued(ProductCommand::SetPrice(monthly(1, "2026-01-01"))))
        .then_refused(ProductRefusal::Retired);
    let rename = || ProductCommand::Rename { name: "Tiny server".into() };
    given::<Product>([created()])
        .when(issued(rename()))
        .then([ProductEvent::Renamed { name: "Tiny server".into() }])
        .when(issued(rename()))
        .then_nothing();
    given::<Product>([]).when(issued(rename())).then_refused(ProductRefusal::Absent);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Product>::with(())
        .given(vec![created()])
        .when(issued(ProductCommand::Retire))
        .then_expect_events(vec![retired()]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "product",
        &[
            ProductRefusal::Absent,
            ProductRefusal::AlreadyCreated { code: "vps-small".into() },
            ProductRefusal::NegativePrice,
            ProductRefusal::Retired,
        ],
    );
}

#[test]
fn every_kind_has_the_word_of_its_line() {
    for kind in ProductKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
}

#[test]
fn a_tier_has_prices_of_its_own_by_the_same_rule_and_the_list_price_stays() {
    let set = |new| issued(ProductCommand::SetTierPrice { tier: "wholesale".into(), price: new });
    let of_tier = |version, new| {
        let NewPrice { cycle, price, setup_fee, valid_from, trial_days } = new;
        let tier = "wholesale".to_owned();
        ProductEvent::TierPriceSet {
            tier,
            version,
            cycle,
            price,
            setup_fee,
            valid_from,
            trial_days,
        }
    };
    let (now, later) = (monthly(900, "2026-01-01"), monthly(800, "2026-06-01"));
    given::<Product>([created(), price_set(1, monthly(1_000, "2026-01-01"))])
        .when(set(now))
        .then([of_tier(1, now)])
        .when(set(later))
        .then([of_tier(2, later)])
        .when(set(later))
        .then_state(|product| {
            let listing = product.listing().unwrap();
            let on = |tier, on: &str| {
                let price = listing.tier_price_on(tier, day(on), Cycle::Months(1), Currency::EUR);
                price.map(|price| price.price.minor())
            };
            assert_eq!(on("wholesale", "2026-05-31"), Some(900));
            assert_eq!(on("wholesale", "2026-06-01"), Some(800));
            assert_eq!(on("retail", "2026-06-01"), None);
            let list = listing.price_on(day("2026-06-01"), Cycle::Months(1), Currency::EUR);
            assert_eq!(list.map(|price| price.price.minor()), Some(1_000));
        });
    given::<Product>([created(), of_tier(1, now)]).when(set(now)).then_nothing();
    given::<Product>([created()])
        .when(set(monthly(-1, "2026-01-01")))
        .then_refused(ProductRefusal::NegativePrice);
}

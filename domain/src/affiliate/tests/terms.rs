//! What a sale earns, and under which terms.

use super::*;
use crate::kernel::testing::given;
use crate::kernel::{Aggregate, MoneyRefusal, Refusal};

fn tier(below: i64, percent: &str) -> Tier {
    Tier { below: eur(below), percent: percent.parse().unwrap() }
}

fn tiers() -> CommissionRate {
    let tiers = vec![tier(5_000, "10"), tier(10_000, "15")];
    CommissionRate::Tiers { tiers, above: "20".parse().unwrap() }
}

fn set(terms: CommissionTerms, valid_from: NaiveDate) -> Issued<AffiliateCommand> {
    issued(AffiliateCommand::SetTerms { terms, valid_from })
}

#[test]
fn a_tier_gives_its_share_of_the_whole_sale() {
    let earns = |minor| tiers().commission(eur(minor), 1).unwrap().minor();
    assert_eq!(earns(2_500), 250);
    assert_eq!(earns(4_999), 500, "49.99 at 10 % is 5.00");
    assert_eq!(earns(5_000), 750, "the bound belongs to the next tier");
    assert_eq!(earns(10_000), 2_000);
    assert_eq!(earns(0), 0);
}

#[test]
fn a_share_is_rounded_once_half_away_from_zero() {
    let rate = CommissionRate::Percent("12.5".parse().unwrap());
    assert_eq!(rate.commission(eur(100), 1), Ok(eur(13)), "12.5 cents");
    let yen = Money::try_new(333, Currency::JPY).unwrap();
    assert_eq!(rate.commission(yen, 1), Money::try_new(42, Currency::JPY), "41.625");
    let dinar = Money::try_new(10_001, Currency::parse("BHD").unwrap()).unwrap();
    assert_eq!(rate.commission(dinar, 1).unwrap().to_major(), "1.250");
}

#[test]
fn an_amount_for_each_item_is_the_same_whatever_it_costs() {
    let rate = CommissionRate::Flat(eur(500));
    assert_eq!(rate.commission(eur(4_900), 3), Ok(eur(1_500)));
    assert_eq!(rate.commission(eur(0), 1), Ok(eur(500)));
    assert_eq!(rate.commission(eur(4_900), 0), Ok(eur(0)));
    let large = CommissionRate::Flat(eur(Money::LIMIT));
    assert_eq!(large.commission(eur(1), 2), Err(MoneyRefusal::OutOfRange));
}

#[test]
fn terms_say_nothing_about_a_sale_in_another_currency() {
    let yen = Money::try_new(100, Currency::JPY).unwrap();
    for rate in [tiers(), CommissionRate::Flat(eur(1))] {
        let refused = rate.commission(yen, 1);
        assert!(matches!(refused, Err(MoneyRefusal::MixedCurrencies { .. })), "{rate:?}");
    }
}

#[test]
fn terms_count_from_a_day_on_and_those_before_stay_for_sales_before() {
    let later = day("2026-06-01");
    let better =
        CommissionTerms { rate: CommissionRate::Percent("40".parse().unwrap()), ..terms() };
    let second = AffiliateEvent::TermsSet { version: 2, terms: better.clone(), valid_from: later };
    let given = given::<Affiliate>(active()).when(set(better.clone(), later)).then([second]);
    given.when(set(better, later)).then_nothing();
    let second = AffiliateEvent::TermsSet {
        version: 2,
        terms: CommissionTerms { recurrence: Recurrence::FirstSale, ..terms() },
        valid_from: later,
    };
    let affiliate = Affiliate::fold(active().iter().chain([&second]));
    let version = |on| affiliate.partner().unwrap().terms_on(on).map(|known| known.version);
    assert_eq!(version(TODAY.pred_opt().unwrap()), None);
    assert_eq!(version(day("2026-05-31")), Some(1));
    assert_eq!(version(later), Some(2));
}

#[test]
fn terms_never_begin_in_the_past() {
    let yesterday = TODAY.pred_opt().unwrap();
    given::<Affiliate>([enrolled()])
        .when(set(terms(), yesterday))
        .then_refused(AffiliateRefusal::TermsInPast { valid_from: yesterday, today: TODAY });
}

#[test]
fn terms_are_checked_field_by_field() {
    let wrong = CommissionTerms {
        rate: CommissionRate::Percent("101".parse().unwrap()),
        recurrence: Recurrence::Months { months: 0 },
        hold_days: 3_661,
        window_days: 3_661,
        minimum_payout: vec![eur(1), eur(2)],
    };
    let refused = Affiliate::fold(&[enrolled()]).decide(&set(wrong, TODAY)).unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    let expected = [
        "/terms/rate",
        "/terms/recurrence/months",
        "/terms/hold_days",
        "/terms/window_days",
        "/terms/minimum_payout",
    ];
    assert_eq!(fields, expected);
    let usd = Tier { below: Money::try_new(9_000, Currency::USD).unwrap(), ..tier(1, "1") };
    let above = "20".parse().unwrap();
    for tiers in [
        vec![tier(5_000, "10"), tier(5_000, "15")],
        vec![tier(0, "10")],
        vec![tier(1, "100.5")],
        vec![tier(5_000, "10"), usd],
    ] {
        let rate = CommissionRate::Tiers { tiers, above };
        assert!(CommissionTerms { rate, ..terms() }.check().is_err());
    }
    let flat = |minor| CommissionTerms { rate: CommissionRate::Flat(eur(minor)), ..terms() };
    assert!(flat(-1).check().is_err() && flat(0).check().is_ok());
    let negative = CommissionTerms { minimum_payout: vec![eur(-1)], ..terms() };
    assert!(negative.check().is_err());
    assert_eq!(terms().check(), Ok(()));
    assert_eq!(CommissionTerms { rate: tiers(), ..terms() }.check(), Ok(()));
}

#[test]
fn sales_earn_once_for_some_months_or_for_ever() {
    let earns = |recurrence, on: &str, so_far| {
        let terms = CommissionTerms { recurrence, ..terms() };
        terms.earns(day("2024-02-29"), day(on), so_far)
    };
    assert!(earns(Recurrence::FirstSale, "2030-01-01", 0));
    assert!(!earns(Recurrence::FirstSale, "2024-03-01", 1));
    let year = Recurrence::Months { months: 12 };
    assert!(earns(year, "2025-02-27", 9) && !earns(year, "2025-02-28", 9));
    assert!(earns(Recurrence::Forever, "2099-01-01", 9));
}

#[test]
fn a_hold_past_the_end_of_the_calendar_ends_with_it() {
    assert_eq!(terms().counts_from(NaiveDate::MAX), NaiveDate::MAX);
}

//! The specification of figures about recurring revenue.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::kernel::{Currency, Money, MoneyRefusal};
use crate::subscription::{Interval, IntervalUnit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn bhd(minor: i64) -> Money {
    Money::try_new(minor, Currency::parse("BHD").unwrap()).unwrap()
}

fn price(
    minor: i64,
    unit: IntervalUnit,
    count: u32,
    from: &str,
    to: Option<&str>,
) -> RecurringPrice {
    let interval = Interval::try_new(unit, count).unwrap();
    let (from, to) = (day(from), to.map(day));
    RecurringPrice { price: bhd(minor), quantity: 1, interval, from, to }
}

fn monthly(minor: i64, from: &str, to: Option<&str>) -> RecurringPrice {
    price(minor, IntervalUnit::Month, 1, from, to)
}

fn moved(prices: &[RecurringPrice]) -> (Option<MovementKind>, i64) {
    let (from, to) = (day("2024-03-01"), day("2024-04-01"));
    let found = movement(from, to, bhd(0).currency(), prices).unwrap();
    assert_eq!(found.start.checked_add(found.amount), Ok(found.end));
    (found.kind, found.amount.minor())
}

#[test]
fn every_interval_is_brought_to_a_month() {
    let on = |unit, count| {
        let price = price(12_000, unit, count, "2024-01-01", None);
        mrr_on(day("2024-01-01"), bhd(0).currency(), &[price]).unwrap().minor()
    };
    assert_eq!(on(IntervalUnit::Year, 1), 1_000);
    assert_eq!(on(IntervalUnit::Year, 2), 500);
    assert_eq!(on(IntervalUnit::Month, 1), 12_000);
    assert_eq!(on(IntervalUnit::Month, 3), 4_000);
    assert_eq!(on(IntervalUnit::Week, 1), 52_000);
    assert_eq!(on(IntervalUnit::Day, 1), 365_000);
}

#[test]
fn the_sum_of_a_client_is_rounded_and_not_each_price() {
    let third = || price(100, IntervalUnit::Month, 3, "2024-01-01", None);
    let on = |prices: &[RecurringPrice]| {
        mrr_on(day("2024-01-01"), bhd(0).currency(), prices).unwrap().minor()
    };
    assert_eq!(on(&[third()]), 33);
    assert_eq!(on(&[third(), third()]), 67);
    assert_eq!(on(&[]), 0);
}

#[test]
fn a_price_counts_from_its_first_day_and_not_on_the_day_it_ends() {
    assert_eq!(moved(&[monthly(5, "2024-04-01", None)]), (Some(MovementKind::New), 5));
    assert_eq!(moved(&[monthly(5, "2024-04-02", None)]), (None, 0));
    let ended = monthly(5, "2024-01-01", Some("2024-04-01"));
    assert_eq!(moved(&[ended]), (Some(MovementKind::Churn), -5));
    assert_eq!(moved(&[monthly(5, "2024-01-01", Some("2024-03-01"))]), (None, 0));
    assert_eq!(moved(&[monthly(5, "2024-03-10", Some("2024-03-20"))]), (None, 0));
}

#[test]
fn a_movement_has_the_kind_of_what_the_client_was_before() {
    let base = || monthly(5, "2024-01-01", None);
    let more = monthly(3, "2024-03-15", None);
    assert_eq!(moved(&[base(), more]), (Some(MovementKind::Expansion), 3));
    let less = monthly(3, "2024-01-01", Some("2024-03-15"));
    assert_eq!(moved(&[base(), less]), (Some(MovementKind::Contraction), -3));
    let former = monthly(9, "2023-01-01", Some("2023-02-01"));
    let back = monthly(3, "2024-03-15", None);
    assert_eq!(moved(&[former, back]), (Some(MovementKind::Reactivation), 3));
    // Who never paid anything is new, and so is one whose service never ran a day.
    let free = monthly(0, "2023-01-01", Some("2023-02-01"));
    assert_eq!(moved(&[free, back]), (Some(MovementKind::New), 3));
    let never = monthly(9, "2023-01-01", Some("2023-01-01"));
    assert_eq!(moved(&[never, back]), (Some(MovementKind::New), 3));
    assert_eq!(moved(&[base()]), (None, 0));
}

fn flow(start: i64, gains: [i64; 3], losses: [i64; 2]) -> RevenueFlow {
    let [new, expansion, reactivation] = gains.map(bhd);
    let [contraction, churn] = losses.map(bhd);
    RevenueFlow { start: bhd(start), new, expansion, reactivation, contraction, churn }
}

#[test]
fn new_clients_never_count_into_churn_and_those_who_came_back_do() {
    let shown = |rates: ChurnRates| {
        let text = |rate: Option<PercentRate>| rate.map(|rate| rate.to_string());
        (rates.end.minor(), text(rates.gross), text(rates.net))
    };
    let rates = flow(3_000, [500, 0, 0], [100, 100]).rates().unwrap();
    assert_eq!(shown(rates), (3_300, Some("6.67".into()), Some("6.67".into())));
    let rates = flow(3_000, [0, 100, 300], [100, 100]).rates().unwrap();
    assert_eq!(shown(rates), (3_200, Some("6.67".into()), Some("-6.67".into())));
    let rates = flow(0, [100, 0, 0], [0, 0]).rates().unwrap();
    assert_eq!(shown(rates), (100, None, None));
    assert_eq!(rates.gross.map(PercentRate::hundredths), None);
    let all = flow(100, [0, 0, 0], [0, 100]).rates().unwrap();
    assert_eq!(all.gross.map(PercentRate::hundredths), Some(10_000));
}

#[test]
fn several_currencies_are_refused() {
    let euro = Money::try_new(1, Currency::EUR).unwrap();
    let mixed = |refused: Option<MoneyRefusal>| {
        assert!(matches!(refused, Some(MoneyRefusal::MixedCurrencies { .. })), "{refused:?}");
    };
    mixed(RevenueFlow { start: euro, ..flow(0, [0, 0, 0], [0, 0]) }.rates().err());
    mixed(PercentRate::of(euro, bhd(1)).err());
    mixed(mrr_on(day("2024-01-01"), Currency::EUR, &[monthly(1, "2024-01-01", None)]).err());
}

proptest! {
    #[test]
    fn opening_and_movement_sum_to_closing_whatever_was_sold(
        row in prop::collection::vec((0_i64..100_000, 1_u32..13, 0_u64..120, 0_u64..120), 0..8),
    ) {
        let first = day("2024-01-01");
        let prices: Vec<_> = row
            .into_iter()
            .map(|(minor, count, from, days)| RecurringPrice {
                from: first + chrono::Days::new(from),
                to: Some(first + chrono::Days::new(from + days)),
                ..price(minor, IntervalUnit::Month, count, "2024-01-01", None)
            })
            .collect();
        let (kind, amount) = moved(&prices);
        let falls = matches!(kind, Some(MovementKind::Contraction | MovementKind::Churn));
        prop_assert_eq!(amount < 0, falls);
        prop_assert_eq!(amount == 0, kind.is_none());
    }
}

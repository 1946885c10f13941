//! The specification of revenue.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::kernel::testing::refusals_are_well_spoken;
use crate::kernel::{Currency, Money, MoneyRefusal, Period, Quantity};
use crate::ledger::recognition;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(from: &str, to: &str) -> Period {
    Period::try_new(day(from), day(to)).unwrap()
}

fn of(minor: i64, code: &str) -> Money {
    Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
}

fn usd(minor: i64) -> Money {
    of(minor, "USD")
}

fn minors(amounts: &[Money]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.minor()).collect()
}

/// What each month earns and leaves.
fn figures(amount: Money, service: Period, method: RecognitionMethod) -> Vec<(i64, i64)> {
    let schedule = Schedule::try_new(amount, service, method).unwrap();
    schedule.months().iter().map(|m| (m.recognised.minor(), m.deferred.minor())).collect()
}

#[test]
fn days_are_earned_by_the_days_of_each_month() {
    let found = figures(usd(9_000), period("2026-01-01", "2026-04-01"), RecognitionMethod::Days);
    assert_eq!(found, [(3_100, 5_900), (2_800, 3_100), (3_100, 0)]);
    let leap = figures(usd(6_000), period("2028-02-01", "2028-04-01"), RecognitionMethod::Days);
    assert_eq!(leap, [(2_900, 3_100), (3_100, 0)], "29 February counts");
    let yen = figures(of(100, "JPY"), period("2019-01-10", "2019-03-16"), RecognitionMethod::Days);
    assert_eq!(yen, [(34, 66), (43, 23), (23, 0)]);
}

#[test]
fn months_are_equal_and_a_month_counts_if_there_is_service_in_it() {
    let service = period("2024-01-20", "2024-03-02");
    let found = figures(usd(1_000), service, RecognitionMethod::Months);
    assert_eq!(found, [(333, 667), (333, 334), (334, 0)]);
}

#[test]
fn a_month_begun_or_ended_inside_is_half_a_month() {
    let half = RecognitionMethod::HalfMonths;
    let found = figures(usd(4_000), period("2024-01-02", "2024-03-31"), half);
    assert_eq!(found, [(1_000, 3_000), (2_000, 1_000), (1_000, 0)]);
    let whole = figures(usd(4_000), period("2024-01-01", "2024-03-01"), half);
    assert_eq!(whole, [(2_000, 2_000), (2_000, 0)]);
    let inside = figures(usd(4_000), period("2024-01-05", "2024-01-06"), half);
    assert_eq!(inside, [(4_000, 0)]);
}

#[test]
fn no_month_takes_more_than_is_left() {
    // A 36th of 20 cents rounds up to a cent: after twenty months there is nothing left.
    let service = period("2024-01-01", "2027-01-01");
    let found = figures(usd(20), service, RecognitionMethod::Months);
    assert!(found.iter().all(|(recognised, deferred)| *recognised >= 0 && *deferred >= 0));
    assert_eq!((found[19], found[20], found[35]), ((1, 0), (0, 0), (0, 0)));
    let mirrored = figures(usd(-20), service, RecognitionMethod::Months);
    assert_eq!((mirrored[19], mirrored[35]), ((-1, 0), (0, 0)), "a credit mirrors it");
    assert_eq!(figures(usd(0), service, RecognitionMethod::Days)[5], (0, 0));
}

#[test]
fn a_day_has_its_share_of_the_months_figure() {
    let service = period("2019-01-10", "2019-03-16");
    let schedule = Schedule::try_new(usd(10_000), service, RecognitionMethod::Days).unwrap();
    let by = |text: &str| schedule.recognised_by(day(text)).unwrap().minor();
    assert_eq!((by("2019-01-09"), by("2019-01-31"), by("2019-02-28")), (0, 3_385, 7_693));
    assert_eq!((by("2019-01-10"), by("2019-03-15"), by("2030-01-01")), (154, 10_000, 10_000));
    assert_eq!(schedule.deferred_on(day("2019-01-31")), Ok(usd(6_615)));
    let missed = schedule.recognised_between(Some(day("2019-01-31")), day("2019-02-28"));
    assert_eq!(missed, Ok(usd(4_308)), "a run that comes late posts what was missed");
    assert_eq!(schedule.recognised_between(None, day("2019-01-10")), Ok(usd(154)));
}

#[test]
fn too_many_months_are_refused() {
    let refused = Schedule::try_new(usd(1), period("1900-01-01", "2000-01-02"), Default::default());
    assert_eq!(refused, Err(RevenueRefusal::Months { found: 1_201 }));
    assert_eq!(
        figures(usd(1), period("1900-01-01", "2000-01-01"), Default::default()).len(),
        1_200
    );
    let elapsed = Quantity::ONE;
    refusals_are_well_spoken(
        "revenue",
        &[
            RevenueRefusal::Months { found: 0 },
            RevenueRefusal::Elapsed { months: 0, elapsed },
            RevenueRefusal::NegativePrice { price: usd(-1) },
        ],
    );
}

fn change(elapsed: &str, change: Change) -> Changed {
    let contract = Contract { amount: usd(10_000), months: 4 };
    contract.change(elapsed.parse().unwrap(), change).unwrap()
}

#[test]
fn a_new_price_is_billed_for_the_months_left_and_the_old_one_credited_for_them() {
    let changed = change("1.5", Change::Price { yearly: usd(60_000) });
    assert_eq!((changed.credit_note, changed.new_invoice), (usd(6_250), usd(12_500)));
    assert_eq!(minors(&changed.recognised), [2_500, 1_250 + 2_500, 5_000, 5_000]);
    assert_eq!(minors(&changed.deferred), [7_500, 10_000, 5_000, 0]);
    let at_once = change("0", Change::Price { yearly: usd(60_000) });
    assert_eq!(minors(&at_once.recognised), [5_000; 4]);
    assert_eq!(minors(&at_once.deferred), [15_000, 10_000, 5_000, 0]);
    let too_late = change("4", Change::Price { yearly: usd(60_000) });
    assert_eq!((too_late.credit_note, too_late.new_invoice), (usd(0), usd(0)));
    assert_eq!(minors(&too_late.deferred), [7_500, 5_000, 2_500, 0]);
}

#[test]
fn what_was_earned_keeps_its_figures_and_its_last_piece_takes_the_rest() {
    let contract = Contract { amount: usd(1_000_000), months: 12 };
    let changed = contract.change("3".parse().unwrap(), Change::Cancel).unwrap();
    assert_eq!(changed.credit_note, usd(750_000));
    assert_eq!(minors(&changed.recognised)[..4], [83_333, 83_333, 83_334, 0]);
    assert_eq!(minors(&changed.deferred)[..4], [916_667, 833_334, 750_000, 0]);
}

#[test]
fn a_quantity_that_grows_is_billed_on_top_and_one_that_shrinks_is_credited() {
    let more = change("1", Change::Monthly { delta: usd(100) });
    assert_eq!((more.credit_note, more.new_invoice), (usd(0), usd(300)));
    assert_eq!(minors(&more.recognised), [2_500, 2_600, 2_600, 2_600]);
    assert_eq!(minors(&more.deferred), [7_500, 5_200, 2_600, 0]);
    let less = change("1", Change::Monthly { delta: usd(-100) });
    assert_eq!((less.credit_note, less.new_invoice), (usd(300), usd(0)));
    assert_eq!(minors(&less.recognised), [2_500, 2_400, 2_400, 2_400]);
    assert_eq!(minors(&less.deferred), [7_500, 4_800, 2_400, 0]);
}

#[test]
fn a_change_outside_the_contract_is_refused() {
    for elapsed in ["-1", "4.000001"] {
        let elapsed: Quantity = elapsed.parse().unwrap();
        let refused = Contract { amount: usd(1), months: 4 }.change(elapsed, Change::Cancel);
        assert_eq!(refused, Err(RevenueRefusal::Elapsed { months: 4, elapsed }));
    }
    let none = Contract { amount: usd(1), months: 0 }.change(Quantity::ONE, Change::Cancel);
    assert_eq!(none, Err(RevenueRefusal::Months { found: 0 }));
}

#[test]
fn a_retroactive_amount_gives_each_posted_month_its_difference() {
    let posted = [usd(100), usd(100)];
    let adjusted = |months, amount| {
        let found = adjust(&posted, months, usd(amount), AdjustmentMethod::Retroactive).unwrap();
        (minors(&found.adjustments), minors(&found.remaining))
    };
    assert_eq!(adjusted(4, 1_000), (vec![150, 150], vec![250, 250]));
    assert_eq!(adjusted(3, 100), (vec![-67, -67], vec![34]));
    assert_eq!(adjusted(2, 500), (vec![150, 150], vec![]));
    assert_eq!(adjusted(1, 150), (vec![50, -100], vec![]), "a term shorter than what was posted");
}

#[test]
fn a_prospective_amount_leaves_posted_months_alone() {
    let adjusted = |posted: &[Money], months, amount| {
        let found = adjust(posted, months, usd(amount), AdjustmentMethod::Prospective).unwrap();
        assert!(found.adjustments.is_empty());
        minors(&found.remaining)
    };
    assert_eq!(adjusted(&[usd(100)], 4, 1_100), [333, 333, 334]);
    assert_eq!(adjusted(&[usd(100)], 2, 40), [-60]);
    assert_eq!(adjusted(&[], 2, 5), [3, 2]);
    assert_eq!(adjusted(&[usd(100)], 1, 100), [0_i64; 0]);
    assert_eq!(adjusted(&[usd(100)], 1, 130), [30], "no month to come takes it");
    let none = adjust(&[], 0, usd(1), AdjustmentMethod::Prospective);
    assert_eq!(none, Err(RevenueRefusal::Months { found: 0 }));
}

#[test]
fn a_bundle_is_split_by_stand_alone_prices() {
    let split = |price, alone: &[i64]| {
        let alone: Vec<_> = alone.iter().map(|minor| usd(*minor)).collect();
        allocate(usd(price), &alone).map(|parts| minors(&parts))
    };
    assert_eq!(split(1_000, &[1, 1, 1]), Ok(vec![333, 333, 334]));
    assert_eq!(split(1_000, &[2, 0, 1, 0]), Ok(vec![667, 0, 333, 0]), "nothing for nothing");
    assert_eq!(split(0, &[5, 5]), Ok(vec![0, 0]));
    assert_eq!(split(5, &[1; 9]), Ok(vec![1, 1, 1, 1, 1, 0, 0, 0, 0]));
    assert_eq!(split(1, &[0, 0]), Err(MoneyRefusal::NoShares.into()));
    assert_eq!(split(1, &[]), Err(MoneyRefusal::NoShares.into()));
    assert_eq!(split(1, &[-1]), Err(RevenueRefusal::NegativePrice { price: usd(-1) }));
    let mixed = allocate(usd(1), &[of(1, "EUR")]);
    assert!(matches!(mixed, Err(RevenueRefusal::Money(MoneyRefusal::MixedCurrencies { .. }))));
}

fn methods() -> impl Strategy<Value = RecognitionMethod> {
    use RecognitionMethod::{Days, HalfMonths, Months};
    prop_oneof![Just(Days), Just(Months), Just(HalfMonths)]
}

proptest! {
    #[test]
    fn recognised_and_deferred_are_what_was_billed_on_every_day(
        minor in -10_000_000_i64..10_000_000,
        start in 0_u64..2_000,
        length in 1_u64..1_500,
        method in methods(),
        runs in prop::collection::vec(0_u64..4_000, 0..8),
    ) {
        let from = day("2023-12-01") + chrono::Days::new(start);
        let service = Period::try_new(from, from + chrono::Days::new(length)).unwrap();
        let schedule = Schedule::try_new(usd(minor), service, method).unwrap();
        let mut earned = 0;
        for month in schedule.months() {
            earned += month.recognised.minor();
            prop_assert_eq!(earned + month.deferred.minor(), minor);
            prop_assert!(month.recognised.minor() * minor.signum() >= 0);
        }
        prop_assert_eq!(earned, minor);
        let nth = |n: &u64| day("2023-12-01") + chrono::Days::new(*n);
        let mut days: Vec<_> = runs.iter().map(nth).chain([service.to()]).collect();
        days.sort_unstable();
        let (mut posted, mut booked) = (None, 0);
        for run in days {
            let amount = schedule.recognised_between(posted, run).unwrap();
            prop_assert!(amount.minor() * minor.signum() >= 0, "revenue never runs backwards");
            let posting = recognition(&[("hosting".to_owned(), amount)]).unwrap();
            prop_assert_eq!(posting.is_some(), !amount.is_zero());
            booked += amount.minor();
            posted = Some(run);
        }
        prop_assert_eq!(booked, minor, "any days of runs book the whole");
    }

    #[test]
    fn a_changed_contract_earns_what_was_billed_less_what_was_credited(
        minor in 0_i64..10_000_000,
        months in 1_u32..40,
        tenths in 0_i64..400,
        other in -1_000_000_i64..1_000_000,
        kind in 0..3,
    ) {
        let tenths = tenths.min(i64::from(months) * 10);
        let elapsed = Quantity::try_new(rust_decimal::Decimal::new(tenths, 1)).unwrap();
        let change = match kind {
            0 => Change::Price { yearly: usd(other.abs()) },
            1 => Change::Monthly { delta: usd(other) },
            _ => Change::Cancel,
        };
        let changed = Contract { amount: usd(minor), months }.change(elapsed, change).unwrap();
        let earned: i64 = minors(&changed.recognised).iter().sum();
        let billed = minor + changed.new_invoice.minor() - changed.credit_note.minor();
        prop_assert_eq!(earned, billed);
        prop_assert_eq!(changed.deferred.last().map(|left| left.minor()), Some(0));
    }

    #[test]
    fn posted_adjusted_and_remaining_are_the_new_amount(
        posted in prop::collection::vec(-10_000_i64..10_000, 0..15),
        months in 1_u32..15,
        minor in -100_000_i64..100_000,
        retroactive in any::<bool>(),
    ) {
        let posted: Vec<_> = posted.into_iter().map(usd).collect();
        use AdjustmentMethod::{Prospective, Retroactive};
        let method = if retroactive { Retroactive } else { Prospective };
        let adjusted = adjust(&posted, months, usd(minor), method).unwrap();
        let all = posted.iter().chain(&adjusted.adjustments).chain(&adjusted.remaining);
        prop_assert_eq!(all.map(|amount| amount.minor()).sum::<i64>(), minor);
    }
}

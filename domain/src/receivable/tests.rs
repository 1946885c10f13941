//! The specification of receivables.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::kernel::{Currency, Money, MoneyRefusal};

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();

fn yen(minor: i64) -> Money {
    Money::try_new(minor, Currency::JPY).unwrap()
}

fn owed(days: u64, amount: i64, paid: i64) -> OpenInvoice<u64> {
    let due = TODAY.checked_sub_days(Days::new(days)).unwrap();
    OpenInvoice { key: days, due, amount: yen(amount), paid: yen(paid) }
}

fn aged(bounds: &[u32], invoices: &[OpenInvoice<u64>]) -> Vec<(String, i64)> {
    let bounds = AgingBounds::try_new(bounds.to_vec()).unwrap();
    let aging = Aging::as_of(TODAY, Currency::JPY, &bounds, invoices).unwrap();
    aging.buckets.iter().map(|(bucket, sum)| (bucket.to_string(), sum.minor())).collect()
}

#[test]
fn the_bounds_of_a_bucket_are_in_it_and_the_due_date_is_current() {
    let invoices = [owed(0, 1, 0), owed(1, 2, 0), owed(30, 4, 0), owed(31, 8, 0)];
    let expected = [("current", 1), ("1-30", 6), ("31+", 8)].map(|(name, sum)| (name.into(), sum));
    assert_eq!(aged(&[30], &invoices), expected);
    let expected = [("current", 1), ("1+", 14)].map(|(name, sum)| (name.into(), sum));
    assert_eq!(aged(&[], &invoices), expected);
    // 1 February to 1 March of a leap year.
    assert_eq!(aged(&[28], &[owed(29, 1, 0)])[2], ("29+".into(), 1));
    assert_eq!(AgingBounds::default().buckets().len(), 5);
}

#[test]
fn what_is_paid_or_overpaid_is_no_receivable() {
    let invoices = [owed(5, 100, 100), owed(6, 100, 120), owed(7, 100, 60)];
    let aging = Aging::as_of(TODAY, Currency::JPY, &AgingBounds::default(), &invoices).unwrap();
    let expected =
        Aged { key: 7, open: yen(40), days: 7, bucket: Bucket::Days { first: 1, last: 30 } };
    assert_eq!(aging.invoices, [expected]);
    assert_eq!(aging.total, yen(40));
}

#[test]
fn bounds_that_do_not_rise_and_other_currencies_are_refused() {
    for wrong in [vec![0], vec![30, 30], vec![60, 30]] {
        assert!(AgingBounds::try_new(wrong).is_err());
    }
    let mixed = MoneyRefusal::MixedCurrencies { left: Currency::EUR, right: Currency::JPY };
    let bounds = AgingBounds::default();
    let aging = Aging::as_of(TODAY, Currency::EUR, &bounds, &[owed(1, 1, 0)]);
    assert_eq!(aging, Err(mixed.clone()));
    let parts = [Instalment { due_after_days: 1, amount: yen(1) }];
    assert_eq!(allocate(Currency::EUR, &parts, &[]), Err(mixed));
}

#[test]
fn money_goes_to_what_falls_due_first_wherever_it_stands() {
    let parts = [(60, 50), (30, 30), (30, 10), (0, 0)]
        .map(|(due_after_days, amount)| Instalment { due_after_days, amount: yen(amount) });
    let left = |allocations: &[i64]| {
        let allocations: Vec<_> = allocations.iter().copied().map(yen).collect();
        let found = allocate(Currency::JPY, &parts, &allocations).unwrap();
        (found.open.iter().map(|open| open.minor()).collect::<Vec<_>>(), found.rest.minor())
    };
    assert_eq!(left(&[]), (vec![50, 30, 10, 0], 0));
    assert_eq!(left(&[35]), (vec![50, 0, 5, 0], 0));
    assert_eq!(left(&[45, -10]), (vec![50, 0, 5, 0], 0), "what was taken back pays nothing");
    assert_eq!(left(&[40, 60]), (vec![0, 0, 0, 0], 10));
    assert_eq!(left(&[-5]), (vec![50, 30, 10, 0], -5));
}

proptest! {
    #[test]
    fn buckets_sum_to_what_is_open(
        row in prop::collection::vec((0_u64..200, 0_i64..1_000, 0_i64..1_200), 0..20),
    ) {
        let invoice = |(days, amount, paid): &(u64, i64, i64)| owed(*days, *amount, *paid);
        let invoices: Vec<_> = row.iter().map(invoice).collect();
        let open: i64 = row.iter().map(|(_, amount, paid)| (amount - paid).max(0)).sum();
        let sums = aged(&[30, 60, 90], &invoices);
        prop_assert_eq!(sums.iter().map(|(_, sum)| sum).sum::<i64>(), open);
    }

    #[test]
    fn allocating_loses_nothing(
        parts in prop::collection::vec((0_u32..100, 0_i64..1_000), 0..8),
        paid in 0_i64..5_000,
    ) {
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(due_after_days, amount)| Instalment { due_after_days, amount: yen(amount) })
            .collect();
        let found = allocate(Currency::JPY, &parts, &[yen(paid)]).unwrap();
        let total: i64 = parts.iter().map(|part| part.amount.minor()).sum();
        let open: i64 = found.open.iter().map(|open| open.minor()).sum();
        prop_assert_eq!(total - open, paid - found.rest.minor());
        prop_assert!(found.rest.is_zero() || open == 0);
    }
}

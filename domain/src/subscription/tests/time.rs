//! What holds for every service: the laws of periods, shares and credits.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::kernel::{Currency, Money, MoneyRefusal, Period, Quantity, Refusal, UnitPrice, Zone};
use crate::subscription::conventions::{CreditBasis, DayCount, MonthDays, ProrationUnit};
use crate::subscription::proration::{
    BilledLine, BilledSpan, Charge, Fraction, Ruler, Stretch, StretchChange, Terms, charges, cycles,
};
use crate::subscription::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(from: &str, to: &str) -> Period {
    Period::try_new(day(from), day(to)).unwrap()
}

fn every(count: u32, unit: IntervalUnit) -> Interval {
    Interval::try_new(unit, count).unwrap()
}

fn on_day(day: u32) -> Anchor {
    Anchor::BillingDay { day: BillingDay::try_new(day).unwrap() }
}

const ANNIVERSARY: Anchor = Anchor::Anniversary { date: None };
const CALENDAR: Anchor = Anchor::Calendar {};

fn schedule(start: &str, interval: Interval, anchor: Anchor) -> BillingSchedule {
    BillingSchedule::try_new(day(start), interval, anchor).unwrap()
}

/// The first day of the first period and every end after it.
fn days_of(schedule: BillingSchedule, count: usize) -> Vec<String> {
    let periods = schedule.first(count).unwrap();
    let start = periods.first().map(|first| first.span().from());
    start
        .into_iter()
        .chain(periods.iter().map(|it| it.span().to()))
        .map(|it| it.to_string())
        .collect()
}

fn terms(price: &str) -> Terms {
    let price = UnitPrice::parse(price, Currency::EUR).unwrap();
    Terms { price, quantity: Quantity::ONE }
}

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn charge_for(period: BillingPeriod, price: &str, conventions: Conventions) -> Charge {
    Charge::of(period, terms(price), conventions, Zone::UTC).unwrap()
}

mod boundaries {
    use super::*;

    #[test]
    fn a_day_cut_to_a_short_month_returns_in_a_longer_one() {
        let months = schedule("2023-01-31", every(1, IntervalUnit::Month), ANNIVERSARY);
        assert_eq!(
            days_of(months, 4),
            ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"]
        );
        let years = schedule("2024-02-29", every(1, IntervalUnit::Year), ANNIVERSARY);
        assert_eq!(
            days_of(years, 4),
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
        );
    }

    #[test]
    fn a_billing_day_ahead_opens_a_short_period_and_one_passed_lies_an_interval_ahead() {
        let quarter = every(3, IntervalUnit::Month);
        assert_eq!(
            days_of(schedule("2026-05-10", quarter, on_day(20)), 2),
            ["2026-05-10", "2026-05-20", "2026-08-20"]
        );
        let passed = schedule("2026-05-10", quarter, on_day(5));
        assert_eq!(days_of(passed, 2), ["2026-05-10", "2026-08-05", "2026-11-05"]);
        let first = passed.first(1).unwrap()[0];
        assert!(!first.is_full());
        assert_eq!(first.cycle(), period("2026-05-05", "2026-08-05"));
    }

    #[test]
    fn an_anniversary_date_lies_on_either_side_of_the_start() {
        let date = |text| Anchor::Anniversary { date: Some(day(text)) };
        let year = every(1, IntervalUnit::Year);
        for anchor in [date("2019-07-19"), date("2031-07-19")] {
            assert_eq!(
                days_of(schedule("2026-11-19", year, anchor), 2),
                ["2026-11-19", "2027-07-19", "2028-07-19"]
            );
        }
        let ten_days = schedule("2026-01-05", every(10, IntervalUnit::Day), date("2026-02-01"));
        assert_eq!(days_of(ten_days, 2), ["2026-01-05", "2026-01-12", "2026-01-22"]);
    }

    #[test]
    fn calendars_begin_on_mondays_first_days_quarters_and_januaries() {
        let first = |interval| days_of(schedule("2026-11-19", interval, CALENDAR), 1)[1].clone();
        assert_eq!(first(every(1, IntervalUnit::Week)), "2026-11-23");
        assert_eq!(first(every(1, IntervalUnit::Month)), "2026-12-01");
        assert_eq!(first(every(3, IntervalUnit::Month)), "2027-01-01");
        assert_eq!(first(every(6, IntervalUnit::Month)), "2027-01-01");
        assert_eq!(first(every(1, IntervalUnit::Year)), "2027-01-01");
        assert_eq!(first(every(12, IntervalUnit::Month)), "2027-01-01");
    }

    #[test]
    fn an_interval_no_calendar_knows_counts_from_the_unit_it_is_made_of() {
        let first =
            |interval| schedule("2026-11-19", interval, CALENDAR).first(1).unwrap()[0].cycle();
        let week = every(2, IntervalUnit::Week);
        assert_eq!(first(week), period("2026-11-16", "2026-11-30"));
        assert_eq!(first(every(2, IntervalUnit::Year)), period("2026-01-01", "2028-01-01"));
        assert_eq!(first(every(9, IntervalUnit::Month)), period("2026-10-01", "2027-07-01"));
        assert_eq!(first(every(5, IntervalUnit::Month)), period("2026-11-01", "2027-04-01"));
        assert_eq!(first(every(4, IntervalUnit::Month)), period("2026-09-01", "2027-01-01"));
        assert_eq!(first(every(30, IntervalUnit::Day)), period("2026-11-19", "2026-12-19"));
    }

    #[test]
    fn weeks_and_days_have_no_billing_day_and_count_from_the_start() {
        let weeks = schedule("2026-11-19", every(1, IntervalUnit::Week), on_day(1));
        assert_eq!(days_of(weeks, 2), ["2026-11-19", "2026-11-26", "2026-12-03"]);
    }

    #[test]
    fn anchors_and_timings_are_read_and_stored_as_the_cases_write_them() {
        for text in [
            r#"{"kind":"billing_day","day":31}"#,
            r#"{"kind":"anniversary"}"#,
            r#"{"kind":"anniversary","date":"2024-02-29"}"#,
            r#"{"kind":"calendar"}"#,
        ] {
            let anchor: Anchor = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&anchor).unwrap(), text);
        }
        for wrong in [
            r#"{"kind":"billing_day","day":0}"#,
            r#"{"kind":"billing_day","day":32}"#,
            r#"{"kind":"billing_day"}"#,
            r#"{"kind":"calendar","day":1}"#,
            r#"{"kind":"moon"}"#,
        ] {
            assert!(serde_json::from_str::<Anchor>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::to_string(&Timing::Arrears).unwrap(), r#""arrears""#);
        assert_eq!(format!("{:?}", BillingDay::try_new(31).unwrap()), "31");
    }
}

mod periods {
    use super::*;

    fn spans(periods: &[BillingPeriod]) -> Vec<Period> {
        periods.iter().map(|period| period.span()).collect()
    }

    #[test]
    fn advance_bills_on_the_first_day_and_arrears_on_the_end() {
        let months = schedule("2026-01-10", every(1, IntervalUnit::Month), on_day(10));
        let count = |through, timing| months.billable(day(through), timing).unwrap().len();
        assert_eq!(count("2026-01-09", Timing::Advance), 0);
        assert_eq!(count("2026-02-09", Timing::Advance), 1);
        assert_eq!(count("2026-02-10", Timing::Advance), 2);
        assert_eq!(count("2026-02-09", Timing::Arrears), 0);
        assert_eq!(count("2026-02-10", Timing::Arrears), 1);
    }

    #[test]
    fn an_end_closes_its_period_and_an_end_before_the_start_leaves_none() {
        let months = schedule("2026-01-10", every(1, IntervalUnit::Month), on_day(10));
        let ended = months.until(Some(day("2026-02-20")));
        assert_eq!(
            spans(&ended.first(9).unwrap()),
            [period("2026-01-10", "2026-02-10"), period("2026-02-10", "2026-02-20")]
        );
        assert_eq!(ended.billable(day("2026-02-20"), Timing::Arrears).unwrap().len(), 2);
        assert_eq!(ended.until(None), ended);
        assert_eq!(ended.until(Some(day("2026-03-01"))), ended, "an earlier end stays");
        let on_boundary = months.until(Some(day("2026-02-10")));
        assert_eq!(on_boundary.first(9).unwrap().len(), 1);
        assert!(on_boundary.first(9).unwrap()[0].is_full());
        for end in ["2026-01-10", "2025-12-31"] {
            assert_eq!(months.until(Some(day(end))).periods().next(), None);
        }
    }

    #[test]
    fn a_period_is_found_by_a_day_in_it_while_the_service_lasts() {
        let months = schedule("2026-01-15", every(1, IntervalUnit::Month), on_day(10));
        let ended = months.until(Some(day("2026-03-20")));
        let at = |on| ended.containing(day(on)).map(BillingPeriod::span);
        assert_eq!(at("2026-01-14"), None);
        assert_eq!(at("2026-01-15"), Some(period("2026-01-15", "2026-02-10")));
        assert_eq!(at("2026-02-10"), Some(period("2026-02-10", "2026-03-10")));
        assert_eq!(at("2026-03-19"), Some(period("2026-03-10", "2026-03-20")));
        assert_eq!(at("2026-03-20"), None);
        assert_eq!(months.containing(NaiveDate::MAX), None);
    }

    #[test]
    fn walking_starts_anywhere_without_walking_there() {
        let days = schedule("1500-01-01", every(1, IntervalUnit::Day), ANNIVERSARY);
        let from = |on| days.periods_from(on).next().map(|period| period.span().from());
        assert_eq!(from(day("9999-12-31")), Some(day("9999-12-31")));
        assert_eq!(from(day("1400-01-01")), Some(day("1500-01-01")));
        assert_eq!(from(NaiveDate::MAX), None);
        let short = schedule("2026-01-15", every(1, IntervalUnit::Month), on_day(10));
        let first = short.periods_from(day("2026-01-20")).next();
        assert_eq!(first, short.periods().next());
    }

    #[test]
    fn lists_are_bounded_and_the_calendar_ends_with_9999() {
        let days = schedule("2026-01-01", every(1, IntervalUnit::Day), ANNIVERSARY);
        let far = days.billable(day("9999-12-31"), Timing::Advance);
        assert_eq!(far.clone(), Err(PeriodRefusal::TooMany));
        assert_eq!(far.unwrap_err().code(), "period.too_many");
        assert_eq!(days.first(MOST_PERIODS + 1), Err(PeriodRefusal::TooMany));
        assert_eq!(days.first(MOST_PERIODS).unwrap().len(), MOST_PERIODS);
        let short = days.until(Some(day("2026-01-03")));
        assert_eq!(short.first(usize::MAX).unwrap().len(), 2);
        let years = schedule("9998-06-01", every(1, IntervalUnit::Year), ANNIVERSARY);
        assert_eq!(years.billable(NaiveDate::MAX, Timing::Arrears).unwrap().len(), 2);
        let late = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
        let refused = BillingSchedule::try_new(late, every(1, IntervalUnit::Day), ANNIVERSARY);
        assert_eq!(refused, Err(PeriodRefusal::OutOfCalendar { day: late }));
        assert_eq!(refused.unwrap_err().field(), Some("/start"));
    }

    #[test]
    fn anniversaries_at_the_ends_of_time_have_periods_too() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            let anchor = Anchor::Anniversary { date: Some(date) };
            for unit in [IntervalUnit::Day, IntervalUnit::Week, IntervalUnit::Month] {
                let found =
                    schedule("2026-11-19", every(7, unit), anchor).containing(day("2027-01-01"));
                assert!(found.is_some(), "{date} {unit:?}");
            }
        }
    }

    #[test]
    fn a_piece_of_a_cycle_lies_in_it() {
        let june = period("2026-06-01", "2026-07-01");
        let piece = BillingPeriod::of_cycle(period("2026-05-01", "2026-06-11"), june).unwrap();
        assert_eq!(piece.span(), period("2026-06-01", "2026-06-11"));
        assert_eq!(piece.rest_from(day("2026-06-10")).unwrap().span().days(), 1);
        assert_eq!(piece.rest_from(day("2026-06-10")).unwrap().cycle(), june);
        assert_eq!(piece.rest_from(day("2026-06-11")), None);
        assert_eq!(piece.until(day("2026-06-03")).unwrap().span().days(), 2);
        assert_eq!(piece.until(day("2026-08-01")), Some(piece));
        assert_eq!(piece.until(day("2026-06-01")), None);
        assert_eq!(BillingPeriod::of_cycle(period("2026-07-01", "2026-08-01"), june), None);
    }
}

mod money {
    use super::*;

    #[test]
    fn a_service_costs_its_price_and_the_shares_at_its_ends() {
        let service = schedule("2025-01-01", every(3, IntervalUnit::Month), on_day(15))
            .until(Some(day("2025-04-27")));
        let periods = service.billable(day("2025-04-15"), Timing::Advance).unwrap();
        let found = charges(periods, terms("100.00"), Conventions::default(), Zone::UTC).unwrap();
        let shown: Vec<_> =
            found.iter().map(|it| (it.fraction.to_string(), it.amount.to_major())).collect();
        let expected = [("14/92", "15.22"), ("1", "100.00"), ("12/91", "13.19")];
        assert_eq!(shown, expected.map(|(part, amount)| (part.to_owned(), amount.to_owned())));
        assert_eq!(cycles(&found).to_string(), "1.284042045");
        assert_eq!(cycles(&[]).to_string(), "0.000000000");
    }

    #[test]
    fn a_charge_that_is_no_money_is_refused_by_name() {
        let service = schedule("2025-01-01", every(1, IntervalUnit::Month), ANNIVERSARY);
        let quantity = "1000000000".parse().unwrap();
        let many = Terms { quantity, ..terms("10000000000") };
        let refused = charges(service.periods(), many, Conventions::default(), Zone::UTC);
        assert_eq!(refused, Err(MoneyRefusal::OutOfRange));
    }

    fn billed(amount: &str, left: i64) -> BilledSpan {
        let span = period("2026-05-15", "2026-06-01");
        let cycle = period("2026-05-01", "2026-06-01");
        let terms = terms("100.00");
        let billed = Money::parse_major(amount, Currency::EUR).unwrap();
        let line = BilledLine { left: eur(left), ..BilledLine::new(terms, billed) };
        BilledSpan::new(line, BillingPeriod::of_cycle(span, cycle).unwrap())
    }

    fn credit(line: BilledSpan, from: &str, conventions: Conventions) -> Option<i64> {
        let found = line.unused_from(day(from), conventions, Zone::UTC).unwrap();
        found.map(|credit| credit.amount.minor())
    }

    #[test]
    fn unused_days_are_worth_a_share_of_the_line_or_of_the_price() {
        // 17 of 31 days at 100.00 were billed; a discount left 50.00 of the 54.84.
        let by_line = Conventions::default();
        let by_price = Conventions { credit_basis: CreditBasis::Price, ..by_line };
        let line = billed("50.00", 5_000);
        assert_eq!(credit(line, "2026-05-25", by_line), Some(2_059));
        assert_eq!(credit(line, "2026-05-25", by_price), Some(2_258));
        let fixed = Conventions { day_count: DayCount::Fixed, ..by_line };
        assert_eq!(credit(line, "2026-05-25", fixed), Some(2_000), "6 of 30 days of 100.00");
    }

    #[test]
    fn a_credit_is_at_most_what_is_left_of_the_line() {
        let conventions = Conventions::default();
        assert_eq!(credit(billed("50.00", 1_000), "2026-05-15", conventions), Some(1_000));
        assert_eq!(credit(billed("50.00", 5_000), "2026-01-01", conventions), Some(5_000));
        assert_eq!(credit(billed("50.00", 0), "2026-05-15", conventions), None);
        assert_eq!(credit(billed("50.00", -1), "2026-05-15", conventions), None);
        assert_eq!(credit(billed("50.00", 5_000), "2026-06-01", conventions), None);
        assert_eq!(credit(billed("-50.00", -4_000), "2026-05-15", conventions), Some(-4_000));
        let mut other = billed("50.00", 1);
        other.line.left = Money::zero(Currency::USD);
        assert!(other.unused_from(day("2026-05-15"), conventions, Zone::UTC).is_err());
    }

    #[test]
    fn a_day_is_credited_once() {
        let by_price = Conventions { credit_basis: CreditBasis::Price, ..Conventions::default() };
        let line = billed("54.84", 5_484);
        let first = line.unused_from(day("2026-05-25"), by_price, Zone::UTC).unwrap().unwrap();
        let line = line.less(first).unwrap();
        assert_eq!((first.amount, line.line.left), (eur(2_258), eur(3_226)));
        assert_eq!(line.unused_from(day("2026-05-25"), by_price, Zone::UTC), Ok(None));
        assert_eq!(line.unused_from(day("2026-05-30"), by_price, Zone::UTC), Ok(None));
        let earlier = line.unused_from(day("2026-05-20"), by_price, Zone::UTC).unwrap().unwrap();
        assert_eq!(earlier.period.span(), period("2026-05-20", "2026-05-25"));
        assert_eq!(earlier.amount, eur(1_613), "5 of 31 days");
        let line = line.less(earlier).unwrap();
        assert_eq!((line.line.left, line.kept_to), (eur(1_613), day("2026-05-20")));
    }

    #[test]
    fn a_day_that_is_charged_is_not_credited() {
        let conventions = Conventions { cancel_day: LastDay::Charged, ..Conventions::default() };
        let first_unused = conventions.cancel_day.end_on(day("2026-05-31"));
        let line = billed("50.00", 5_000);
        assert_eq!(line.unused_from(first_unused, conventions, Zone::UTC), Ok(None));
        let first_unused = conventions.change_day.end_on(day("2026-05-31"));
        let credit = line.unused_from(first_unused, conventions, Zone::UTC).unwrap().unwrap();
        assert_eq!(credit.period.span().days(), 1);
        assert_eq!(credit.amount, eur(294));
    }

    #[test]
    fn days_counted_in_seconds_follow_the_clocks_of_the_place() {
        let seconds = Conventions { proration: ProrationUnit::Second, ..Conventions::default() };
        let march = period("2026-03-01", "2026-04-01");
        let last = BillingPeriod::of_cycle(period("2026-03-29", "2026-04-01"), march).unwrap();
        let berlin = "Europe/Berlin".parse().unwrap();
        let there = Charge::of(last, terms("743.00"), seconds, berlin).unwrap();
        assert_eq!(there.amount, eur(7_100), "71 of 743 hours");
        assert_eq!(charge_for(last, "743.00", seconds).amount, eur(7_190), "3 of 31 days");
    }

    fn stretch(from: &str, to: &str) -> Stretch {
        Stretch::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn change(at: &str, to: Option<Terms>) -> StretchChange {
        let june = stretch("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");
        let line = BilledLine::new(terms("30.00"), eur(3_000));
        StretchChange { stretch: june, cycle: june, line, at: at.parse().unwrap(), to }
    }

    #[test]
    fn the_seconds_left_are_credited_at_the_old_terms_and_charged_at_the_new() {
        let settings = Conventions { proration: ProrationUnit::Second, ..Conventions::default() };
        let half = change("2026-06-16T00:00:00Z", Some(terms("60.00"))).lines(settings).unwrap();
        assert_eq!((half.unused, half.recurring), (Some(eur(-1_500)), Some(eur(3_000))));
        assert_eq!(half.net, eur(1_500));
        let ended = change("2026-06-16T00:00:00Z", None).lines(settings).unwrap();
        assert_eq!(
            (ended.unused, ended.recurring, ended.net),
            (Some(eur(-1_500)), None, eur(-1_500))
        );
    }

    #[test]
    fn a_change_before_the_stretch_is_of_all_and_one_behind_it_of_nothing() {
        let settings = Conventions { proration: ProrationUnit::Second, ..Conventions::default() };
        let before = change("2026-01-01T00:00:00Z", Some(terms("60.00"))).lines(settings).unwrap();
        assert_eq!(before.net, eur(3_000));
        let behind = change("2026-07-01T00:00:00Z", Some(terms("60.00"))).lines(settings).unwrap();
        assert_eq!((behind.unused, behind.recurring, behind.net), (None, None, eur(0)));
    }

    #[test]
    fn a_stretch_lasts_at_least_a_second() {
        let at = |text: &str| text.parse().unwrap();
        let (zero, half) = (at("2026-06-01T00:00:00Z"), at("2026-06-01T00:00:00.5Z"));
        assert!(Stretch::try_new(zero, half).is_err());
        assert!(Stretch::try_new(half, zero).is_err());
        let june = stretch("2026-06-01T00:00:00.9Z", "2026-07-01T00:00:00Z");
        assert_eq!(
            (june.seconds(), june.from(), june.to()),
            (2_592_000, zero, at("2026-07-01T00:00:00Z"))
        );
        let outside = stretch("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z");
        assert_eq!(outside.share_of(june), Fraction::NONE);
        let left_out = period("2011-12-30", "2011-12-31");
        assert_eq!(Stretch::of_days(left_out, "Pacific/Apia".parse().unwrap()), None);
    }
}

fn any_interval() -> impl Strategy<Value = Interval> {
    prop_oneof![
        (1_u32..=400).prop_map(|count| every(count, IntervalUnit::Day)),
        (1_u32..=60).prop_map(|count| every(count, IntervalUnit::Week)),
        (1_u32..=40).prop_map(|count| every(count, IntervalUnit::Month)),
        (1_u32..=5).prop_map(|count| every(count, IntervalUnit::Year)),
    ]
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..80_000).prop_map(|days| day("1890-01-01").checked_add_days(Days::new(days)).unwrap())
}

fn any_anchor() -> impl Strategy<Value = Anchor> {
    prop_oneof![
        (1_u32..=31).prop_map(on_day),
        any_day().prop_map(|date| Anchor::Anniversary { date: Some(date) }),
        Just(ANNIVERSARY),
        Just(CALENDAR),
    ]
}

fn any_conventions() -> impl Strategy<Value = Conventions> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 1_u32..=31).prop_map(
        |(second, fixed, price, of)| Conventions {
            proration: if second { ProrationUnit::Second } else { ProrationUnit::Day },
            day_count: if fixed { DayCount::Fixed } else { DayCount::Actual },
            fixed_month_days: MonthDays::try_new(of).unwrap(),
            credit_basis: if price { CreditBasis::Price } else { CreditBasis::BilledLine },
            ..Conventions::default()
        },
    )
}

prop_compose! {
    fn any_schedule()(
        start in any_day(),
        interval in any_interval(),
        anchor in any_anchor(),
        end in prop::option::of(any_day()),
    ) -> BillingSchedule {
        BillingSchedule::try_new(start, interval, anchor).unwrap().until(end)
    }
}

proptest! {
    #[test]
    fn boundaries_rise_and_are_found_by_every_day(
        start in any_day(),
        interval in any_interval(),
        anchor in any_anchor(),
        on in any_day(),
        n in -300_i64..300,
    ) {
        let boundaries = anchor.boundaries(start, interval);
        let at = |n| boundaries.boundary(n).unwrap();
        prop_assert!(at(n) < at(n + 1));
        prop_assert_eq!(boundaries.number_at(at(n)), n);
        let number = boundaries.number_at(on);
        prop_assert!(at(number) <= on && on < at(number + 1));
    }

    #[test]
    fn periods_have_neither_gaps_nor_overlaps(schedule in any_schedule(), start in any_day()) {
        let periods = schedule.first(50).unwrap();
        for pair in periods.windows(2) {
            prop_assert_eq!(pair[0].span().to(), pair[1].span().from());
            let late = pair[1].span().from() != pair[1].cycle().from();
            prop_assert!(!late, "only the first starts late");
        }
        for period in &periods {
            prop_assert_eq!(period.span().overlap(period.cycle()), Some(period.span()));
            prop_assert_eq!(schedule.containing(period.span().from()), Some(*period));
            let last = period.span().to().pred_opt().unwrap();
            prop_assert_eq!(schedule.containing(last), Some(*period));
        }
        let onward = schedule.periods_from(start).next();
        if let Some(found) = schedule.containing(start) {
            prop_assert_eq!(onward, Some(found));
        }
    }

    #[test]
    fn a_billing_day_is_kept_wherever_a_month_has_it(
        start in any_day(),
        months in 1_u32..=24,
        number in 1_u32..=31,
    ) {
        let interval = every(months, IntervalUnit::Month);
        let schedule = BillingSchedule::try_new(start, interval, on_day(number)).unwrap();
        for period in schedule.first(20).unwrap() {
            let end = period.span().to();
            let month_end = u32::from(end.num_days_in_month());
            prop_assert_eq!(end.day(), number.min(month_end));
        }
    }

    #[test]
    fn shares_of_days_and_seconds_add_up(
        cycle_days in 2_u64..2_000,
        start in any_day(),
        cut in 0_u64..2_000,
        seconds in any::<bool>(),
    ) {
        let later = |days| start.checked_add_days(Days::new(days)).unwrap();
        let cut = later(1 + cut % (cycle_days - 1));
        let cycle = Period::try_new(start, later(cycle_days)).unwrap();
        let zone = "America/St_Johns".parse().unwrap();
        let ruler = if seconds { Ruler::Seconds(zone) } else { Ruler::Days };
        let before = ruler.share(Period::try_new(start, cut).unwrap(), cycle);
        let behind = ruler.share(Period::try_new(cut, cycle.to()).unwrap(), cycle);
        prop_assert_eq!(before.whole(), behind.whole());
        prop_assert_eq!(before.part() + behind.part(), before.whole());
    }

    #[test]
    fn no_piece_costs_more_than_its_cycle_and_no_credit_more_than_its_line(
        schedule in any_schedule(),
        conventions in any_conventions(),
        cents in 0_i64..10_000_000,
        left in 0_i64..10_000_000,
        on in any_day(),
    ) {
        let price = UnitPrice::try_new(Decimal::new(cents, 2), Currency::EUR).unwrap();
        let terms = Terms { price, quantity: Quantity::ONE };
        if let Some(period) = schedule.periods_from(on).next() {
            let charge = Charge::of(period, terms, conventions, Zone::UTC).unwrap();
            prop_assert!(0 <= charge.amount.minor() && charge.amount.minor() <= cents);
            prop_assert!(!period.is_full() || charge.amount.minor() == cents);
            let left = eur(left.min(charge.amount.minor()));
            let line = BilledLine { left, ..BilledLine::new(terms, charge.amount) };
            let billed = BilledSpan::new(line, period);
            let credit = billed.unused_from(on, conventions, Zone::UTC).unwrap();
            if let Some(credit) = credit {
                let after = billed.less(credit).unwrap();
                prop_assert!(0 < credit.amount.minor() && 0 <= after.line.left.minor());
                prop_assert_eq!(after.unused_from(on, conventions, Zone::UTC), Ok(None));
            }
            let all = billed.unused_from(period.span().from(), conventions, Zone::UTC).unwrap();
            prop_assert_eq!(all.map_or(0, |credit| credit.amount.minor()), left.minor());
        }
    }
}

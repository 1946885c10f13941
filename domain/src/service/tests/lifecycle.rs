//! The specification of hosted services.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::kernel::testing::refusals_are_well_spoken;
use crate::kernel::{Currency, Money};
use crate::subscription::{Interval, IntervalUnit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn usd(minor: i64) -> Money {
    Money::try_new(minor, Currency::USD).unwrap()
}

fn every(unit: IntervalUnit, count: u32) -> Option<Interval> {
    Interval::try_new(unit, count).ok()
}

fn monthly() -> Option<Interval> {
    every(IntervalUnit::Month, 1)
}

const LIMITS: ServiceLimits = ServiceLimits {
    invoice_days_before: 7,
    suspend_after_days: Some(2),
    terminate_after_days: Some(14),
    cancel_unpaid_order_after_days: Some(7),
};

/// A service of 10.00 a month that is paid up to a day.
fn paid_to(status: ServiceStatus, end: &str) -> HostedService {
    let (expires_on, interval) = (Some(day(end)), monthly());
    HostedService { status, ordered_on: None, expires_on, price: usd(1_000), interval }
}

fn ordered(on: &str) -> HostedService {
    let (ordered_on, interval) = (Some(day(on)), monthly());
    let status = ServiceStatus::Pending;
    HostedService { status, ordered_on, expires_on: None, price: usd(1_000), interval }
}

/// Status, invoice, end and credit used.
type Shown = (&'static str, Option<&'static str>, Option<String>, i64);

fn on(service: &HostedService, today: &str, credit: i64) -> Shown {
    let found = service.on_day(&LIMITS, day(today), usd(credit)).unwrap();
    let end = found.expires_on.map(|end| end.to_string());
    let invoice = found.invoice.map(RenewalInvoice::word);
    (found.status.word(), invoice, end, found.credit_used.minor())
}

fn end(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_renewal_is_billed_once_the_days_left_are_within_the_notice() {
    let service = paid_to(ServiceStatus::Active, "2024-05-17");
    assert_eq!(on(&service, "2024-05-09", 0), ("active", None, end("2024-05-17"), 0));
    assert_eq!(on(&service, "2024-05-10", 0), ("active", Some("open"), end("2024-05-17"), 0));
}

#[test]
fn a_limit_is_passed_when_more_days_than_stated_have_gone_by() {
    let service = paid_to(ServiceStatus::Active, "2024-05-10");
    let status = |today| (on(&service, today, 0).0, on(&service, today, 0).1);
    assert_eq!(status("2024-05-12"), ("active", Some("open")));
    assert_eq!(status("2024-05-13"), ("suspended", Some("open")));
    assert_eq!(status("2024-05-24"), ("suspended", Some("open")));
    assert_eq!(status("2024-05-25"), ("terminated", Some("cancelled")));
    let suspended = paid_to(ServiceStatus::Suspended, "2024-05-10");
    assert_eq!(on(&suspended, "2024-05-11", 0).0, "suspended", "lateness lifts no suspension");
    assert_eq!(on(&suspended, "2024-05-25", 0).0, "terminated");
}

#[test]
fn a_limit_that_is_not_set_never_passes() {
    let never = ServiceLimits { invoice_days_before: 0, ..ServiceLimits::default() };
    let service = paid_to(ServiceStatus::Active, "2024-05-10");
    let found = service.on_day(&never, day("2034-05-10"), usd(0)).unwrap();
    assert_eq!((found.status, found.invoice), (ServiceStatus::Active, Some(RenewalInvoice::Open)));
    let found = ordered("2024-05-10").on_day(&never, day("2034-05-10"), usd(0)).unwrap();
    assert_eq!(found.status, ServiceStatus::Pending);
}

#[test]
fn an_unpaid_order_waits_and_is_cancelled() {
    let order = ordered("2024-05-03");
    assert_eq!(on(&order, "2024-05-10", 0), ("pending", Some("open"), None, 0));
    assert_eq!(on(&order, "2024-05-11", 0), ("cancelled", Some("cancelled"), None, 0));
}

#[test]
fn credit_pays_an_order_and_its_term_begins_that_day() {
    let order = ordered("2024-05-03");
    assert_eq!(on(&order, "2024-05-11", 999).0, "cancelled");
    let paid = ("active", Some("paid"), end("2024-06-11"), 1_000);
    assert_eq!(on(&order, "2024-05-11", 1_000), paid);
    let free = HostedService { price: usd(0), ..order };
    assert_eq!(on(&free, "2024-05-31", 0), ("active", None, end("2024-06-30"), 0));
}

#[test]
fn credit_pays_a_renewal_as_a_whole_or_not_at_all() {
    let service = paid_to(ServiceStatus::Active, "2024-05-12");
    assert_eq!(on(&service, "2024-05-10", 999), ("active", Some("open"), end("2024-05-12"), 0));
    let paid = ("active", Some("paid"), end("2024-06-12"), 1_000);
    assert_eq!(on(&service, "2024-05-10", 5_000), paid, "one term is enough");
    let euro = Money::try_new(5_000, Currency::EUR).unwrap();
    let found = service.on_day(&LIMITS, day("2024-05-10"), euro).unwrap();
    assert_eq!(found.invoice, Some(RenewalInvoice::Open), "credit of another currency is none");
}

#[test]
fn credit_is_used_before_a_limit_is_held_against_the_service() {
    let late = paid_to(ServiceStatus::Active, "2024-05-01");
    let paid = ("active", Some("paid"), end("2024-06-01"), 1_000);
    assert_eq!(on(&late, "2024-05-16", 1_000), paid);
    let months_late = paid_to(ServiceStatus::Active, "2024-01-31");
    let two = ("terminated", Some("cancelled"), end("2024-03-31"), 2_000);
    assert_eq!(on(&months_late, "2024-05-16", 2_500), two);
    let all = ("active", Some("paid"), end("2024-05-31"), 4_000);
    assert_eq!(on(&months_late, "2024-05-16", 9_000), all);
    let suspended = paid_to(ServiceStatus::Suspended, "2024-05-01");
    let resumed = ("active", Some("paid"), end("2024-06-10"), 1_000);
    assert_eq!(on(&suspended, "2024-05-10", 1_000), resumed, "its term begins with the payment");
}

#[test]
fn what_costs_nothing_is_renewed_without_an_invoice() {
    let free = HostedService { price: usd(0), ..paid_to(ServiceStatus::Active, "2024-05-12") };
    assert_eq!(on(&free, "2024-05-10", 0), ("active", None, end("2024-06-12"), 0));
    assert_eq!(on(&free, "2024-04-10", 0), ("active", None, end("2024-05-12"), 0));
    assert_eq!(on(&free, "2024-08-12", 0), ("active", None, end("2024-09-12"), 0));
    let held = HostedService { status: ServiceStatus::Suspended, ..free.clone() };
    assert_eq!(on(&held, "2024-05-10", 0), ("suspended", None, end("2024-06-12"), 0));
    let daily = HostedService { interval: every(IntervalUnit::Day, 1), ..free };
    assert_eq!(on(&daily, "2024-05-10", 0), ("active", None, end("2024-05-13"), 0));
}

#[test]
fn what_has_ended_or_is_paid_for_good_stays_as_it_is() {
    for status in [ServiceStatus::Terminated, ServiceStatus::Cancelled] {
        let service = paid_to(status, "2024-05-12");
        let same = (status.word(), None, end("2024-05-12"), 0);
        assert_eq!(on(&service, "2024-05-30", 5_000), same);
        assert!(status.is_final());
    }
    let once = HostedService {
        interval: None,
        expires_on: None,
        ..paid_to(ServiceStatus::Active, "2024-05-12")
    };
    assert_eq!(on(&once, "2034-05-12", 0), ("active", None, None, 0));
    let bought = HostedService { interval: None, ..ordered("2024-05-12") };
    assert_eq!(on(&bought, "2024-05-12", 1_000), ("active", Some("paid"), None, 1_000));
}

#[test]
fn a_payment_extends_a_running_service_from_its_old_end() {
    let paid = |status, interval, end: Option<&str>, on| {
        let renewed = renew(status, interval, end.map(day), day(on)).unwrap();
        assert_eq!(renewed.status, ServiceStatus::Active);
        renewed.expires_on.map(|end| end.to_string())
    };
    use ServiceStatus::{Active, Pending, Suspended};
    assert_eq!(paid(Active, monthly(), Some("2024-04-30"), "2024-05-10"), end("2024-05-30"));
    assert_eq!(paid(Active, monthly(), Some("2024-05-31"), "2024-05-10"), end("2024-06-30"));
    assert_eq!(paid(Pending, monthly(), None, "2024-01-31"), end("2024-02-29"));
    let year = every(IntervalUnit::Year, 1);
    assert_eq!(paid(Active, year, Some("2024-02-29"), "2024-02-01"), end("2025-02-28"));
    assert_eq!(paid(Suspended, monthly(), Some("2024-04-30"), "2024-05-10"), end("2024-06-10"));
    assert_eq!(paid(Suspended, monthly(), Some("2024-05-20"), "2024-05-10"), end("2024-06-20"));
    assert_eq!(paid(Active, monthly(), None, "2024-05-10"), end("2024-06-10"));
    assert_eq!(paid(Active, None, None, "2024-05-10"), None);
}

#[test]
fn what_has_ended_cannot_be_renewed() {
    let status = ServiceStatus::Terminated;
    let refused = renew(status, monthly(), None, day("2024-05-10"));
    assert_eq!(refused, Err(RenewalRefusal::Ended { status }));
    let past = renew(ServiceStatus::Pending, monthly(), None, day("9999-12-10"));
    assert_eq!(past, Err(RenewalRefusal::PastCalendar));
    refusals_are_well_spoken(
        "service",
        &[RenewalRefusal::Ended { status }, RenewalRefusal::PastCalendar],
    );
}

proptest! {
    #[test]
    fn a_day_has_one_answer_that_time_only_makes_worse(
        offset in -40_i64..40,
        credit in 0_i64..3_000,
        suspended in any::<bool>(),
    ) {
        let status = if suspended { ServiceStatus::Suspended } else { ServiceStatus::Active };
        let service = paid_to(status, "2024-05-31");
        let today = day("2024-05-31") + chrono::Duration::days(offset);
        let found = service.on_day(&LIMITS, today, usd(credit)).unwrap();
        prop_assert!(found.credit_used.minor() <= credit);
        prop_assert!(found.expires_on >= service.expires_on, "paid days are never lost");
        let unpaid = service.on_day(&LIMITS, today, usd(0)).unwrap();
        let next = service.on_day(&LIMITS, today + chrono::Duration::days(1), usd(0)).unwrap();
        prop_assert!(next.status >= unpaid.status);
    }
}

//! The specification of a subscription.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::coupon::{CouponStatus, CouponTerms, Discount, Frequency, Limits, Scope};
use crate::invoice::{LineKind, TaxCategory, TaxTreatment};
use crate::kernel::testing::{TODAY, given, issued, issued_on};
use crate::kernel::{
    Aggregate, ClientId, Country, CouponId, Currency, InvoiceId, Money, Percent, ProductId,
    Refusal, UnitPrice, Zone,
};
use crate::subscription::service::{DocumentRef, End, LineRef, PlanTerms, PlannedKind};
use crate::subscription::*;

const ON_FIRST: Anchor = Anchor::Calendar {};

fn rules() -> Rules {
    Rules { conventions: Conventions::default(), zone: Zone::UTC }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn untaxed() -> TaxTreatment {
    let country = Country::parse("DE").unwrap();
    TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country }
}

fn monthly(plan: &str, price: &str) -> PlanTerms {
    PlanTerms {
        product_id: ProductId::new(Uuid::from_u128(5)),
        plan: plan.to_owned(),
        name: format!("Plan {plan}"),
        kind: LineKind::Vps,
        tax: untaxed(),
        price: Some(UnitPrice::parse(price, Currency::EUR).unwrap()),
        quantity: 1.into(),
        setup_fee: None,
        interval: Interval::try_new(IntervalUnit::Month, 1).unwrap(),
        timing: Timing::Advance,
    }
}

fn new() -> StartSubscription {
    StartSubscription {
        client_id: ClientId::new(Uuid::from_u128(3)),
        currency: Currency::EUR,
        terms: monthly("small", "31.00"),
        trial_days: 0,
        anchor: None,
        fallback_anchor: ON_FIRST,
        ends: None,
    }
}

fn started() -> SubscriptionEvent {
    started_with(new())
}

fn started_with(new: StartSubscription) -> SubscriptionEvent {
    let ask = issued(SubscriptionCommand::Start(new));
    Subscription::default().decide(&ask).unwrap().remove(0)
}

fn end(on: NaiveDate) -> End {
    End { on, day: on }
}

fn change(terms: PlanTerms) -> SubscriptionCommand {
    let fallback_anchor = ON_FIRST;
    SubscriptionCommand::ChangePlan(ChangePlan {
        terms,
        anchor: None,
        fallback_anchor,
        rules: rules(),
        policy: ChangePolicy::ProrateNow,
    })
}

fn cancel(at: CancelAt) -> SubscriptionCommand {
    SubscriptionCommand::Cancel { at, rules: rules() }
}

fn bill(through: NaiveDate) -> SubscriptionCommand {
    let document = DocumentRef::Invoice(InvoiceId::new(Uuid::from_u128(7)));
    let on = LineRef { document, line: 1 };
    SubscriptionCommand::Bill(Bill { through, on, rules: rules() })
}

/// What was billed by a command, as kind and minor units.
fn lines(events: &[SubscriptionEvent]) -> Vec<(PlannedKind, i64)> {
    let plans = events.iter().filter_map(|event| match event {
        SubscriptionEvent::Billed { plan, .. } => Some(plan),
        _ => None,
    });
    plans.flat_map(|plan| &plan.lines).map(|line| (line.kind, line.amount.minor())).collect()
}

/// The history with what is due on a day billed.
fn billed(mut history: Vec<SubscriptionEvent>, on: NaiveDate) -> Vec<SubscriptionEvent> {
    let more = Subscription::fold(&history).decide(&issued_on(on, bill(on))).unwrap();
    history.extend(more);
    history
}

#[test]
fn a_subscription_is_started_once_and_charged_from_the_end_of_its_trial() {
    let trial = StartSubscription { trial_days: 14, ..new() };
    let SubscriptionEvent::Started { charged_from, started_on, .. } = started_with(trial.clone())
    else {
        panic!("it did not start")
    };
    assert_eq!((started_on, charged_from), (TODAY, day("2026-03-29")));
    let again = issued(SubscriptionCommand::Start(new()));
    given::<Subscription>([started()])
        .when(again)
        .then_refused(SubscriptionRefusal::AlreadyStarted);
    let history = [started_with(trial)];
    given::<Subscription>(history.clone()).when(issued(bill(TODAY))).then_nothing();
    let standing = |on| Subscription::fold(&history).contract().unwrap().standing(on);
    assert_eq!(standing(TODAY), Standing::Trialing);
    assert_eq!(standing(day("2026-03-29")), Standing::Active);
}

#[test]
fn every_wrong_field_of_a_start_is_named() {
    let terms = PlanTerms { plan: String::new(), setup_fee: Some(eur(-1)), ..monthly("", "1") };
    let wrong = StartSubscription { terms, trial_days: 9_999, ends: Some(TODAY), ..new() };
    let ask = issued(SubscriptionCommand::Start(wrong));
    let refusal = Subscription::default().decide(&ask).unwrap_err();
    let fields: Vec<String> = refusal.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/plan", "/name", "/setup_fee", "/trial_days", "/ends"]);
    let usd = StartSubscription { currency: Currency::USD, ..new() };
    let ask = issued(SubscriptionCommand::Start(usd));
    assert_eq!(Subscription::default().decide(&ask).unwrap_err().code(), "currency.mixed");
}

#[test]
fn what_is_due_is_billed_once_and_the_change_day_belongs_to_the_new_plan() {
    let history = billed(vec![started()], TODAY);
    assert_eq!(lines(&history), [(PlannedKind::Recurring, 1_700)], "17 of 31 days");
    given::<Subscription>(history.clone()).when(issued(bill(TODAY))).then_nothing();
    let later = day("2026-03-25");
    let ask = issued_on(later, change(monthly("large", "62.00")));
    let changed = Subscription::fold(&history).decide(&ask).unwrap();
    let before = history.len();
    let history = billed([history, changed].concat(), later);
    let new = [(PlannedKind::Recurring, 1_400), (PlannedKind::Unused, -700)];
    assert_eq!(lines(&history[before..]), new);
}

#[test]
fn a_change_to_the_same_terms_is_nothing_and_a_setup_fee_is_charged_on_entering_only() {
    given::<Subscription>([started()])
        .when(issued(change(monthly("small", "31.00"))))
        .then_nothing();
    let fee = |terms| PlanTerms { setup_fee: Some(eur(500)), ..terms };
    let more = PlanTerms { quantity: 3.into(), ..fee(monthly("small", "31.00")) };
    let ask = issued(change(more));
    let events = Subscription::fold(&[started()]).decide(&ask).unwrap();
    let history = billed([vec![started()], events].concat(), TODAY);
    assert_eq!(lines(&history), [(PlannedKind::Recurring, 5_100)]);
    let ask = issued(change(fee(monthly("large", "62.00"))));
    let events = Subscription::fold(&[started()]).decide(&ask).unwrap();
    let history = billed([vec![started()], events].concat(), TODAY);
    assert_eq!(lines(&history), [(PlannedKind::Setup, 500), (PlannedKind::Recurring, 3_400)]);
}

#[test]
fn a_cancellation_can_be_withdrawn_until_it_has_come() {
    let history = billed(vec![started()], TODAY);
    let until = day("2026-04-01");
    let cancelled = SubscriptionEvent::Cancelled { end: end(until) };
    let given_cancelled = given::<Subscription>(history.clone())
        .when(issued(cancel(CancelAt::EndOfTerm)))
        .then([cancelled.clone()]);
    given_cancelled.when(issued(cancel(CancelAt::EndOfTerm))).then_nothing();
    let ending = [history, vec![cancelled]].concat();
    given::<Subscription>(ending.clone())
        .when(issued(SubscriptionCommand::WithdrawCancellation))
        .then([SubscriptionEvent::CancellationWithdrawn { on: TODAY }]);
    given::<Subscription>(ending.clone()).when(issued_on(until, bill(until))).then_nothing();
    given::<Subscription>(ending.clone())
        .when(issued_on(until, SubscriptionCommand::WithdrawCancellation))
        .then_refused(SubscriptionRefusal::Ended);
    given::<Subscription>(ending)
        .when(issued_on(until, change(monthly("large", "62.00"))))
        .then_refused(SubscriptionRefusal::Ended);
    given::<Subscription>([started()])
        .when(issued(SubscriptionCommand::WithdrawCancellation))
        .then_refused(SubscriptionRefusal::NotEnding);
    given::<Subscription>([started()])
        .when(issued(cancel(CancelAt::Date(day("2026-03-14")))))
        .then_refused(SubscriptionRefusal::EndInPast { day: day("2026-03-14") });
}

#[test]
fn an_end_or_a_change_before_the_present_terms_is_refused() {
    let later = day("2026-03-20");
    let ask = issued_on(later, change(monthly("large", "62.00")));
    let changed = Subscription::fold(&[started()]).decide(&ask).unwrap();
    let history = [vec![started()], changed].concat();
    given::<Subscription>(history)
        .when(issued(cancel(CancelAt::Immediate)))
        .then_refused(SubscriptionRefusal::BeforeTerms { since: later });
}

#[test]
fn a_pause_ends_the_service_for_now_and_a_resumption_starts_it_again() {
    let history = billed(vec![started()], TODAY);
    let (pause, back) = (day("2026-03-20"), day("2026-05-16"));
    let paused = SubscriptionEvent::Paused { end: end(pause) };
    let given_paused = given::<Subscription>(history.clone())
        .when(issued_on(pause, SubscriptionCommand::Pause { rules: rules() }))
        .then([paused.clone()]);
    given_paused
        .when(issued_on(pause, SubscriptionCommand::Pause { rules: rules() }))
        .then_nothing();
    let history = billed([history, vec![paused]].concat(), pause);
    given::<Subscription>(history.clone())
        .when(issued_on(pause, change(monthly("large", "62.00"))))
        .then_refused(SubscriptionRefusal::Paused);
    let resumed = SubscriptionEvent::Resumed { on: back };
    given::<Subscription>(history.clone())
        .when(issued_on(back, SubscriptionCommand::Resume))
        .then([resumed.clone()]);
    let history = billed([history, vec![resumed]].concat(), back);
    let all = [
        (PlannedKind::Recurring, 1_700),
        (PlannedKind::Unused, -1_200),
        (PlannedKind::Recurring, 1_600),
    ];
    assert_eq!(lines(&history), all, "nothing for the time between");
    given::<Subscription>(history)
        .when(issued_on(back, SubscriptionCommand::Resume))
        .then_refused(SubscriptionRefusal::Running);
}

#[test]
fn an_adjustment_is_at_most_what_is_left_of_its_line_and_lowers_the_credit() {
    let history = billed(vec![started()], TODAY);
    let adjust =
        |line, minor| issued(SubscriptionCommand::Adjust(AdjustLine { line, amount: eur(minor) }));
    let asked = || given::<Subscription>(history.clone());
    asked().when(adjust(9, 1)).then_refused(SubscriptionRefusal::NoSuchLine { line: 9 });
    let beyond = || SubscriptionRefusal::BeyondLine { left: "17.00".to_owned() };
    asked().when(adjust(1, 1_701)).then_refused(beyond());
    asked().when(adjust(1, 0)).then_refused(beyond());
    let adjusted = SubscriptionEvent::LineAdjusted { on: TODAY, line: 1, amount: eur(1_600) };
    asked().when(adjust(1, 1_600)).then([adjusted.clone()]);
    let cancelled = SubscriptionEvent::Cancelled { end: end(TODAY) };
    let before = history.len();
    let history = billed([history, vec![adjusted, cancelled]].concat(), TODAY);
    assert_eq!(lines(&history[before..]), [(PlannedKind::Unused, -100)]);
}

#[test]
fn a_backlog_is_billed_in_parts_and_nothing_is_billed_too_far_ahead() {
    let terms = PlanTerms {
        interval: Interval::try_new(IntervalUnit::Day, 1).unwrap(),
        ..monthly("daily", "1.00")
    };
    let mut history = vec![started_with(StartSubscription { terms, ..new() })];
    let late = day("2030-03-15");
    let mut parts = 0;
    while history.len() > parts {
        parts = history.len();
        history = billed(history, late);
    }
    assert_eq!(lines(&history).len(), 1_462, "every day, also in a leap year");
    assert_eq!(history.len(), 3, "two bills");
    given::<Subscription>([started()])
        .when(issued(bill(day("2029-03-16"))))
        .then_refused(SubscriptionRefusal::TooFarAhead { months: 36 });
}

#[test]
fn no_plan_holds_more_lines_than_a_document() {
    let daily = |plan: &str| PlanTerms {
        interval: Interval::try_new(IntervalUnit::Day, 1).unwrap(),
        setup_fee: Some(eur(500)),
        ..monthly(plan, "1.00")
    };
    let mut history = vec![started_with(StartSubscription { terms: daily("old"), ..new() })];
    let ask = issued_on(day("2028-06-30"), change(daily("new")));
    history.extend(Subscription::fold(&history).decide(&ask).unwrap());
    let (last, mut lengths) = (day("2028-12-31"), Vec::new());
    loop {
        let before = history.len();
        history = billed(history, last);
        if history.len() == before {
            break;
        }
        lengths.push(lines(&history[before..]).len());
    }
    assert_eq!(lengths, [1_000, 25], "838 days, then 185, and two fees for entering");
    let state = Subscription::fold(&history);
    assert_eq!(state.contract().unwrap().next_due(), Some(day("2029-01-01")));
}

#[test]
fn a_document_has_place_for_what_each_coupon_takes_off_each_line() {
    let daily = PlanTerms {
        interval: Interval::try_new(IntervalUnit::Day, 1).unwrap(),
        ..monthly("daily", "1.00")
    };
    let start = StartSubscription { terms: daily, ..new() };
    let history = billed(vec![started_with(start), attached(3)], day("2028-12-31"));
    assert_eq!(lines(&history).len(), 500);
}

#[test]
fn what_is_given_back_whole_is_not_due_again() {
    let charged = Conventions { change_day: LastDay::Charged, ..Conventions::default() };
    let rules = Rules { conventions: charged, zone: Zone::UTC };
    let last = day("2026-03-31");
    let mut state = Subscription::default();
    let mut ask = |command| {
        for event in state.decide(&issued_on(last, command)).unwrap() {
            state.apply(&event);
        }
        state.contract().unwrap().service.next_due()
    };
    ask(SubscriptionCommand::Start(new()));
    ask(bill(last));
    let terms = monthly("large", "62.00");
    let fallback_anchor = ON_FIRST;
    ask(SubscriptionCommand::ChangePlan(ChangePlan {
        terms,
        anchor: None,
        fallback_anchor,
        rules,
        policy: ChangePolicy::ProrateNow,
    }));
    assert_eq!(ask(bill(last)), Some(day("2026-05-01")), "April is billed on the day before");
    assert_eq!(ask(SubscriptionCommand::Pause { rules }), Some(last), "April goes back");
    assert_eq!(ask(bill(last)), None);
}

fn coupon_id() -> CouponId {
    CouponId::new(Uuid::from_u128(11))
}

/// Half of everything, on so many documents.
fn half(cycles: u32) -> CouponTerms {
    CouponTerms {
        code: "HALF".into(),
        discount: Discount::Percent("50".parse().unwrap()),
        scope: Scope::default(),
        frequency: Frequency::Recurring { cycles },
        currency: None,
        starts_on: None,
        expires_on: Some(TODAY),
        limits: Limits::default(),
        status: CouponStatus::Active,
    }
}

fn attached(cycles: u32) -> SubscriptionEvent {
    let (terms, on) = (Box::new(half(cycles)), TODAY);
    SubscriptionEvent::CouponAttached { coupon_id: coupon_id(), terms, order: 1, on }
}

fn use_coupon(minor: i64) -> SubscriptionCommand {
    let document = DocumentRef::Invoice(InvoiceId::new(Uuid::from_u128(7)));
    SubscriptionCommand::UseCoupon(UseCoupon {
        coupon_id: coupon_id(),
        document,
        amount: eur(minor),
        lines: vec![(1, eur(minor))],
    })
}

#[test]
fn a_coupon_is_attached_once_and_keeps_coming_off_when_its_days_are_over() {
    let attach = || {
        let terms = Box::new(half(3));
        issued(SubscriptionCommand::AttachCoupon { coupon_id: coupon_id(), terms })
    };
    given::<Subscription>([started()])
        .when(attach())
        .then_state(|subscription| {
            let coupon = &subscription.contract().unwrap().coupons[0];
            assert_eq!((coupon.held.coupon.expires_on, coupon.redeemed), (None, false));
        })
        .when(attach())
        .then_nothing();
    given::<Subscription>([started()]).when(attach()).then([attached(3)]);
    given::<Subscription>([started(), SubscriptionEvent::Cancelled { end: end(TODAY) }])
        .when(attach())
        .then_refused(SubscriptionRefusal::Ended);
    let other = SubscriptionCommand::DetachCoupon { coupon_id: CouponId::new(Uuid::from_u128(12)) };
    given::<Subscription>([started(), attached(3)])
        .when(issued(other))
        .then_refused(SubscriptionRefusal::NoSuchCoupon);
}

#[test]
fn what_goes_back_is_a_share_of_what_was_charged_after_the_coupon() {
    // 17 of 31 days of 31.00, half of it off: 8.50 for 17 days.
    let history = billed(vec![started(), attached(3)], TODAY);
    assert_eq!(lines(&history), [(PlannedKind::Recurring, 1_700)]);
    let used = Subscription::fold(&history).decide(&issued(use_coupon(850))).unwrap();
    let history = [history, used, vec![SubscriptionEvent::Cancelled { end: end(TODAY) }]].concat();
    let later = day("2026-03-25");
    let before = history.len();
    let cancelled = billed(history, later);
    assert_eq!(lines(&cancelled[before..]), [(PlannedKind::Unused, -850)]);
}

#[test]
fn a_coupon_takes_no_more_than_was_billed_and_gets_it_back_with_the_invoice() {
    let history = billed(vec![started(), attached(1)], TODAY);
    let asked = || given::<Subscription>(history.clone());
    asked().when(issued(use_coupon(1_701))).then_refused(SubscriptionRefusal::BeyondBilled);
    asked().when(issued(use_coupon(0))).then_refused(SubscriptionRefusal::BeyondBilled);
    let used = Subscription::fold(&history).decide(&issued(use_coupon(850))).unwrap();
    let invoice_id = InvoiceId::new(Uuid::from_u128(7));
    let give_back = || issued(SubscriptionCommand::ReturnCoupons { invoice_id });
    let document = DocumentRef::Invoice(invoice_id);
    let (coupon_id, amount) = (coupon_id(), eur(850));
    let returned = SubscriptionEvent::CouponReturned { coupon_id, document, amount, on: TODAY };
    let history: Vec<_> = history.into_iter().chain(used).collect();
    given::<Subscription>(history.clone()).when(give_back()).then([returned]);
    given::<Subscription>(history)
        .when(give_back())
        .then_state(|subscription| {
            let coupon = &subscription.contract().unwrap().coupons[0];
            assert!(!coupon.held.left.is_spent() && coupon.redeemed && coupon.uses.is_empty());
        })
        .when(give_back())
        .then_nothing();
}

//! The specification of strategies and of what they want on a day.

use chrono::{Days, NaiveDate};
use proptest::prelude::{Just, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as Generates;
use uuid::Uuid;

use super::*;
use crate::kernel::{ClientId, Currency, Invalid, Money, ProductId, Refusal, Zone};

pub(super) fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const DUE: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();

pub(super) fn after(days: u64) -> NaiveDate {
    DUE.checked_add_days(Days::new(days)).unwrap()
}

/// An invoice of 100.00 due on 1 March 2026 that nobody tried to collect.
pub(super) fn facts() -> InvoiceFacts {
    InvoiceFacts {
        balance: eur(10_000),
        due_date: DUE,
        ended: None,
        attempts: Vec::new(),
        disputed: false,
        has_new_method: false,
        owed: Owed { count: 1, totals: Amounts::try_new(vec![eur(10_000)]).unwrap() },
    }
}

fn attempt(days: u64, outcome: AttemptOutcome) -> Attempt {
    Attempt { on: after(days), outcome }
}

fn declined(days: &[u64]) -> InvoiceFacts {
    let soft = |days: &u64| attempt(*days, AttemptOutcome::SoftDeclined);
    InvoiceFacts { attempts: days.iter().map(soft).collect(), ..facts() }
}

fn terms() -> StrategyTerms {
    BuiltIn::Default.strategy().into()
}

/// What a strategy does on each day of a row, each wish taken on its day.
fn run(strategy: &Strategy, facts: &InvoiceFacts, days: impl Iterator<Item = u64>) -> Vec<String> {
    let mut progress = Progress::default();
    let mut seen = Vec::new();
    for at in days {
        if let Next::Act(wanted) = next_step(strategy, facts, &progress, after(at), Zone::UTC) {
            take(&mut progress, &wanted, after(at));
            seen.extend(wanted.step.map(|step| format!("{at} {}", step.name)));
        }
    }
    seen
}

fn take(progress: &mut Progress, wanted: &Wanted, on: NaiveDate) {
    if let Some(step) = &wanted.step {
        progress.taken.push(TakenStage { no: step.no, action: step.action, on });
    }
    match wanted.collection {
        Some(Collection::Retry { .. }) => progress.retried_on = Some(on),
        Some(Collection::AskForMethod) => progress.method_asked_on = Some(on),
        None => {}
    }
}

/// The codes of everything wrong with terms, with their fields.
fn wrong(change: impl FnOnce(&mut StrategyTerms)) -> Vec<(String, &'static str)> {
    let mut terms = terms();
    change(&mut terms);
    let refused: Result<Strategy, Invalid> = Strategy::try_new(terms);
    let problems = refused.err().map(|invalid| invalid.problems()).unwrap_or_default();
    problems.into_iter().map(|problem| (problem.field, problem.code)).collect()
}

#[test]
fn the_built_in_strategies_follow_their_table_when_asked_every_day() {
    for built_in in BuiltIn::ALL {
        let strategy = built_in.strategy();
        assert_eq!(Strategy::try_new(strategy.terms().clone()), Ok(strategy.clone()));
        let seen = run(&strategy, &facts(), 0..60);
        let expected = match built_in {
            BuiltIn::Default => [(1, "reminder_1"), (3, "reminder_2"), (7, "reminder_3")]
                .into_iter()
                .chain([(14, "last_warning"), (17, "suspension"), (30, "cancellation")]),
            BuiltIn::Gentle => [(2, "reminder_1"), (7, "reminder_2"), (14, "reminder_3")]
                .into_iter()
                .chain([(21, "last_warning"), (28, "suspension"), (45, "cancellation")]),
            // Nobody is late on the due date itself, and the second reminder overtakes the first.
            BuiltIn::Aggressive => [(1, "reminder_2"), (3, "reminder_3"), (5, "last_warning")]
                .into_iter()
                .chain([(7, "suspension"), (14, "cancellation"), (0, "")]),
        };
        let expected = expected.filter(|(_, name)| !name.is_empty());
        let expected: Vec<_> = expected.map(|(at, name)| format!("{at} {name}")).collect();
        assert_eq!(seen, expected, "{built_in}");
    }
}

#[test]
fn a_payment_declined_on_the_due_date_is_late_on_it() {
    let strategy = BuiltIn::Aggressive.strategy();
    let seen = run(&strategy, &declined(&[0]), 0..2);
    assert_eq!(seen, ["0 reminder_1", "1 reminder_2"]);
    assert_eq!(run(&strategy, &facts(), 0..1), [""; 0]);
}

#[test]
fn dunning_that_was_held_up_goes_on_with_a_warning_and_keeps_the_grace() {
    let seen = run(&BuiltIn::Default.strategy(), &facts(), 40..60);
    assert_eq!(seen, ["40 last_warning", "43 suspension", "46 cancellation"]);
    let without = StrategyTerms { grace_days: 0, ..terms() };
    let seen = run(&Strategy::try_new(without).unwrap(), &facts(), 40..60);
    assert_eq!(seen, ["40 suspension", "41 cancellation"], "one stage a day all the same");
}

#[test]
fn whatever_takes_something_away_is_not_skipped_and_reminders_are() {
    let seen = run(&BuiltIn::Default.strategy(), &facts(), [2, 8, 31, 33, 34, 36, 37].into_iter());
    let expected = ["2 reminder_1", "8 reminder_3", "31 last_warning"];
    assert_eq!(seen[..3], expected);
    assert_eq!(seen[3..], ["34 suspension", "37 cancellation"]);
}

#[test]
fn stages_by_count_and_amount_look_at_all_the_client_owes() {
    let stage =
        |name: &str, when, action| Stage { name: name.into(), when, action, late_fee: false };
    let totals = Amounts::try_new(vec![eur(50_000)]).unwrap();
    let stages = vec![
        Stage::after_days("note", 1, StageAction::Remind),
        stage("many", Condition { count: Some(3), ..Condition::default() }, StageAction::Block),
        stage("much", Condition { days: Some(5), count: None, totals }, StageAction::Suspend),
    ];
    let strategy = Strategy::try_new(StrategyTerms { stages, grace_days: 0, ..terms() }).unwrap();
    let owing = |count, total| {
        let totals = Amounts::try_new(vec![eur(total)]).unwrap();
        run(&strategy, &InvoiceFacts { owed: Owed { count, totals }, ..facts() }, 0..9)
    };
    assert_eq!(owing(1, 10_000), ["1 note"]);
    assert_eq!(owing(3, 10_000), ["1 many"], "the note is overtaken");
    assert_eq!(owing(1, 50_000), ["1 note", "5 much"], "what does not hold is left out");
    assert_eq!(owing(4, 50_000), ["1 many", "5 much"]);
}

#[test]
fn who_pays_disputes_or_promises_is_left_alone() {
    let strategy = BuiltIn::Default.strategy();
    let next = |facts: &InvoiceFacts, progress: &Progress| {
        next_step(&strategy, facts, progress, after(40), Zone::UTC)
    };
    let none = Progress::default();
    for outcome in [AttemptOutcome::Pending, AttemptOutcome::Unknown] {
        let paying = InvoiceFacts { attempts: vec![attempt(1, outcome)], ..facts() };
        assert_eq!(next(&paying, &none), Next::Hold(Hold::PaymentUnderWay));
    }
    let disputed = InvoiceFacts { disputed: true, ..facts() };
    assert_eq!(next(&disputed, &none), Next::Hold(Hold::Disputed));
    let promised = |days| Progress { promised_until: Some(after(days)), ..Progress::default() };
    let held = Next::Hold(Hold::Promised { until: after(40) });
    assert_eq!(next(&facts(), &promised(40)), held, "its last day is part of a promise");
    assert!(matches!(next(&facts(), &promised(39)), Next::Act(_)));
    for end in [InvoiceEnd::Paid, InvoiceEnd::Voided, InvoiceEnd::WrittenOff] {
        let ended = InvoiceFacts { ended: Some(end), disputed: true, ..facts() };
        assert_eq!(next(&ended, &none), Next::Stop(Over::Ended(end)));
    }
    let settled = InvoiceFacts { balance: eur(0), ..facts() };
    assert_eq!(next(&settled, &none), Next::Stop(Over::Ended(InvoiceEnd::Paid)));
}

/// The day and hour of a retry wanted so many days after the due date.
fn retry(facts: &InvoiceFacts, retried_on: Option<u64>, at: u64) -> Option<String> {
    let progress = Progress { retried_on: retried_on.map(after), ..Progress::default() };
    let zone = "America/New_York".parse().unwrap();
    let next = next_step(&BuiltIn::Gentle.strategy(), facts, &progress, after(at), zone);
    match next {
        Next::Act(Wanted { collection: Some(Collection::Retry { at }), .. }) => {
            Some(at.to_string())
        }
        _ => None,
    }
}

#[test]
fn a_soft_decline_is_retried_after_1_3_5_and_7_days_at_nine_in_the_morning() {
    assert_eq!(retry(&declined(&[0]), None, 0), None);
    assert_eq!(retry(&declined(&[0]), None, 1), Some("2026-03-02 14:00:00 UTC".into()));
    assert_eq!(retry(&declined(&[0, 1]), None, 2), None);
    assert_eq!(retry(&declined(&[0, 1]), None, 3), Some("2026-03-04 14:00:00 UTC".into()));
    // Clocks went forward on 8 March.
    let sixth = declined(&[0, 1, 3, 5]);
    assert_eq!(retry(&sixth, None, 7), Some("2026-03-08 13:00:00 UTC".into()));
    assert_eq!(retry(&declined(&[0, 1, 3, 5, 7]), None, 20), None, "five tries are enough");
}

#[test]
fn a_late_run_makes_one_try_and_not_several() {
    assert!(retry(&declined(&[0]), None, 6).is_some());
    assert_eq!(retry(&declined(&[0]), Some(6), 6), None, "asked for today already");
    assert_eq!(retry(&declined(&[0, 6]), None, 6), None);
    assert!(retry(&declined(&[0, 6]), None, 7).is_some());
    assert!(retry(&declined(&[0]), Some(6), 7).is_some(), "the try asked for was never made");
}

#[test]
fn a_case_is_for_what_is_late_or_was_declined() {
    let needs = |facts: &InvoiceFacts, at| needs_case(facts, after(at));
    assert_eq!([0, 1].map(|at| needs(&facts(), at)), [false, true]);
    assert!(needs(&declined(&[0]), 0));
    assert!(!needs(&InvoiceFacts { balance: eur(0), ..declined(&[0]) }, 9));
    assert!(!needs(&InvoiceFacts { ended: Some(InvoiceEnd::Voided), ..facts() }, 9));
}

#[test]
fn an_unreachable_gateway_is_asked_five_times_within_31_hours() {
    let mut at = "2026-03-15T00:00:00Z".parse().unwrap();
    let mut hours = Vec::new();
    for tries in 1.. {
        let Some(next) = after_unreachable(at, tries) else { break };
        hours.push((next - at).num_hours());
        at = next;
    }
    assert_eq!(hours, [1, 2, 4, 8, 16]);
    assert_eq!(after_unreachable(at, 0), None);
}

#[test]
fn a_hard_decline_stops_retries_until_there_is_another_way_to_pay() {
    let hard = |has_new_method| InvoiceFacts {
        attempts: vec![attempt(0, AttemptOutcome::HardDeclined)],
        has_new_method,
        ..facts()
    };
    let strategy = BuiltIn::Gentle.strategy();
    let asked =
        |at: Option<u64>| Progress { method_asked_on: at.map(after), ..Progress::default() };
    let next =
        |progress: &Progress| next_step(&strategy, &hard(false), progress, after(1), Zone::UTC);
    let ask = Wanted { step: None, collection: Some(Collection::AskForMethod) };
    assert_eq!(next(&asked(None)), Next::Act(ask));
    assert_eq!(next(&asked(Some(0))), Next::Rest, "asked once");
    assert_eq!(retry(&hard(true), None, 1), Some("2026-03-02 05:00:00 UTC".into()), "at once");
}

#[test]
fn tries_count_from_the_first_one_after_the_last_money_that_came() {
    let mut facts = declined(&[0, 1, 3, 5]);
    facts.attempts.push(attempt(7, AttemptOutcome::Settled));
    facts.attempts.push(attempt(100, AttemptOutcome::SoftDeclined));
    assert_eq!(retry(&facts, None, 100), None);
    assert!(retry(&facts, None, 101).is_some());
}

#[test]
fn nothing_is_taken_away_on_a_day_on_which_a_payment_is_tried() {
    let mut terms = terms();
    terms.retries.schedule.pace = RetryPace::AfterDays(vec![17]);
    let strategy = Strategy::try_new(terms).unwrap();
    let warned = TakenStage { no: 4, action: StageAction::Warn, on: after(14) };
    let mut progress = Progress { taken: vec![warned], ..Progress::default() };
    let next = |progress: &Progress, at| {
        next_step(&strategy, &declined(&[0]), progress, after(at), Zone::UTC)
    };
    let Next::Act(wanted) = next(&progress, 17) else { panic!("nothing is wanted") };
    assert!(wanted.step.is_none() && wanted.collection.is_some());
    take(&mut progress, &wanted, after(17));
    assert_eq!(next(&progress, 17), Next::Rest);
}

#[test]
fn a_late_fee_is_a_share_up_to_its_cap_or_a_fixed_amount_in_the_currency_of_the_debt() {
    let caps = Amounts::try_new(vec![eur(2_000)]).unwrap();
    let share = LateFee::Percent { percent: "2.5".parse().unwrap(), cap: caps };
    assert_eq!(share.on(eur(9_990)), Some(eur(250)), "249.75 is rounded once");
    assert_eq!(share.on(eur(1_000_000)), Some(eur(2_000)));
    assert_eq!(share.on(eur(10)), None, "a quarter of a cent is no fee");
    let yen = Money::try_new(10_000, Currency::JPY).unwrap();
    assert_eq!(share.on(yen), Money::try_new(250, Currency::JPY).ok(), "no cap in yen");
    let fixed = LateFee::Fixed { amounts: Amounts::try_new(vec![eur(500)]).unwrap() };
    assert_eq!((fixed.on(eur(1)), fixed.on(yen)), (Some(eur(500)), None));
}

#[test]
fn a_strategy_names_everything_that_is_wrong_with_it() {
    assert_eq!(wrong(|_| ()), []);
    let one = |field: &str, code| vec![(field.to_owned(), code)];
    let end = Stage::after_days("more", 90, StageAction::Remind);
    let remind = Stage::after_days("reminder_1", 1, StageAction::Remind);
    assert_eq!(wrong(|it| it.stages.clear()), one("/stages", "strategy.stage_count"));
    assert_eq!(
        wrong(|it| it.stages[1] = remind),
        [("/stages/1/name".into(), "strategy.stage_twice"),]
    );
    assert_eq!(
        wrong(|it| it.stages[0].when = Condition::default()),
        one("/stages/0/when", "condition.empty")
    );
    assert_eq!(
        wrong(|it| it.stages[2].when = Condition::after_days(2)),
        one("/stages/2/when/days", "strategy.stage_order")
    );
    assert_eq!(wrong(|it| it.stages.push(end)), one("/stages/6/action", "strategy.after_the_end"));
    assert_eq!(
        wrong(|it| it.stages.drain(..5).for_each(drop)),
        one("/stages/0/action", "strategy.no_warning")
    );
    assert_eq!(
        wrong(|it| it.stages[5].action = StageAction::Block),
        one("/stages/5/action", "strategy.severity")
    );
    assert_eq!(wrong(|it| it.grace_days = 91), one("/grace_days", "strategy.grace"));
    assert_eq!(
        wrong(|it| it.stages[3].late_fee = true),
        one("/late_fee", "strategy.late_fee_missing")
    );
    assert_eq!(
        wrong(|it| it.retries.schedule.pace = RetryPace::AfterDays(vec![3, 1])),
        one("/retries/schedule/pace/after_days", "retry.days")
    );
    let promises = PromiseTerms { longest_days: 0, most: 21 };
    assert_eq!(
        wrong(|it| it.promises = promises),
        [
            ("/promises/longest_days".into(), "strategy.promise_days"),
            ("/promises/most".into(), "strategy.promises"),
        ]
    );
}

#[test]
fn every_bound_of_a_strategy_is_checked() {
    let codes = |change: fn(&mut StrategyTerms)| -> Vec<_> {
        wrong(change).into_iter().map(|(_, code)| code).collect()
    };
    assert_eq!(codes(|it| it.retries.most_tries = 0), ["retry.tries"]);
    assert_eq!(codes(|it| it.retries.at_hour = 24), ["retry.hour"]);
    let every = |days| RetryPace::EveryDays(days);
    assert!(RetrySchedule { pace: every(0), final_day: None }.check().is_err());
    assert!(RetrySchedule { pace: every(365), final_day: None }.check().is_ok());
    assert_eq!(codes(|it| it.stages[0].when.days = Some(3_651)).first(), Some(&"condition.days"));
    assert_eq!(codes(|it| it.stages[0].when.count = Some(0)), ["condition.count"]);
    let nothing = Amounts::try_new(vec![eur(0)]).unwrap();
    let condition = Condition { totals: nothing.clone(), ..Condition::default() };
    assert_eq!(condition.check().unwrap_err().code(), "condition.totals");
    let zero = "0".parse().unwrap();
    assert!(LateFee::Percent { percent: zero, cap: Amounts::default() }.check().is_err());
    let double = "100.01".parse().unwrap();
    assert!(LateFee::Percent { percent: double, cap: Amounts::default() }.check().is_err());
    assert!(LateFee::Fixed { amounts: nothing }.check().is_err());
    assert!(LateFee::Fixed { amounts: Amounts::default() }.check().is_err());
    assert!(Amounts::try_new(vec![eur(-1)]).is_err());
    assert!(Amounts::try_new(vec![eur(1), eur(2)]).is_err());
    let stored = serde_json::to_value(terms()).unwrap();
    assert!(serde_json::from_value::<Strategy>(stored.clone()).is_ok());
    let mut broken = stored;
    broken["grace_days"] = 91.into();
    assert!(serde_json::from_value::<Strategy>(broken).is_err(), "what is stored is checked too");
}

#[test]
fn the_bounds_of_a_strategy_are_allowed_themselves() {
    assert_eq!(wrong(|it| it.grace_days = 90), []);
    assert_eq!(wrong(|it| it.promises = PromiseTerms { longest_days: 365, most: 20 }), []);
    assert_eq!(wrong(|it| it.promises = PromiseTerms { longest_days: 1, most: 0 }), []);
    assert_eq!(wrong(|it| (it.retries.most_tries, it.retries.at_hour) = (50, 23)), []);
    assert_eq!(wrong(|it| it.retries.most_tries = 1), []);
    assert_eq!(wrong(|it| it.stages[5].when = Condition::after_days(3_650)), []);
    assert_eq!(wrong(|it| it.stages[4].action = StageAction::Block), []);
    assert_eq!(wrong(|it| it.stages[5].when = Condition::after_days(17)), [], "of one day");
    let many = |it: &mut StrategyTerms, count: usize| {
        let stage = |no| Stage::after_days(&format!("stage {no}"), 1, StageAction::Suspend);
        it.stages = (0..count).map(stage).collect();
    };
    assert_eq!(wrong(|it| many(it, 50)), []);
    assert_eq!(wrong(|it| many(it, 51)), [("/stages".into(), "strategy.stage_count")]);
    let all = "100".parse().unwrap();
    assert_eq!(LateFee::Percent { percent: all, cap: Amounts::default() }.check(), Ok(()));
    let strategy = BuiltIn::Default.strategy();
    assert_eq!(strategy.stage(1).map(|stage| stage.name.as_str()), Some("reminder_1"));
    assert_eq!((strategy.stage(0), strategy.stage(7)), (None, None));
}

#[test]
fn the_clients_strategy_goes_before_the_products_and_that_before_the_sellers() {
    let client = ClientId::new(Uuid::from_u128(1));
    let products = [2, 3].map(|bits| ProductId::new(Uuid::from_u128(bits)));
    let all = [
        Holder::Client(client),
        Holder::Product(products[0]),
        Holder::Product(products[1]),
        Holder::Tenant,
    ];
    for known in 0..=all.len() {
        let held_by = |holder| all[known..].contains(&holder).then_some(holder);
        assert_eq!(resolve(held_by, client, &products), all.get(known).copied());
    }
}

#[test]
fn a_debt_counts_from_its_own_day_whenever_it_is_unsettled() {
    let yen = Money::try_new(700, Currency::JPY).unwrap();
    let debts = [
        Debt::new(after(0), eur(300), Some(after(5))).reopened(after(20), Some(after(22))),
        Debt::new(after(4), eur(200), None),
        Debt::new(after(4), yen, None),
        Debt::new(after(0), eur(0), None),
    ];
    let arrears = |at| {
        let found = Arrears::on(after(at), &debts).unwrap();
        let totals: Vec<_> = found.owed.totals.iter().map(|total| total.to_string()).collect();
        (found.days, found.owed.count, totals.join(", "))
    };
    assert_eq!(arrears(0), (Some(0), 1, "3.00 EUR".into()));
    assert_eq!(arrears(4), (Some(4), 3, "5.00 EUR, 700 JPY".into()));
    assert_eq!(arrears(5), (Some(1), 2, "2.00 EUR, 700 JPY".into()));
    assert_eq!(arrears(20), (Some(20), 3, "5.00 EUR, 700 JPY".into()));
    assert_eq!(arrears(22), (Some(18), 2, "2.00 EUR, 700 JPY".into()));
    assert_eq!(Arrears::on(DUE.pred_opt().unwrap(), &debts), Ok(Arrears::default()));
    let huge = Debt::new(after(0), eur(Money::LIMIT), None);
    assert!(Arrears::on(after(9), &[huge.clone(), huge]).is_err());
}

#[test]
fn the_last_stage_whose_condition_holds_is_in_force_even_over_a_gap() {
    let mut stages = BuiltIn::Default.strategy().terms().stages.clone();
    stages[3].when.count = Some(9);
    let debts = [Debt::new(after(0), eur(100), None)];
    let name = |at| {
        let arrears = Arrears::on(after(at), &debts).unwrap();
        in_force(&stages, &arrears).map(|stage| (stage.name.as_str(), stage.action.suspends()))
    };
    assert_eq!(name(0), None);
    assert_eq!(name(16), Some(("reminder_3", false)));
    assert_eq!(name(17), Some(("suspension", true)));
    assert_eq!(in_force(&stages, &Arrears::default()), None, "nothing is owed");
}

#[test]
fn a_campaign_asks_for_each_currency_by_itself_and_rests_between() {
    let yen = |minor| Money::try_new(minor, Currency::JPY).unwrap();
    let policy = CampaignPolicy {
        thresholds: Amounts::try_new(vec![yen(500), eur(1_000)]).unwrap(),
        most_requests: 2,
        idle_days_between: 3,
    };
    let debts = [
        Debt::new(after(0), eur(900), None),
        Debt::new(after(2), eur(100), Some(after(9))).reopened(after(20), None),
        Debt::new(after(1), yen(500), None),
        Debt::new(after(0), Money::try_new(99, Currency::USD).unwrap(), None),
    ];
    let mut sent = Vec::new();
    for at in (0..30).flat_map(|at| [at, at]) {
        sent.extend(policy.requests(&debts, &sent, after(at)).unwrap());
    }
    let shown: Vec<_> = sent
        .iter()
        .map(|request| ((request.on - DUE).num_days(), request.amount.to_string()))
        .collect();
    let expected = [(2, "500 JPY"), (3, "10.00 EUR"), (6, "500 JPY"), (7, "10.00 EUR")];
    assert_eq!(shown, expected.map(|(at, amount)| (at, amount.to_owned())));
}

#[test]
fn a_campaign_begins_anew_with_a_new_debt() {
    let policy = CampaignPolicy {
        thresholds: Amounts::try_new(vec![eur(100)]).unwrap(),
        most_requests: 1,
        idle_days_between: 0,
    };
    assert_eq!(policy.check(), Ok(()));
    let old = Debt::new(after(0), eur(500), Some(after(10)));
    let new = Debt::new(after(20), eur(300), None);
    let mut sent = Vec::new();
    for at in 0..30 {
        sent.extend(policy.requests(&[old.clone(), new.clone()], &sent, after(at)).unwrap());
    }
    let expected = [(1, 500), (21, 300)]
        .map(|(at, minor)| PaymentRequest { on: after(at), amount: eur(minor) });
    assert_eq!(sent, expected);
    for broken in [
        CampaignPolicy { thresholds: Amounts::default(), ..policy.clone() },
        CampaignPolicy { most_requests: 0, ..policy.clone() },
        CampaignPolicy { idle_days_between: 366, ..policy },
    ] {
        assert!(broken.check().is_err());
    }
}

#[test]
fn a_schedule_ends_with_its_final_day() {
    let schedule = RetrySchedule { pace: RetryPace::EveryDays(7), final_day: Some(21) };
    let all = schedule.retries(day("2024-02-22"), NaiveDate::MAX);
    assert_eq!(all, ["2024-02-29", "2024-03-07", "2024-03-14"].map(day));
    let given_up = |settled: &str| schedule.given_up_on(day("2024-02-22"), Some(day(settled)));
    assert_eq!(given_up("2024-03-15"), Some(day("2024-03-14")));
    assert_eq!(given_up("2024-03-14"), None, "settled by then");
    assert_eq!(schedule.given_up_on(NaiveDate::MAX, None), None);
    assert_eq!(schedule.retries(NaiveDate::MAX, NaiveDate::MAX), []);
}

fn any_outcome() -> impl Generates<Value = AttemptOutcome> {
    prop::sample::select(vec![
        AttemptOutcome::Settled,
        AttemptOutcome::Pending,
        AttemptOutcome::Unknown,
        AttemptOutcome::SoftDeclined,
        AttemptOutcome::SoftDeclined,
        AttemptOutcome::HardDeclined,
    ])
}

pub(super) fn any_facts() -> impl Generates<Value = InvoiceFacts> {
    let attempts = prop::collection::vec((0_u64..40, any_outcome()), 0..6);
    let flags = (prop_oneof![4 => Just(false), 1 => Just(true)], any::<bool>());
    (attempts, flags, 0_i64..3, 0_u32..5).prop_map(|(mut attempts, flags, balance, count)| {
        attempts.sort_by_key(|(at, _)| *at);
        InvoiceFacts {
            balance: eur(balance * 10_000),
            attempts: attempts.into_iter().map(|(at, outcome)| attempt(at, outcome)).collect(),
            disputed: flags.0,
            has_new_method: flags.1,
            owed: Owed { count, totals: Amounts::try_new(vec![eur(balance * 10_000)]).unwrap() },
            ..facts()
        }
    })
}

pub(super) fn any_strategy() -> impl Generates<Value = Strategy> {
    let built_in = prop::sample::select(BuiltIn::ALL.to_vec());
    (built_in, 0_u32..10, 0_u32..4).prop_map(|(built_in, grace_days, count)| {
        let mut terms = StrategyTerms { grace_days, ..built_in.strategy().into() };
        terms.stages[2].when.count = Some(count).filter(|count| *count > 0);
        terms.stages[3].late_fee = true;
        let amounts = Amounts::try_new(vec![eur(500)]).unwrap();
        terms.late_fee = Some(LateFee::Fixed { amounts });
        Strategy::try_new(terms).unwrap()
    })
}

proptest! {
    #[test]
    fn taking_what_is_wanted_and_asking_again_gives_nothing(
        strategy in any_strategy(),
        facts in any_facts(),
        days in prop::collection::btree_set(0_u64..80, 1..12),
    ) {
        let mut progress = Progress::default();
        for at in days {
            let next = next_step(&strategy, &facts, &progress, after(at), Zone::UTC);
            if let Next::Act(wanted) = next {
                take(&mut progress, &wanted, after(at));
                let again = next_step(&strategy, &facts, &progress, after(at), Zone::UTC);
                prop_assert!(matches!(again, Next::Rest | Next::Stop(Over::Terminated)));
            }
        }
    }

    #[test]
    fn stages_are_taken_in_order_and_never_against_whoever_pays_or_disputes(
        strategy in any_strategy(),
        row in prop::collection::vec((0_u64..4, any_facts()), 1..40),
    ) {
        let mut progress = Progress::default();
        let mut at = 0;
        for (later, facts) in row {
            at += later;
            let next = next_step(&strategy, &facts, &progress, after(at), Zone::UTC);
            let is_paying = facts.attempts.iter().any(|attempt| {
                matches!(attempt.outcome, AttemptOutcome::Pending | AttemptOutcome::Unknown)
            });
            if !facts.balance.is_positive() {
                prop_assert_eq!(&next, &Next::Stop(Over::Ended(InvoiceEnd::Paid)));
            }
            if let Next::Act(wanted) = next {
                prop_assert!(!is_paying && !facts.disputed);
                prop_assert!(wanted.step.is_some() || wanted.collection.is_some());
                if let Some(step) = &wanted.step {
                    let last = progress.taken.last();
                    prop_assert!(last.is_none_or(|last| last.no < step.no && last.on < after(at)));
                    let grace = u64::from(strategy.terms().grace_days);
                    let kept = |last: &TakenStage| after(at) >= last.on + Days::new(grace);
                    prop_assert!(!step.action.is_severe() || last.is_none_or(kept));
                    let ends = step.action == StageAction::Terminate;
                    let was_suspended = progress.taken.iter().any(|it| it.action.suspends());
                    prop_assert!(!ends || was_suspended, "the service ends without a suspension");
                }
                take(&mut progress, &wanted, after(at));
            }
        }
    }

    #[test]
    fn no_try_is_made_more_often_than_the_limit_or_twice_a_day(
        days in prop::collection::btree_set(0_u64..60, 1..40),
    ) {
        let strategy = BuiltIn::Gentle.strategy();
        let mut known = declined(&[0]);
        for at in days {
            let next = next_step(&strategy, &known, &Progress::default(), after(at), Zone::UTC);
            if let Next::Act(Wanted { collection: Some(Collection::Retry { .. }), .. }) = next {
                prop_assert!(known.attempts.iter().all(|attempt| attempt.on < after(at)));
                known.attempts.push(attempt(at, AttemptOutcome::SoftDeclined));
            }
        }
        prop_assert!(known.attempts.len() <= 5);
    }

    #[test]
    fn the_stage_in_force_never_falls_back_while_nothing_is_paid(
        from in 0_u64..50, later in 0_u64..50, dates in prop::collection::vec(0_u64..30, 1..6),
    ) {
        let strategy = BuiltIn::Default.strategy();
        let debts: Vec<_> = dates.iter().map(|at| Debt::new(after(*at), eur(100), None)).collect();
        let stage = |at| {
            let arrears = Arrears::on(after(at), &debts).unwrap();
            let stages = &strategy.terms().stages;
            let found = in_force(stages, &arrears).map(|stage| stage.name.clone());
            found.and_then(|name| stages.iter().position(|stage| stage.name == name))
        };
        prop_assert!(stage(from) <= stage(from + later));
    }
}

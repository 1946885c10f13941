//! The specification of an effect.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, EventBody, Issued, Refusal};

fn charge() -> EffectOf {
    EffectOf {
        kind: "gateway.charge".into(),
        driver: "stripe".into(),
        subject_type: "payment".into(),
        subject_id: Uuid::from_u128(7),
        part: 0,
    }
}

fn why() -> String {
    "the bank confirmed it".to_owned()
}

fn died(tries: u32) -> EffectEvent {
    EffectEvent::Died { of: charge(), tries, reason: "no answer".into(), on: TODAY }
}

fn asked(tries: u32) -> EffectEvent {
    EffectEvent::RetryAsked { of: charge(), tries, reason: why() }
}

fn made() -> EffectOutcome {
    EffectOutcome::Made { reference: Some("ch_1".into()) }
}

fn resolved(outcome: EffectOutcome) -> EffectEvent {
    EffectEvent::Resolved { of: charge(), outcome, reason: why() }
}

fn skipped() -> EffectEvent {
    EffectEvent::Skipped { of: charge(), reason: why() }
}

fn open(standing: Standing, tries: u32) -> Option<OpenEffect> {
    Some(OpenEffect { of: charge(), standing, tries })
}

fn die(tries: u32) -> Issued<EffectCommand> {
    issued(EffectCommand::Die { of: charge(), tries, reason: "no answer".into() })
}

fn retry(open: Option<OpenEffect>) -> Issued<EffectCommand> {
    issued(EffectCommand::Retry { open, reason: why() })
}

fn resolve(open: Option<OpenEffect>, outcome: EffectOutcome) -> Issued<EffectCommand> {
    issued(EffectCommand::Resolve { open, outcome, reason: why() })
}

fn skip(open: Option<OpenEffect>) -> Issued<EffectCommand> {
    issued(EffectCommand::Skip { open, reason: why() })
}

#[test]
fn an_effect_is_given_up_once_until_it_is_tried_again() {
    given::<Effect>([]).when(die(12)).then([died(12)]).when(die(12)).then_nothing();
    given::<Effect>([died(12)]).when(retry(None)).then([asked(12)]).when(die(13)).then([died(13)]);
    assert_eq!(died(12).effective_on(), Some(TODAY));
    assert_eq!(skipped().effective_on(), None);
}

#[test]
fn a_dead_effect_is_retried_resolved_or_skipped_without_facts() {
    given::<Effect>([died(12)]).when(retry(None)).then([asked(12)]);
    given::<Effect>([died(12)]).when(resolve(None, made())).then([resolved(made())]);
    given::<Effect>([died(12)]).when(skip(None)).then([skipped()]);
}

#[test]
fn an_effect_that_is_not_dead_is_not_retried_without_facts() {
    for history in [vec![], vec![died(12), asked(12)]] {
        for ask in [resolve(None, made()), skip(None)] {
            given::<Effect>(history.clone()).when(ask).then_refused(EffectRefusal::NotOpen);
        }
    }
    given::<Effect>([]).when(retry(None)).then_refused(EffectRefusal::NotOpen);
}

#[test]
fn what_waits_or_is_unknown_is_retried_resolved_and_skipped() {
    for standing in [Standing::Waiting, Standing::Unknown] {
        let open = || open(standing, 3);
        given::<Effect>([]).when(retry(open())).then([asked(3)]);
        given::<Effect>([]).when(resolve(open(), made())).then([resolved(made())]);
        given::<Effect>([]).when(skip(open())).then([skipped()]);
    }
}

#[test]
fn a_retry_counts_again_once_something_was_tried_since() {
    let now = |tries| retry(open(Standing::Waiting, tries));
    given::<Effect>([asked(3)]).when(retry(None)).then_nothing();
    given::<Effect>([asked(3)]).when(now(3)).then_nothing();
    given::<Effect>([asked(3)]).when(now(4)).then([asked(4)]);
}

#[test]
fn what_a_person_ended_stays_ended() {
    given::<Effect>([resolved(made())]).when(resolve(None, made())).then_nothing();
    given::<Effect>([skipped()]).when(skip(None)).then_nothing();
    let not_made = || EffectOutcome::NotMade;
    let ends = [resolved(made()), resolved(not_made()), skipped()];
    for end in ends.clone() {
        given::<Effect>([died(12), end.clone()]).when(die(13)).then_nothing();
        let facts = || open(Standing::Waiting, 20);
        given::<Effect>([end]).when(retry(facts())).then_refused(EffectRefusal::Ended);
    }
    given::<Effect>([resolved(made())])
        .when(resolve(open(Standing::Unknown, 20), not_made()))
        .then_refused(EffectRefusal::Ended);
    given::<Effect>([resolved(made())]).when(skip(None)).then_refused(EffectRefusal::Ended);
    given::<Effect>([skipped()]).when(resolve(None, made())).then_refused(EffectRefusal::Ended);
}

#[test]
fn a_person_says_why_and_a_death_is_kept_whatever_its_words() {
    for ask in [
        EffectCommand::Retry { open: None, reason: String::new() },
        EffectCommand::Resolve { open: None, outcome: made(), reason: " ".into() },
        EffectCommand::Skip { open: None, reason: "x".repeat(501) },
    ] {
        let refused = Effect::fold(&[died(12)]).decide(&issued(ask)).unwrap_err();
        assert_eq!(refused.field(), Some("/reason"));
    }
    let reference = Some("two\nlines".to_owned());
    let refused = Effect::fold(&[died(12)])
        .decide(&resolve(None, EffectOutcome::Made { reference }))
        .unwrap_err();
    assert_eq!(refused.field(), Some("/outcome/reference"));
    let said = EffectCommand::Die { of: charge(), tries: 1, reason: " no\nanswer ".into() };
    given::<Effect>([]).when(issued(said)).then([died(1)]);
}

#[test]
fn what_is_to_be_done_is_named_by_words_for_machines() {
    let wrong = [
        (EffectOf { kind: "gateway charge".into(), ..charge() }, "/of/kind"),
        (EffectOf { kind: "x".repeat(81), ..charge() }, "/of/kind"),
        (EffectOf { driver: String::new(), ..charge() }, "/of/driver"),
        (EffectOf { subject_type: "Payment".into(), ..charge() }, "/of/subject_type"),
    ];
    for (of, field) in wrong {
        let open = Some(OpenEffect { of: of.clone(), standing: Standing::Waiting, tries: 1 });
        let ask = EffectCommand::Die { of, tries: 1, reason: why() };
        for ask in [issued(ask), skip(open)] {
            let refused = Effect::Unheard.decide(&ask).unwrap_err();
            assert_eq!(refused.field(), Some(field));
        }
    }
}

#[test]
fn its_texts_count_in_the_cache() {
    assert!(Effect::fold(&[died(1)]).weight() > Effect::Unheard.weight());
    assert!(Effect::fold(&[resolved(made())]).weight() > Effect::Skipped.weight());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Effect>::with(())
        .given(vec![died(12)])
        .when(skip(None))
        .then_expect_events(vec![skipped()]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken("effect", &[EffectRefusal::NotOpen, EffectRefusal::Ended]);
}

//! The specification of a dunning strategy of a seller.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued};
use crate::kernel::{Claim, ClientId, EventBody, Invalid, ProductId, TenantId};

fn define(code: &str) -> DunningStrategyCommand {
    DunningStrategyCommand::Define {
        code: code.into(),
        name: "Patient".into(),
        strategy: BuiltIn::Gentle.strategy(),
    }
}

fn defined() -> DunningStrategyEvent {
    DunningStrategyEvent::Defined {
        code: "patient".into(),
        name: "Patient".into(),
        strategy: BuiltIn::Gentle.strategy(),
    }
}

fn revise(strategy: BuiltIn) -> DunningStrategyCommand {
    DunningStrategyCommand::Revise { strategy: strategy.strategy() }
}

fn client() -> Holder {
    Holder::Client(ClientId::new(Uuid::from_u128(3)))
}

fn assign(holder: Holder) -> DunningStrategyCommand {
    DunningStrategyCommand::Assign { holder }
}

fn assigned(holder: Holder) -> DunningStrategyEvent {
    DunningStrategyEvent::Assigned { holder }
}

fn retired() -> DunningStrategyEvent {
    DunningStrategyEvent::Retired { on: TODAY }
}

#[test]
fn a_strategy_is_defined_once() {
    given::<DunningStrategy>([])
        .when(issued(define("patient")))
        .then([defined()])
        .when(issued(define("patient")))
        .then_nothing();
    given::<DunningStrategy>([defined()])
        .when(issued(define("other")))
        .then_refused(StrategyRefusal::AlreadyDefined { code: "patient".into() });
    let malformed = Invalid::one(
        "code",
        "key.malformed",
        "use 1 to 40 lower case letters, digits, '_' and '-'",
    );
    given::<DunningStrategy>([]).when(issued(define("Patient!"))).then_refused(malformed);
}

#[test]
fn each_revision_is_a_version_and_saying_the_same_is_none() {
    let revised = |version, strategy: BuiltIn| DunningStrategyEvent::Revised {
        version,
        strategy: strategy.strategy(),
    };
    given::<DunningStrategy>([defined()])
        .when(issued(revise(BuiltIn::Aggressive)))
        .then([revised(2, BuiltIn::Aggressive)])
        .when(issued(revise(BuiltIn::Default)))
        .then([revised(3, BuiltIn::Default)])
        .when(issued(revise(BuiltIn::Default)))
        .then_nothing();
}

#[test]
fn a_holder_is_claimed_so_that_nobody_has_two_strategies() {
    let product = Holder::Product(ProductId::new(Uuid::from_u128(4)));
    given::<DunningStrategy>([defined()])
        .when(issued(assign(client())))
        .then([assigned(client())])
        .when(issued(assign(product)))
        .then([assigned(product)])
        .when(issued(assign(product)))
        .then_nothing();
    let key = |holder: Holder| match &assigned(holder).claims()[..] {
        [Claim::Take { scope: DunningStrategyEvent::HOLDER_SCOPE, key }] => key.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(key(Holder::Tenant), "tenant");
    assert!(key(client()).starts_with("cli_") && key(product).starts_with("prd_"));
    let withdrawn = DunningStrategyEvent::Withdrawn { holder: client() };
    let free = Claim::Release { scope: DunningStrategyEvent::HOLDER_SCOPE, key: key(client()) };
    assert_eq!(withdrawn.claims(), [free]);
}

#[test]
fn a_strategy_holds_for_a_bounded_number() {
    let client = |bits| Holder::Client(ClientId::new(Uuid::from_u128(bits)));
    let history = std::iter::once(defined()).chain((0..10_000).map(|bits| assigned(client(bits))));
    let state = <DunningStrategy as crate::kernel::Aggregate>::fold(&history.collect::<Vec<_>>());
    let decide = |holder| crate::kernel::Aggregate::decide(&state, &issued(assign(holder)));
    assert_eq!(decide(client(10_000)), Err(StrategyRefusal::TooManyHolders { limit: 10_000 }));
    assert_eq!(decide(client(1)), Ok(Vec::new()));
}

#[test]
fn only_a_strategy_that_holds_for_nobody_is_retired() {
    let retire = || issued(DunningStrategyCommand::Retire);
    let withdraw = || issued(DunningStrategyCommand::Withdraw { holder: client() });
    given::<DunningStrategy>([defined(), assigned(client())])
        .when(retire())
        .then_refused(StrategyRefusal::StillHeld { holders: 1 });
    given::<DunningStrategy>([defined(), assigned(client())])
        .when(withdraw())
        .then([DunningStrategyEvent::Withdrawn { holder: client() }])
        .when(retire())
        .then([retired()])
        .when(retire())
        .then_nothing();
    given::<DunningStrategy>([defined()]).when(withdraw()).then_nothing();
    for ask in [define("patient"), revise(BuiltIn::Default), assign(client())] {
        given::<DunningStrategy>([defined(), retired()])
            .when(issued(ask))
            .then_refused(StrategyRefusal::Retired { code: "patient".into() });
    }
}

#[test]
fn nothing_is_asked_of_a_strategy_that_was_never_defined() {
    for ask in [revise(BuiltIn::Default), assign(client()), DunningStrategyCommand::Retire] {
        given::<DunningStrategy>([]).when(issued(ask)).then_refused(StrategyRefusal::Absent);
    }
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<DunningStrategy>::with(())
        .given(vec![defined()])
        .when(issued(assign(Holder::Tenant)))
        .then_expect_events(vec![assigned(Holder::Tenant)]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "dunning_strategy",
        &[
            StrategyRefusal::Absent,
            StrategyRefusal::AlreadyDefined { code: "patient".into() },
            StrategyRefusal::StillHeld { holders: 1 },
            StrategyRefusal::TooManyHolders { limit: 10_000 },
            StrategyRefusal::Retired { code: "patient".into() },
        ],
    );
}

#[test]
fn every_seller_has_the_built_in_strategies_under_ids_of_its_own() {
    let (one, other) = (TenantId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)));
    for built_in in BuiltIn::ALL {
        let id = built_in.id_of(one);
        assert_eq!(BuiltIn::by_id(one, id), Some(built_in));
        assert_eq!(BuiltIn::by_id(other, id), None);
    }
}

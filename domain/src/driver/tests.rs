//! The specification of a driver.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued};
use crate::kernel::{Aggregate, Issued, Refusal};

fn pause(driver: &str, reason: &str) -> Issued<DriverCommand> {
    issued(DriverCommand::Pause { driver: driver.into(), reason: reason.into() })
}

fn resume() -> Issued<DriverCommand> {
    issued(DriverCommand::Resume { driver: "stripe".into() })
}

fn paused() -> DriverEvent {
    DriverEvent::Paused { driver: "stripe".into(), reason: "they have an outage".into() }
}

fn resumed() -> DriverEvent {
    DriverEvent::Resumed { driver: "stripe".into() }
}

#[test]
fn a_driver_runs_until_it_is_paused_and_again_when_it_is_resumed() {
    given::<Driver>([])
        .when(pause("stripe", "they have an outage"))
        .then([paused()])
        .when(resume())
        .then([resumed()])
        .when(pause("stripe", "they have an outage"))
        .then([paused()]);
}

#[test]
fn neither_happens_twice() {
    given::<Driver>([]).when(resume()).then_nothing();
    given::<Driver>([paused()]).when(pause("stripe", "another reason")).then_nothing();
    given::<Driver>([paused(), resumed()]).when(resume()).then_nothing();
}

#[test]
fn a_pause_names_a_driver_and_its_reason() {
    let wrong = |driver, reason| {
        let refused = Driver::Running.decide(&pause(driver, reason)).unwrap_err();
        refused.problems().into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    assert_eq!(wrong("No driver", ""), ["/driver", "/reason"]);
    assert_eq!(wrong("stripe", &"x".repeat(501)), ["/reason"]);
    let refused = Driver::Paused
        .decide(&issued(DriverCommand::Resume { driver: String::new() }))
        .unwrap_err();
    let told = (refused.code(), refused.kind(), refused.field());
    assert_eq!(told, ("key.malformed", crate::kernel::RefusalKind::Malformed, Some("/driver")));
}

#[test]
fn each_driver_of_each_seller_has_a_stream_of_its_own() {
    let seller = |bits| TenantId::new(Uuid::from_u128(bits));
    let stripe = stream_of(seller(1), "stripe");
    assert_eq!(stripe, stream_of(seller(1), "stripe"));
    assert_ne!(stripe, stream_of(seller(1), "paypal"));
    assert_ne!(stripe, stream_of(seller(2), "stripe"));
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Driver>::with(())
        .given(vec![paused()])
        .when(resume())
        .then_expect_events(vec![resumed()]);
}

//! A service is ordered, made once, held, resumed and deleted.

use cqrs_es::test::TestFramework;

use super::*;
use crate::kernel::testing::given;

#[test]
fn a_service_is_ordered_once_however_often_it_is_asked_for() {
    given::<Service>([]).when(order()).then([ordered()]).when(order()).then_nothing();
    let other = OrderedService { item: 1, ..sold() };
    given::<Service>([ordered()])
        .when(issued(ServiceCommand::Order(other)))
        .then_refused(ServiceRefusal::AlreadyOrdered);
    given::<Service>([]).when(terminate()).then_refused(ServiceRefusal::Absent);
}

#[test]
fn what_is_paid_is_made_on_the_server_that_was_picked() {
    given::<Service>([ordered()])
        .when(provision(server(1)))
        .then([requested(1, server(1), spec(1_024))])
        .when(issued(ServiceCommand::RecordCreation { attempt: 1, reference: "42".into() }))
        .then([ServiceEvent::CreationAccepted { attempt: 1, reference: "42".into() }])
        .when(made(1, "42"))
        .then([provisioned(1, "42")])
        .when(made(1, "42"))
        .then_nothing();
    given::<Service>(running())
        .when(provision(server(1)))
        .then_refused(ServiceRefusal::AlreadyProvisioned);
}

#[test]
fn no_attempt_begins_before_the_one_before_has_an_outcome() {
    let asked = || given::<Service>([ordered(), requested(1, server(1), spec(1_024))]);
    asked().when(provision(server(1))).then_nothing();
    asked()
        .when(provision(server(2)))
        .then_refused(ServiceRefusal::ProvisioningUnderWay { attempt: 1 });
    asked()
        .when(not_made(1, "no_room"))
        .then([failed(1, "no_room")])
        .when(provision(server(2)))
        .then([requested(2, server(2), spec(1_024))])
        .when(made(2, "7"))
        .then([provisioned(2, "7")]);
}

#[test]
fn an_outcome_of_another_attempt_needs_a_person() {
    let second = [
        ordered(),
        requested(1, server(1), spec(1_024)),
        failed(1, "no_room"),
        requested(2, server(2), spec(1_024)),
    ];
    let refused = ServiceRefusal::NotThisAttempt { attempt: 1, current: 2 };
    given::<Service>(second.clone()).when(made(1, "42")).then_refused(refused.clone());
    given::<Service>(second.clone()).when(not_made(1, "no_room")).then_refused(refused.clone());
    given::<Service>(second)
        .when(issued(ServiceCommand::RecordCreation { attempt: 1, reference: "42".into() }))
        .then_refused(refused);
    given::<Service>([ordered()])
        .when(made(0, "42"))
        .then_refused(ServiceRefusal::NotThisAttempt { attempt: 0, current: 0 });
}

#[test]
fn an_attempt_that_was_given_up_may_have_made_it_after_all() {
    given::<Service>([ordered(), requested(1, server(1), spec(1_024)), failed(1, "timeout")])
        .when(made(1, "42"))
        .then([provisioned(1, "42")])
        .when(not_made(1, "timeout"))
        .then_refused(ServiceRefusal::AlreadyProvisioned);
}

#[test]
fn one_attempt_never_comes_to_two_accounts() {
    let accepted = ServiceEvent::CreationAccepted { attempt: 1, reference: "42".into() };
    let asked = [ordered(), requested(1, server(1), spec(1_024)), accepted];
    let two = ServiceRefusal::AnotherAccount { known: "42".into() };
    given::<Service>(asked.clone()).when(made(1, "43")).then_refused(two.clone());
    let created = |reference: &str| {
        let reference = reference.to_owned();
        issued(ServiceCommand::RecordCreation { attempt: 1, reference })
    };
    given::<Service>(asked.clone()).when(created("43")).then_refused(two.clone());
    given::<Service>(asked).when(created("42")).then_nothing();
    given::<Service>(running()).when(made(1, "43")).then_refused(two);
    given::<Service>(running()).when(created("42")).then_nothing();
}

#[test]
fn an_account_that_has_a_name_keeps_its_server() {
    let accepted = ServiceEvent::CreationAccepted { attempt: 1, reference: "42".into() };
    let stuck =
        [ordered(), requested(1, server(1), spec(1_024)), accepted, failed(1, "install_failed")];
    given::<Service>(stuck.clone())
        .when(provision(server(2)))
        .then_refused(ServiceRefusal::ServerFixed);
    given::<Service>(stuck.clone())
        .when(adopt(server(2), "42"))
        .then_refused(ServiceRefusal::ServerFixed);
    given::<Service>(stuck)
        .when(provision(server(1)))
        .then([requested(2, server(1), spec(1_024))])
        .when(made(2, "43"))
        .then([provisioned(2, "43")]);
}

#[test]
fn that_no_server_has_room_is_told_once() {
    given::<Service>([ordered()])
        .when(not_made(0, "no_server_has_room"))
        .then([failed(0, "no_server_has_room")])
        .when(not_made(0, "no_server_has_room"))
        .then([])
        .when(provision(server(1)))
        .then([requested(1, server(1), spec(1_024))]);
}

#[test]
fn a_service_stands_still_while_there_is_any_hold() {
    use HoldCause::{Abuse, Overdue};
    given::<Service>(running())
        .when(hold(Overdue))
        .then([held(Overdue), suspend()])
        .when(hold(Abuse))
        .then([held(Abuse)])
        .when(issued(ServiceCommand::RecordSuspended))
        .then([suspended()])
        .when(lift(Overdue))
        .then([lifted(Overdue)])
        .when(lift(Overdue))
        .then([])
        .when(lift(Abuse))
        .then([lifted(Abuse), resume()])
        .when(issued(ServiceCommand::RecordUnsuspended))
        .then([unsuspended()]);
    given::<Service>(after([held(Overdue), suspend()])).when(hold(Overdue)).then_nothing();
}

#[test]
fn what_was_asked_and_not_answered_is_taken_back_by_asking_the_contrary() {
    use HoldCause::Overdue;
    given::<Service>(after([held(Overdue), suspend()]))
        .when(lift(Overdue))
        .then([lifted(Overdue), resume()])
        .when(issued(ServiceCommand::RecordSuspended))
        .then([suspended()])
        .when(issued(ServiceCommand::RecordUnsuspended))
        .then([unsuspended()])
        .when(issued(ServiceCommand::RecordUnsuspended))
        .then_nothing();
    // The answers come in the other order.
    given::<Service>(after([held(Overdue), suspend(), lifted(Overdue), resume()]))
        .when(issued(ServiceCommand::RecordUnsuspended))
        .then([unsuspended()])
        .when(issued(ServiceCommand::RecordSuspended))
        .then([suspended(), resume()]);
}

#[test]
fn a_hold_during_creation_waits_for_its_end() {
    use HoldCause::Overdue;
    let asked = || given::<Service>([ordered(), requested(1, server(1), spec(1_024))]);
    asked()
        .when(hold(Overdue))
        .then([held(Overdue)])
        .when(made(1, "42"))
        .then([provisioned(1, "42"), suspend()]);
    asked()
        .when(hold(Overdue))
        .then([held(Overdue)])
        .when(lift(Overdue))
        .then([lifted(Overdue)])
        .when(made(1, "42"))
        .then([provisioned(1, "42")]);
    given::<Service>([ordered()])
        .when(hold(Overdue))
        .then([held(Overdue)])
        .when(provision(server(1)))
        .then([requested(1, server(1), spec(1_024))])
        .when(made(1, "42"))
        .then([provisioned(1, "42"), suspend()]);
}

#[test]
fn what_was_never_made_needs_no_server_to_go() {
    let reason = "contract_ended".to_owned();
    let cancelled = || ServiceEvent::Cancelled { reason: reason.clone(), on: TODAY };
    given::<Service>([ordered()]).when(terminate()).then([cancelled()]);
    given::<Service>([ordered(), requested(1, server(1), spec(1_024)), failed(1, "no_room")])
        .when(terminate())
        .then([cancelled()])
        .when(terminate())
        .then_nothing();
    let cancel = || issued(ServiceCommand::Cancel { reason: "contract_ended".into() });
    given::<Service>([ordered()])
        .when(cancel())
        .then([cancelled()])
        .when(provision(server(1)))
        .then_refused(ServiceRefusal::Ended { status: DeliveryStatus::Cancelled });
    given::<Service>(running()).when(cancel()).then_refused(ServiceRefusal::AlreadyProvisioned);
    given::<Service>([ordered(), requested(1, server(1), spec(1_024))])
        .when(cancel())
        .then_refused(ServiceRefusal::ProvisioningUnderWay { attempt: 1 });
}

#[test]
fn a_termination_is_never_taken_back_and_nothing_follows_it() {
    let gone = || ServiceEvent::Terminated { on: TODAY };
    given::<Service>(running())
        .when(terminate())
        .then([terminating()])
        .when(terminate())
        .then([])
        .when(hold(HoldCause::Overdue))
        .then([held(HoldCause::Overdue)])
        .when(lift(HoldCause::Overdue))
        .then([lifted(HoldCause::Overdue)])
        .when(issued(ServiceCommand::RecordTerminated))
        .then([gone()])
        .when(issued(ServiceCommand::RecordTerminated))
        .then([])
        .when(lift(HoldCause::Overdue))
        .then_refused(ServiceRefusal::Ended { status: DeliveryStatus::Terminated });
    for ask in [provision(server(1)), adopt(server(1), "42"), resize(2_048), drift(None)] {
        given::<Service>(after([terminating()])).when(ask).then_refused(ServiceRefusal::Ending);
    }
    given::<Service>(running())
        .when(issued(ServiceCommand::RecordTerminated))
        .then_refused(ServiceRefusal::NotEnding);
}

#[test]
fn what_is_deleted_while_it_is_made_is_deleted_once_that_is_over() {
    let asked = [ordered(), requested(1, server(1), spec(1_024))];
    let gone = || ServiceEvent::Terminated { on: TODAY };
    given::<Service>(asked.clone())
        .when(terminate())
        .then([terminating()])
        .when(made(1, "42"))
        .then([provisioned(1, "42")])
        .when(issued(ServiceCommand::RecordTerminated))
        .then([gone()]);
    given::<Service>(asked)
        .when(terminate())
        .then([terminating()])
        .when(not_made(1, "no_room"))
        .then([failed(1, "no_room")])
        .when(issued(ServiceCommand::RecordTerminated))
        .then([gone()]);
}

#[test]
fn what_nobody_goes_on_trying_is_asked_again_by_a_person() {
    use HoldCause::Overdue;
    let dead = |wanted| {
        let (code, reason) = ("dead".to_owned(), "nobody answers".to_owned());
        ServiceEvent::CallFailed { wanted, code, reason, on: TODAY }
    };
    let again = || issued(ServiceCommand::ApplyWanted);
    given::<Service>(after([held(Overdue), suspend()]))
        .when(given_up(Call::Suspend))
        .then([dead(Call::Suspend)])
        .when(given_up(Call::Suspend))
        .then([])
        .when(again())
        .then([suspend()])
        .when(again())
        .then_nothing();
    // Whether it was suspended all the same, nobody knows.
    given::<Service>(after([held(Overdue), suspend(), dead(Call::Suspend)]))
        .when(lift(Overdue))
        .then([lifted(Overdue), resume()]);
    given::<Service>(after([terminating()]))
        .when(given_up(Call::Terminate))
        .then([dead(Call::Terminate)])
        .when(again())
        .then([terminating()]);
    given::<Service>(running())
        .when(resize(2_048))
        .then([ServiceEvent::ResizeRequested { spec: spec(2_048), on: TODAY }])
        .when(given_up(Call::Resize))
        .then([dead(Call::Resize)])
        .when(again())
        .then([ServiceEvent::ResizeRequested { spec: spec(2_048), on: TODAY }])
        .when(resized_to(2_048))
        .then_state(|service| {
            let known = service.particulars().unwrap();
            assert_eq!((&known.spec, &known.resize), (&spec(2_048), &None));
            assert_eq!(known.last_failure, None, "it went right at last");
        });
    given::<Service>(running()).when(again()).then_nothing();
    given::<Service>([ordered()]).when(again()).then_nothing();
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Service>::with(())
        .given_no_previous_events()
        .when(order())
        .then_expect_events(vec![ordered()]);
}

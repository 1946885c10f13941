//! An account that is there is resized, operated, compared and taken over.

use super::*;
use crate::kernel::Invalid;
use crate::kernel::testing::given;

fn resizing(memory: u32) -> ServiceEvent {
    ServiceEvent::ResizeRequested { spec: spec(memory), on: TODAY }
}

fn resized(memory: u32) -> ServiceEvent {
    ServiceEvent::Resized { spec: spec(memory), not_changed: Vec::new(), on: TODAY }
}

fn operate(operation: Operation) -> Issued<ServiceCommand> {
    issued(ServiceCommand::Operate { operation })
}

fn operating(no: u32, operation: Operation) -> ServiceEvent {
    ServiceEvent::OperationRequested { no, operation, on: TODAY }
}

#[test]
fn a_change_of_plan_is_asked_of_the_server_once() {
    given::<Service>(running())
        .when(resize(1_024))
        .then([])
        .when(resize(2_048))
        .then([resizing(2_048)])
        .when(resize(2_048))
        .then([])
        .when(resized_to(2_048))
        .then([resized(2_048)])
        .when(resized_to(2_048))
        .then_nothing();
}

#[test]
fn the_last_of_two_changes_is_what_counts() {
    given::<Service>(after([resizing(2_048)]))
        .when(resize(4_096))
        .then([resizing(4_096)])
        .when(resized_to(2_048))
        .then([resized(2_048)])
        .when(resize(4_096))
        .then([])
        .when(resized_to(4_096))
        .then([resized(4_096)]);
    given::<Service>(after([resizing(2_048)]))
        .when(resize(1_024))
        .then([resizing(1_024)])
        .when(resized_to(1_024))
        .then([resized(1_024)]);
}

#[test]
fn what_is_not_made_yet_is_made_as_it_was_wanted_last() {
    given::<Service>([ordered()])
        .when(resize(2_048))
        .then([resizing(2_048)])
        .when(resized_to(2_048))
        .then_refused(ServiceRefusal::NotProvisioned);
    given::<Service>([ordered(), resizing(2_048)])
        .when(provision(server(1)))
        .then([requested(1, server(1), spec(2_048))])
        .when(resize(4_096))
        .then([resizing(4_096)])
        .when(not_made(1, "no_room"))
        .then([failed(1, "no_room")])
        .when(provision(server(1)))
        .then([requested(2, server(1), spec(4_096))])
        .when(made(2, "42"))
        .then_state(|service| assert!(!service.still_wants(Call::Resize)));
}

#[test]
fn operations_go_one_after_another_on_what_runs() {
    let done = |no, secrets| issued(ServiceCommand::RecordOperated { no, secrets });
    let performed = |no, operation, secrets| ServiceEvent::OperationPerformed {
        no,
        operation,
        secrets,
        on: TODAY,
    };
    given::<Service>(running())
        .when(operate(Operation::Reinstall))
        .then([operating(1, Operation::Reinstall)])
        .when(operate(Operation::Reinstall))
        .then([])
        .when(done(1, None))
        .then([performed(1, Operation::Reinstall, None)])
        .when(done(1, None))
        .then([])
        .when(operate(Operation::ResetPassword))
        .then([operating(2, Operation::ResetPassword)])
        .when(done(2, Some(secrets('b'))))
        .then([performed(2, Operation::ResetPassword, Some(secrets('b')))])
        .when(done(3, None))
        .then_refused(ServiceRefusal::NoSuchOperation { no: 3 });
    let under_way = after([operating(1, Operation::Reinstall)]);
    given::<Service>(under_way.clone())
        .when(operate(Operation::Restart))
        .then_refused(ServiceRefusal::OperationUnderWay { operation: Operation::Reinstall });
    let (code, reason) = ("busy".to_owned(), "try later".to_owned());
    given::<Service>(under_way)
        .when(issued(ServiceCommand::RecordOperationFailed {
            no: 1,
            code: code.clone(),
            reason: reason.clone(),
        }))
        .then([ServiceEvent::OperationFailed {
            no: 1,
            operation: Operation::Reinstall,
            code,
            reason,
            on: TODAY,
        }])
        .when(operate(Operation::Restart))
        .then([operating(2, Operation::Restart)]);
    let overdue = HoldCause::Overdue;
    given::<Service>(after([held(overdue), suspend()]))
        .when(operate(Operation::Start))
        .then_refused(ServiceRefusal::NotRunning);
    given::<Service>([ordered()])
        .when(operate(Operation::Start))
        .then_refused(ServiceRefusal::NotRunning);
}

#[test]
fn drift_is_noted_when_it_changes_and_cleared_by_what_mends_it() {
    let runs = || Drift::WrongState { there: "running".into() };
    let stands = after([held(HoldCause::Overdue), suspend(), suspended()]);
    given::<Service>(stands)
        .when(drift(Some(runs())))
        .then([drifted(runs())])
        .when(drift(Some(runs())))
        .then([])
        .when(issued(ServiceCommand::ApplyWanted))
        .then([suspend()])
        .when(issued(ServiceCommand::ApplyWanted))
        .then([])
        .when(issued(ServiceCommand::RecordSuspended))
        .then([suspended(), cleared()]);
    given::<Service>(after([drifted(Drift::WrongLimits)]))
        .when(issued(ServiceCommand::ApplyWanted))
        .then([resizing(1_024)])
        .when(resized_to(1_024))
        .then([resized(1_024), cleared()]);
    given::<Service>(after([drifted(Drift::WrongLimits)]))
        .when(drift(None))
        .then([cleared()])
        .when(drift(None))
        .then_nothing();
    given::<Service>([ordered()])
        .when(drift(Some(Drift::Missing)))
        .then_refused(ServiceRefusal::NotProvisioned);
    let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
    given::<Service>(running())
        .when(drift(Some(Drift::WrongState { there: "Shut off".into() })))
        .then_refused(Invalid::one("there", "key.malformed", detail));
}

#[test]
fn what_is_being_changed_is_no_drift() {
    let stands = Drift::WrongState { there: "suspended".into() };
    let asked = after([held(HoldCause::Overdue), suspend(), resizing(2_048)]);
    given::<Service>(asked.clone()).when(drift(Some(stands))).then_nothing();
    given::<Service>(asked).when(drift(Some(Drift::WrongLimits))).then_nothing();
}

#[test]
fn an_account_that_was_lost_is_made_again_on_its_server() {
    let lost = || after([drifted(Drift::Missing)]);
    given::<Service>(lost())
        .when(issued(ServiceCommand::ApplyWanted))
        .then_refused(ServiceRefusal::MissingThere);
    given::<Service>(lost()).when(provision(server(2))).then_refused(ServiceRefusal::ServerFixed);
    given::<Service>(lost())
        .when(provision(server(1)))
        .then([requested(2, server(1), spec(1_024))])
        .when(made(2, "43"))
        .then([provisioned(2, "43")]);
    given::<Service>(lost())
        .when(adopt(server(1), "43"))
        .then([ServiceEvent::Adopted {
            server_id: server(1),
            driver: "pterodactyl".into(),
            reference: "43".into(),
            on: TODAY,
        }])
        .when(adopt(server(1), "43"))
        .then_nothing();
}

#[test]
fn an_account_that_is_there_already_is_taken_over() {
    let adopted = || ServiceEvent::Adopted {
        server_id: server(1),
        driver: "pterodactyl".into(),
        reference: "42".into(),
        on: TODAY,
    };
    given::<Service>([ordered()])
        .when(adopt(server(1), "42"))
        .then([adopted()])
        .when(provision(server(1)))
        .then_refused(ServiceRefusal::AlreadyProvisioned);
    given::<Service>([ordered(), held(HoldCause::Overdue)])
        .when(adopt(server(1), "42"))
        .then([adopted(), suspend()]);
    given::<Service>(running())
        .when(adopt(server(1), "43"))
        .then_refused(ServiceRefusal::AlreadyProvisioned);
    given::<Service>([ordered(), requested(1, server(1), spec(1_024))])
        .when(adopt(server(1), "42"))
        .then_refused(ServiceRefusal::ProvisioningUnderWay { attempt: 1 });
}

#[test]
fn whoever_is_shown_the_secrets_is_noted() {
    let show = || issued(ServiceCommand::ShowCredentials);
    let shown = || ServiceEvent::CredentialsShown { on: TODAY };
    given::<Service>(running()).when(show()).then([shown()]).when(show()).then([shown()]);
    given::<Service>([ordered()]).when(show()).then_refused(ServiceRefusal::NoCredentials);
}

#[test]
fn what_the_server_left_as_it_was_is_told() {
    let not_changed = vec!["dedicated_ip".to_owned()];
    let told = ServiceCommand::RecordResized { spec: spec(2_048), not_changed };
    given::<Service>(after([resizing(2_048)])).when(issued(told.clone())).then([
        ServiceEvent::Resized {
            spec: spec(2_048),
            not_changed: vec!["dedicated_ip".into()],
            on: TODAY,
        },
    ]);
    given::<Service>([ordered()]).when(issued(told)).then_refused(ServiceRefusal::NotProvisioned);
}

//! What screens call a service, and what is refused.

use super::*;
use crate::kernel::testing::{given, refusals_are_well_spoken};
use crate::kernel::{Aggregate, EventBody, Refusal};

fn status(history: impl IntoIterator<Item = ServiceEvent>) -> Option<DeliveryStatus> {
    let history: Vec<_> = history.into_iter().collect();
    Service::fold(&history).status()
}

#[test]
fn a_status_follows_from_what_is_there() {
    use DeliveryStatus as Is;
    let asked = || vec![ordered(), requested(1, server(1), spec(1_024))];
    let and = |mut history: Vec<_>, event| {
        history.push(event);
        history
    };
    let gone = ServiceEvent::Terminated { on: TODAY };
    let cancelled = ServiceEvent::Cancelled { reason: "not paid".into(), on: TODAY };
    let overdue = HoldCause::Overdue;
    for (history, expected) in [
        (vec![], None),
        (vec![ordered()], Some(Is::Pending)),
        (vec![ordered(), failed(0, "no_server_has_room")], Some(Is::ProvisionFailed)),
        (asked(), Some(Is::Provisioning)),
        (and(asked(), failed(1, "no_room")), Some(Is::ProvisionFailed)),
        (running(), Some(Is::Active)),
        (after([held(overdue), suspend()]), Some(Is::Active)),
        (after([held(overdue), suspend(), suspended()]), Some(Is::Suspended)),
        (after([terminating()]), Some(Is::Active)),
        (after([terminating(), gone]), Some(Is::Terminated)),
        (vec![ordered(), cancelled], Some(Is::Cancelled)),
    ] {
        assert_eq!(status(history.clone()), expected, "{history:?}");
    }
    let words: Vec<_> = Is::ALL.into_iter().map(Is::word).collect();
    let listed = [
        "pending",
        "provisioning",
        "provision_failed",
        "active",
        "suspended",
        "terminated",
        "cancelled",
    ];
    assert_eq!(words, listed);
}

#[test]
fn a_call_is_left_once_it_is_not_wanted_any_more() {
    let overdue = HoldCause::Overdue;
    let wants = |history: Vec<ServiceEvent>, call| Service::fold(&history).still_wants(call);
    let asked = || vec![ordered(), requested(1, server(1), spec(1_024))];
    assert!(wants(asked(), Call::Create));
    assert!(!wants(running(), Call::Create));
    assert!(!wants([asked(), vec![terminating()]].concat(), Call::Create));
    assert!(wants(after([held(overdue), suspend()]), Call::Suspend));
    assert!(!wants(after([held(overdue), suspend(), suspended()]), Call::Suspend));
    let taken_back = after([held(overdue), suspend(), lifted(overdue), resume()]);
    assert!(!wants(taken_back.clone(), Call::Suspend));
    assert!(wants(taken_back, Call::Unsuspend));
    let (code, reason) = ("dead".to_owned(), "nobody answers".to_owned());
    let dead = ServiceEvent::CallFailed { wanted: Call::Suspend, code, reason, on: TODAY };
    assert!(wants(after([held(overdue), suspend(), dead]), Call::Suspend), "it may be retried");
    assert!(wants(after([terminating()]), Call::Terminate));
    assert!(!wants(after([terminating()]), Call::Resize));
    assert!(!wants(vec![], Call::Create));
}

#[test]
fn words_are_those_that_are_stored() {
    let stored = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    for cause in HoldCause::ALL {
        assert_eq!(stored(serde_json::to_value(cause).unwrap()), cause.word());
    }
    for status in DeliveryStatus::ALL {
        assert_eq!(stored(serde_json::to_value(status).unwrap()), status.word());
    }
    for cause in [EndCause::ContractEnded, EndCause::Overdue, EndCause::Disputed, EndCause::ByHand]
    {
        assert_eq!(stored(serde_json::to_value(cause).unwrap()), cause.word());
    }
    for call in [Call::Create, Call::Suspend, Call::Unsuspend, Call::Resize, Call::Terminate] {
        assert_eq!(stored(serde_json::to_value(call).unwrap()), call.word());
    }
    for operation in [
        Operation::Reinstall,
        Operation::Start,
        Operation::Stop,
        Operation::Restart,
        Operation::ResetPassword,
    ] {
        assert_eq!(stored(serde_json::to_value(operation).unwrap()), operation.word());
    }
}

#[test]
fn a_package_is_named_texts_that_deceive_nobody() {
    let one = |name: &str, value: &str| {
        let package = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        check_package(&package).map_err(|invalid| (invalid.code(), invalid.problems()))
    };
    assert_eq!(one("memory", "1024"), Ok(()));
    assert_eq!(one("startup", ""), Ok(()), "a field may be empty");
    let code = |name, value| one(name, value).unwrap_err().0;
    assert_eq!(code("Memory", "1024"), "key.malformed");
    assert_eq!(one("environment", "{\n}"), Ok(()), "a field may have lines");
    assert_eq!(code("startup", "a\rb"), "text.control_character");
    assert_eq!(code("startup", &"x".repeat(4_001)), "text.too_long");
    let problems = one("startup", "a\rb").unwrap_err().1;
    assert_eq!(problems[0].field, "/package/startup");
    let many = (0..101).map(|at| (format!("field-{at}"), String::new())).collect();
    assert_eq!(check_package(&many).unwrap_err().code(), "list.too_long");
}

#[test]
fn an_event_counts_for_the_day_it_names() {
    let accepted = ServiceEvent::CreationAccepted { attempt: 1, reference: "42".into() };
    assert_eq!(accepted.effective_on(), None);
    assert_eq!(suspend().effective_on(), Some(TODAY));
    assert_eq!(ordered().claims(), []);
    assert!(Service::fold(&running()).weight() > Service::default().weight());
}

#[test]
fn a_request_with_malformed_texts_is_refused() {
    let failed = ServiceCommand::RecordCallFailed {
        wanted: Call::Suspend,
        code: "Bad Gateway".into(),
        reason: String::new(),
    };
    let long = ProvisionedAccount { reference: "x".repeat(201), ..account(1, "42") };
    let nameless = OrderedService { spec: ServiceSpec { name: " ".into(), ..spec(1) }, ..sold() };
    for (history, ask, fields) in [
        (running(), failed, vec!["/code"]),
        (running(), ServiceCommand::RecordProvisioned(long), vec!["/reference"]),
        (vec![], ServiceCommand::Order(nameless), vec!["/spec/name"]),
    ] {
        let refusal = Service::fold(&history).decide(&issued(ask)).unwrap_err();
        let found: Vec<_> = refusal.problems().into_iter().map(|problem| problem.field).collect();
        assert_eq!(found, fields);
    }
    given::<Service>(running()).when(resize(1_024)).then_nothing();
}

#[test]
fn what_happened_is_not_lost_over_the_words_for_it() {
    let (code, reason) = ("no_room".to_owned(), " no\r\nroom ".to_owned());
    let told = ServiceCommand::RecordProvisionFailed { attempt: 1, code, reason };
    let (code, reason) = ("no_room".to_owned(), "no  room".to_owned());
    given::<Service>([ordered(), requested(1, server(1), spec(1_024))])
        .when(issued(told))
        .then([ServiceEvent::ProvisioningFailed { attempt: 1, code, reason, on: TODAY }]);
    let long = ProvisionedAccount { name: Some("x".repeat(201)), ..account(1, "42") };
    given::<Service>([ordered(), requested(1, server(1), spec(1_024))])
        .when(issued(ServiceCommand::RecordProvisioned(long)))
        .then_state(|service| {
            let name = service.particulars().and_then(|known| known.name.as_deref());
            assert_eq!(name, Some("x".repeat(200).as_str()));
        });
}

#[test]
fn refusals_are_well_spoken_of() {
    refusals_are_well_spoken(
        "service",
        &[
            ServiceRefusal::Absent,
            ServiceRefusal::AlreadyOrdered,
            ServiceRefusal::Ended { status: DeliveryStatus::Terminated },
            ServiceRefusal::Ending,
            ServiceRefusal::NotEnding,
            ServiceRefusal::NotProvisioned,
            ServiceRefusal::AlreadyProvisioned,
            ServiceRefusal::ProvisioningUnderWay { attempt: 1 },
            ServiceRefusal::NotThisAttempt { attempt: 1, current: 2 },
            ServiceRefusal::AnotherAccount { known: "42".into() },
            ServiceRefusal::ServerFixed,
            ServiceRefusal::MissingThere,
            ServiceRefusal::NotRunning,
            ServiceRefusal::OperationUnderWay { operation: Operation::Reinstall },
            ServiceRefusal::NoSuchOperation { no: 3 },
            ServiceRefusal::NoCredentials,
        ],
    );
}

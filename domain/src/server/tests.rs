//! The specification of a server.

use std::collections::BTreeMap;

use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::gateway::Settings;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken, replay_law};
use crate::kernel::{
    Aggregate, BlindIndex, Claim, EventBody, Invalid, Issued, Refusal, SecretsRef, ServiceId,
};

fn description(name: &str, capacity: u32) -> ServerDescription {
    ServerDescription {
        name: name.into(),
        hostname: "panel-1.example.org".into(),
        address: Some("192.0.2.7".into()),
        capacity,
    }
}

fn settings(url: &str) -> Settings {
    setting("url", url)
}

fn setting(name: &str, value: &str) -> Settings {
    Settings::try_new(BTreeMap::from([(name.to_owned(), value.to_owned())])).unwrap()
}

fn secrets(id: u128, digest: char) -> SecretsRef {
    SecretsRef {
        id: Uuid::from_u128(id),
        names: ["api_key".to_owned()].into(),
        digest: BlindIndex::try_new(digest.to_string().repeat(64)).unwrap(),
    }
}

fn new() -> RegisterServer {
    RegisterServer {
        driver: "pterodactyl".into(),
        description: description("Node 1", 2),
        settings: settings("https://panel.example.org"),
        secrets: Some(secrets(1, 'a')),
    }
}

fn register(new: RegisterServer) -> Issued<ServerCommand> {
    issued(ServerCommand::Register(Box::new(new)))
}

fn registered() -> ServerEvent {
    let RegisterServer { driver, description, settings, secrets } = new();
    ServerEvent::Registered { driver, description, settings, secrets }
}

fn outcome(no: u32, passed: bool) -> Issued<ServerCommand> {
    let says = "panel 1.11".to_owned();
    let version = Some("1.11".to_owned());
    issued(ServerCommand::RecordTest(TestOutcome { no, passed, says, version }))
}

fn tested(no: u32, passed: bool) -> ServerEvent {
    let says = "panel 1.11".to_owned();
    ServerEvent::Tested { no, passed, says, version: Some("1.11".into()) }
}

fn in_use() -> Vec<ServerEvent> {
    let asked = ServerEvent::TestAsked { no: 1 };
    vec![registered(), asked, tested(1, true), ServerEvent::Enabled {}]
}

fn after(more: impl IntoIterator<Item = ServerEvent>) -> Vec<ServerEvent> {
    in_use().into_iter().chain(more).collect()
}

fn service(no: u128) -> ServiceId {
    ServiceId::new(Uuid::from_u128(no))
}

fn reserve(no: u128) -> Issued<ServerCommand> {
    issued(ServerCommand::ReserveSlot { service_id: service(no) })
}

fn release(no: u128) -> Issued<ServerCommand> {
    issued(ServerCommand::ReleaseSlot { service_id: service(no) })
}

fn reserved(no: u128) -> ServerEvent {
    ServerEvent::SlotReserved { service_id: service(no) }
}

fn check(failed_in_a_row: u32) -> Issued<ServerCommand> {
    issued(ServerCommand::RecordCheck { failed_in_a_row, says: "no answer".into() })
}

fn health(to: Health) -> ServerEvent {
    ServerEvent::HealthChanged { to, says: "no answer".into() }
}

fn maintenance(reason: Option<&str>) -> ServerEvent {
    ServerEvent::MaintenanceSet { reason: reason.map(str::to_owned) }
}

fn stranger(reference: &str) -> Stranger {
    Stranger { reference: reference.into(), there: "running".into() }
}

fn found(strangers: &[&str]) -> Comparison {
    Comparison {
        accounts: 3,
        strangers: strangers.iter().map(|reference| stranger(reference)).collect(),
        ..Comparison::default()
    }
}

fn sync(found: Comparison) -> Issued<ServerCommand> {
    issued(ServerCommand::RecordSync { found })
}

fn settle(reference: &str, how: StrangerEnd) -> Issued<ServerCommand> {
    issued(ServerCommand::SettleStranger { reference: reference.into(), how })
}

#[test]
fn a_server_is_registered_once_under_a_name_of_its_own() {
    given::<Server>([])
        .when(register(new()))
        .then([registered()])
        .when(register(new()))
        .then_nothing();
    let kept_elsewhere = RegisterServer { secrets: Some(secrets(2, 'a')), ..new() };
    given::<Server>([registered()]).when(register(kept_elsewhere)).then_nothing();
    for other in [
        RegisterServer { driver: "virtfusion".into(), ..new() },
        RegisterServer { description: description("Node 2", 2), ..new() },
        RegisterServer { secrets: Some(secrets(1, 'b')), ..new() },
        RegisterServer { secrets: None, ..new() },
    ] {
        given::<Server>([registered()])
            .when(register(other))
            .then_refused(ServerRefusal::AlreadyRegistered);
    }
    let (scope, key) = (ServerEvent::NAME_SCOPE, "node 1".to_owned());
    assert_eq!(registered().claims(), [Claim::Take { scope, key: key.clone() }]);
    let removed = ServerEvent::Removed { name: "Node 1".into() };
    assert_eq!(removed.claims(), [Claim::Release { scope, key: key.clone() }]);
    let renamed = |name: &str| ServerEvent::Described {
        name_before: "Node 1".into(),
        description: description(name, 2),
    };
    assert_eq!(renamed("NODE 1").claims(), []);
    let taken = Claim::Take { scope, key: "node 2".into() };
    assert_eq!(renamed("Node 2").claims(), [Claim::Release { scope, key }, taken]);
}

#[test]
fn a_description_says_the_whole_and_never_less_than_is_in_use() {
    let describe =
        |name: &str, capacity| issued(ServerCommand::Describe(description(name, capacity)));
    given::<Server>(after([reserved(1), reserved(2)]))
        .when(describe("Node 2", 2))
        .then([ServerEvent::Described {
            name_before: "Node 1".into(),
            description: description("Node 2", 2),
        }])
        .when(describe("Node 2", 2))
        .then([])
        .when(describe("Node 2", 1))
        .then_refused(ServerRefusal::CapacityBelowUse { used: 2 });
    for (capacity, name) in [(0, "Node 1"), (100_001, "Node 1")] {
        given::<Server>(in_use()).when(describe(name, capacity)).then_refused(Invalid::one(
            "capacity",
            "server.capacity_out_of_range",
            "must be 1 to 100000",
        ));
    }
}

#[test]
fn an_address_is_one_of_the_network() {
    let at = |address: &str| {
        let address = Some(address.to_owned());
        ServerDescription { address, ..description("Node 1", 2) }.check()
    };
    for right in ["192.0.2.7", "2001:db8::7", "::1", "::ffff:192.0.2.7"] {
        assert_eq!(at(right), Ok(()), "{right}");
    }
    for wrong in ["", "7", "panel.example.org", "192.0.2.7/24", &"2001:".repeat(10)] {
        assert_eq!(at(wrong).unwrap_err().code(), "server.no_address", "{wrong}");
    }
}

#[test]
fn a_server_is_enabled_only_after_a_test_of_what_it_has_now() {
    let enable = || issued(ServerCommand::Enable);
    let ask = || issued(ServerCommand::AskTest);
    let asked = |no| ServerEvent::TestAsked { no };
    given::<Server>([registered()]).when(enable()).then_refused(ServerRefusal::Untested);
    given::<Server>([registered()])
        .when(ask())
        .then([asked(1)])
        .when(outcome(1, false))
        .then([tested(1, false)])
        .when(enable())
        .then_refused(ServerRefusal::Untested);
    given::<Server>([registered(), asked(1), tested(1, true)])
        .when(enable())
        .then([ServerEvent::Enabled {}])
        .when(enable())
        .then_nothing();
    let other = || settings("https://other.example.org");
    let set = || issued(ServerCommand::SetSettings(other()));
    let changed = || ServerEvent::SettingsSet { settings: other() };
    given::<Server>([registered(), asked(1), tested(1, true)])
        .when(set())
        .then([changed()])
        .when(set())
        .then([])
        .when(enable())
        .then_refused(ServerRefusal::Untested);
    let rotate = |secrets| issued(ServerCommand::SetSecrets(secrets));
    given::<Server>([registered(), asked(1), tested(1, true)])
        .when(rotate(secrets(2, 'a')))
        .then([])
        .when(rotate(secrets(2, 'b')))
        .then([ServerEvent::SecretsSet { secrets: secrets(2, 'b') }])
        .when(enable())
        .then_refused(ServerRefusal::Untested);
    // Changed while the test was under way.
    given::<Server>([registered(), asked(1), changed()])
        .when(outcome(1, true))
        .then([])
        .when(enable())
        .then_refused(ServerRefusal::Untested);
}

#[test]
fn an_outcome_is_told_once_and_only_of_a_test() {
    let asked = |no| ServerEvent::TestAsked { no };
    given::<Server>([registered(), asked(1)])
        .when(outcome(1, true))
        .then([tested(1, true)])
        .when(outcome(1, true))
        .then_nothing();
    given::<Server>([registered()])
        .when(outcome(1, true))
        .then_refused(ServerRefusal::TestNotAsked { no: 1 });
    let changed = ServerEvent::SettingsSet { settings: settings("https://other.example.org") };
    given::<Server>([registered(), asked(1), changed, asked(2)])
        .when(outcome(1, true))
        .then([])
        .when(outcome(2, true))
        .then([tested(2, true)])
        .when(issued(ServerCommand::Enable))
        .then([ServerEvent::Enabled {}]);
}

#[test]
fn a_field_is_a_secret_or_it_is_not() {
    let secret = || ServerRefusal::Secret { field: "/settings/api_key".into() };
    let told = || setting("api_key", "hunter2");
    let both = RegisterServer { settings: told(), ..new() };
    given::<Server>([]).when(register(both)).then_refused(secret());
    given::<Server>([registered()])
        .when(issued(ServerCommand::SetSettings(told())))
        .then_refused(secret());
    let named = SecretsRef { names: ["url".to_owned()].into(), ..secrets(2, 'b') };
    given::<Server>([registered()])
        .when(issued(ServerCommand::SetSecrets(named)))
        .then_refused(ServerRefusal::Secret { field: "/settings/url".into() });
}

#[test]
fn a_service_has_one_slot_and_gives_it_up_once() {
    given::<Server>(in_use())
        .when(reserve(1))
        .then([reserved(1)])
        .when(reserve(1))
        .then([])
        .when(reserve(2))
        .then([reserved(2)])
        .when(reserve(3))
        .then_refused(ServerRefusal::Full { capacity: 2 });
    given::<Server>(after([reserved(1)]))
        .when(release(1))
        .then([ServerEvent::SlotReleased { service_id: service(1) }])
        .when(release(1))
        .then_nothing();
}

#[test]
fn a_server_that_is_away_gets_no_new_account_and_keeps_those_it_has() {
    let disabled = ServerEvent::Disabled { reason: "old".into() };
    for (event, status) in [
        (disabled, ServerStatus::Disabled),
        (maintenance(Some("new disks")), ServerStatus::Maintenance),
        (health(Health::Offline), ServerStatus::Offline),
    ] {
        let away = after([reserved(1), event]);
        assert_eq!(Server::fold(&away).registered().unwrap().status(), status);
        given::<Server>(away.clone())
            .when(reserve(2))
            .then_refused(ServerRefusal::TakesNone { status });
        given::<Server>(away).when(reserve(1)).then_nothing();
    }
    given::<Server>([registered()])
        .when(reserve(1))
        .then_refused(ServerRefusal::TakesNone { status: ServerStatus::Disabled });
    given::<Server>(after([health(Health::Degraded)])).when(reserve(1)).then([reserved(1)]);
}

#[test]
fn three_failed_checks_in_a_row_make_a_server_offline_and_a_good_one_online() {
    given::<Server>(in_use())
        .when(check(0))
        .then([])
        .when(check(1))
        .then([health(Health::Degraded)])
        .when(check(2))
        .then([])
        .when(check(3))
        .then([health(Health::Offline)])
        .when(check(4))
        .then([])
        .when(check(1))
        .then([])
        .when(check(0))
        .then([health(Health::Online)]);
}

#[test]
fn work_on_a_server_begins_and_ends_with_a_word() {
    let set = |reason: Option<&str>| {
        issued(ServerCommand::SetMaintenance { reason: reason.map(str::to_owned) })
    };
    given::<Server>(in_use())
        .when(set(Some("new disks")))
        .then([maintenance(Some("new disks"))])
        .when(set(Some("new disks")))
        .then([])
        .when(set(None))
        .then([maintenance(None)])
        .when(set(None))
        .then_nothing();
    let disable = || issued(ServerCommand::Disable { reason: "old".into() });
    given::<Server>(in_use())
        .when(disable())
        .then([ServerEvent::Disabled { reason: "old".into() }])
        .when(disable())
        .then_nothing();
}

#[test]
fn a_comparison_is_history_only_where_it_found_something_else() {
    let synced = |found| ServerEvent::Synced { found };
    given::<Server>(in_use())
        .when(sync(found(&["8", "7", "7"])))
        .then([synced(found(&["7", "8"]))])
        .when(sync(found(&["7", "8"])))
        .then([])
        .when(sync(found(&["7"])))
        .then([synced(found(&["7"]))]);
    let lost = Comparison { missing: vec![service(2), service(1)], ..found(&[]) };
    let told = Comparison { missing: vec![service(1), service(2)], ..found(&[]) };
    given::<Server>(in_use()).when(sync(lost)).then([synced(told)]);
    let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
    let wrong = WrongState { service_id: service(1), there: "Shut off".into() };
    given::<Server>(in_use())
        .when(sync(Comparison { wrong: vec![wrong], ..found(&[]) }))
        .then_refused(Invalid::one("/wrong/there", "key.malformed", detail));
}

#[test]
fn what_one_event_cannot_list_is_counted() {
    let names: Vec<String> = (0..1_200).map(|no| format!("{no:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    given::<Server>(in_use()).when(sync(found(&names))).then_state(|server| {
        let found = server.registered().unwrap().found.as_ref().unwrap();
        assert_eq!((found.strangers.len(), found.unlisted), (1_000, 200));
        assert_eq!(found.strangers[999].reference, "0999");
        assert!(server.weight() > 1_000);
    });
}

#[test]
fn a_stranger_is_settled_once_and_one_that_is_ignored_is_not_listed_again() {
    let settled = |reference: &str, how| ServerEvent::StrangerSettled {
        reference: reference.to_owned(),
        how,
    };
    let ignored = || StrangerEnd::Ignored { reason: "the panel's own".into() };
    given::<Server>(after([ServerEvent::Synced { found: found(&["7", "8", "9"]) }]))
        .when(settle("7", ignored()))
        .then([settled("7", ignored())])
        .when(settle("8", StrangerEnd::Adopted { service_id: service(1) }))
        .then([settled("8", StrangerEnd::Adopted { service_id: service(1) })])
        .when(sync(found(&["7", "9"])))
        .then([])
        .when(settle("9", StrangerEnd::Terminated {}))
        .then([settled("9", StrangerEnd::Terminated {})])
        .when(sync(found(&["7", "9"])))
        .then([ServerEvent::Synced { found: found(&["9"]) }])
        .when(settle("7", ignored()))
        .then_refused(ServerRefusal::NoSuchStranger);
}

#[test]
fn a_server_with_accounts_stays() {
    let remove = || issued(ServerCommand::Remove);
    given::<Server>(after([reserved(1)]))
        .when(remove())
        .then_refused(ServerRefusal::InUse { used: 1 });
    given::<Server>(in_use())
        .when(remove())
        .then([ServerEvent::Removed { name: "Node 1".into() }])
        .when(remove())
        .then([])
        .when(reserve(1))
        .then_refused(ServerRefusal::Absent);
    given::<Server>([]).when(remove()).then_refused(ServerRefusal::Absent);
}

#[test]
fn the_words_of_health_and_status_are_those_that_are_stored() {
    let stored = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    for status in ServerStatus::ALL {
        assert_eq!(stored(serde_json::to_value(status).unwrap()), status.word());
    }
    for health in [Health::Online, Health::Degraded, Health::Offline] {
        assert_eq!(stored(serde_json::to_value(health).unwrap()), health.word());
    }
    let refusal = ServerRefusal::CapacityBelowUse { used: 2 };
    assert_eq!(refusal.field(), Some("/capacity"));
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Server>::with(())
        .given_no_previous_events()
        .when(register(new()))
        .then_expect_events(vec![registered()]);
}

#[test]
fn refusals_are_well_spoken_of() {
    refusals_are_well_spoken(
        "server",
        &[
            ServerRefusal::Absent,
            ServerRefusal::AlreadyRegistered,
            ServerRefusal::CapacityBelowUse { used: 1 },
            ServerRefusal::Untested,
            ServerRefusal::TestNotAsked { no: 1 },
            ServerRefusal::Secret { field: "/settings/api_key".into() },
            ServerRefusal::Full { capacity: 1 },
            ServerRefusal::TakesNone { status: ServerStatus::Maintenance },
            ServerRefusal::InUse { used: 1 },
            ServerRefusal::NoSuchStranger,
        ],
    );
}

fn step() -> impl Strategy<Value = Issued<ServerCommand>> {
    prop_oneof![
        6 => (0_u128..6).prop_map(reserve),
        3 => (0_u128..6).prop_map(release),
        2 => (0_u32..5).prop_map(check),
        1 => Just(issued(ServerCommand::Enable)),
        1 => Just(issued(ServerCommand::Disable { reason: "old".into() })),
        1 => prop::option::of(Just("new disks".to_owned()))
            .prop_map(|reason| issued(ServerCommand::SetMaintenance { reason })),
        1 => (1_u32..5).prop_map(|slots| issued(ServerCommand::Describe(description("N", slots)))),
        1 => Just(issued(ServerCommand::SetSecrets(secrets(3, 'c')))),
    ]
}

proptest! {
    #[test]
    fn no_more_services_have_a_slot_than_there_are_slots(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut history = in_use();
        let mut server = Server::fold(&history);
        for ask in steps {
            let status = server.registered().unwrap().status();
            let events = server.decide(&ask).unwrap_or_default();
            for event in &events {
                let reserves = matches!(event, ServerEvent::SlotReserved { .. });
                prop_assert!(!reserves || status.takes_accounts(), "a slot while {status:?}");
                server.apply(event);
            }
            history.extend(events);
            let known = server.registered().unwrap();
            prop_assert!(known.used() <= known.description.capacity);
        }
        replay_law::<Server>(&history);
    }
}

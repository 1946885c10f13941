//! The specification of a group of servers, and of who is picked out of it.

use std::collections::BTreeMap;

use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::gateway::Settings;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Claim, EventBody, Issued, ServerId, ServiceId};
use crate::server::{
    Health, Server, ServerCommand, ServerDescription, ServerEvent, ServerRefusal, ServerStatus,
};

fn server(no: usize) -> ServerId {
    ServerId::new(Uuid::from_u128(u128::try_from(no).unwrap()))
}

fn service(no: usize) -> ServiceId {
    ServiceId::new(Uuid::from_u128(u128::try_from(no).unwrap()))
}

fn open(no: usize, used: u32, capacity: u32) -> Candidate {
    let status = ServerStatus::Online;
    Candidate { server_id: server(no), used, capacity, status, fits: true }
}

fn form(fill: FillMethod) -> Issued<ServerGroupCommand> {
    issued(ServerGroupCommand::Form { name: "Games EU".into(), fill })
}

fn formed(fill: FillMethod) -> ServerGroupEvent {
    ServerGroupEvent::Created { name: "Games EU".into(), fill }
}

fn added(no: usize) -> ServerGroupEvent {
    ServerGroupEvent::ServerAdded { server_id: server(no) }
}

fn removed(no: usize) -> ServerGroupEvent {
    ServerGroupEvent::ServerRemoved { server_id: server(no) }
}

fn ask(no: usize, candidates: &[Candidate]) -> Issued<ServerGroupCommand> {
    let (service_id, candidates) = (service(no), candidates.to_vec());
    issued(ServerGroupCommand::Pick { service_id, candidates })
}

fn picked(no: usize, of: usize, because: PickReason) -> ServerGroupEvent {
    ServerGroupEvent::ServerPicked { server_id: server(no), service_id: service(of), because }
}

fn turn(after: Option<usize>) -> PickReason {
    PickReason::NextInTurn { after: after.map(server) }
}

fn three(fill: FillMethod) -> Vec<ServerGroupEvent> {
    vec![formed(fill), added(1), added(2), added(3)]
}

#[test]
fn a_group_is_formed_once_under_a_name_of_its_own() {
    use FillMethod::{LeastUsed, RoundRobin};
    given::<ServerGroup>([])
        .when(form(RoundRobin))
        .then([formed(RoundRobin)])
        .when(form(RoundRobin))
        .then([])
        .when(form(LeastUsed))
        .then_refused(ServerGroupRefusal::AlreadyCreated);
    let rename = |name: &str| issued(ServerGroupCommand::Rename { name: name.to_owned() });
    let renamed = |name: &str| ServerGroupEvent::Renamed {
        name_before: "Games EU".into(),
        name: name.to_owned(),
    };
    given::<ServerGroup>([formed(RoundRobin)])
        .when(rename("Games US"))
        .then([renamed("Games US")])
        .when(rename("Games US"))
        .then_nothing();
    given::<ServerGroup>([]).when(rename("Games")).then_refused(ServerGroupRefusal::Absent);
    let (scope, key) = (ServerGroupEvent::NAME_SCOPE, "games eu".to_owned());
    assert_eq!(formed(RoundRobin).claims(), [Claim::Take { scope, key: key.clone() }]);
    assert_eq!(renamed("GAMES EU").claims(), []);
    let taken = Claim::Take { scope, key: "games us".into() };
    assert_eq!(renamed("Games US").claims(), [Claim::Release { scope, key }, taken]);
    let set = |fill| issued(ServerGroupCommand::SetFill { fill });
    given::<ServerGroup>([formed(RoundRobin)])
        .when(set(RoundRobin))
        .then([])
        .when(set(LeastUsed))
        .then([ServerGroupEvent::FillSet { fill: LeastUsed }]);
}

#[test]
fn a_server_is_in_one_group_at_a_time() {
    let add = |no| issued(ServerGroupCommand::AddServer { server_id: server(no) });
    let remove = |no| issued(ServerGroupCommand::RemoveServer { server_id: server(no) });
    given::<ServerGroup>([formed(FillMethod::RoundRobin)])
        .when(add(1))
        .then([added(1)])
        .when(add(1))
        .then([])
        .when(remove(1))
        .then([removed(1)])
        .when(remove(1))
        .then_refused(ServerGroupRefusal::NotAMember);
    let (scope, key) = (ServerGroupEvent::MEMBER_SCOPE, server(1).uuid().to_string());
    assert_eq!(added(1).claims(), [Claim::Take { scope, key: key.clone() }]);
    assert_eq!(removed(1).claims(), [Claim::Release { scope, key }]);
    let joined = (0..1_000).map(added);
    given::<ServerGroup>([formed(FillMethod::RoundRobin)].into_iter().chain(joined))
        .when(add(1_000))
        .then_refused(ServerGroupRefusal::TooMany { most: 1_000 });
}

#[test]
fn one_after_another_is_picked_in_the_order_in_which_they_joined() {
    let all = [open(3, 0, 9), open(1, 0, 9), open(2, 0, 9)];
    given::<ServerGroup>(three(FillMethod::RoundRobin))
        .when(ask(1, &all))
        .then([picked(1, 1, turn(None))])
        .when(ask(2, &all))
        .then([picked(2, 2, turn(Some(1)))])
        .when(ask(3, &all))
        .then([picked(3, 3, turn(Some(2)))])
        .when(ask(4, &all))
        .then([picked(1, 4, turn(Some(3)))]);
}

#[test]
fn turns_stay_as_they_were_when_a_server_leaves_or_cannot_take() {
    let all = [open(1, 0, 9), open(2, 0, 9), open(3, 0, 9)];
    let second = || three(FillMethod::RoundRobin).into_iter().chain([picked(2, 1, turn(None))]);
    given::<ServerGroup>(second().chain([removed(2)])).when(ask(2, &all)).then([picked(
        3,
        2,
        turn(Some(1)),
    )]);
    let first = three(FillMethod::RoundRobin).into_iter().chain([picked(1, 1, turn(None))]);
    given::<ServerGroup>(first.chain([removed(1)])).when(ask(2, &all)).then([picked(
        2,
        2,
        turn(None),
    )]);
    // Nothing is known of the second, whose turn it was.
    given::<ServerGroup>(second()).when(ask(2, &[open(1, 0, 9), open(3, 0, 9)])).then([picked(
        3,
        2,
        turn(Some(2)),
    )]);
}

#[test]
fn the_smallest_share_in_use_is_picked_and_of_equals_who_joined_first() {
    let because = |used, capacity| PickReason::LeastUsed { used, capacity };
    for (candidates, expected) in [
        ([open(1, 1, 2), open(2, 1, 3), open(3, 1, 2)], picked(2, 1, because(1, 3))),
        ([open(1, 2, 4), open(2, 1, 2), open(3, 3, 6)], picked(1, 1, because(2, 4))),
        ([open(1, 0, 0), open(2, 9, 9), open(3, 8, 9)], picked(3, 1, because(8, 9))),
        (
            [open(1, u32::MAX - 1, u32::MAX), open(2, u32::MAX - 2, u32::MAX), open(3, 1, 1)],
            picked(2, 1, because(u32::MAX - 2, u32::MAX)),
        ),
    ] {
        given::<ServerGroup>(three(FillMethod::LeastUsed))
            .when(ask(1, &candidates))
            .then([expected]);
    }
}

#[test]
fn that_nobody_has_room_says_why() {
    let away = Candidate { status: ServerStatus::Maintenance, ..open(2, 0, 9) };
    let unfit = Candidate { fits: false, ..open(3, 0, 9) };
    let nobody = NoRoom { full: 1, away: 1, unfit: 1 };
    for fill in FillMethod::ALL {
        given::<ServerGroup>(three(fill))
            .when(ask(1, &[open(1, 9, 9), away.clone(), unfit.clone()]))
            .then_refused(nobody);
        let stranger = [open(7, 0, 9)];
        let nobody = NoRoom { full: 0, away: 0, unfit: 3 };
        given::<ServerGroup>(three(fill)).when(ask(1, &stranger)).then_refused(nobody);
    }
    let said = "no server has room: 1 full, 1 offline, disabled or in maintenance, 1 unsuited";
    assert_eq!(ServerGroupRefusal::from(nobody).to_string(), said);
}

#[test]
fn the_words_of_the_rules_are_those_that_are_stored() {
    for fill in FillMethod::ALL {
        assert_eq!(serde_json::to_value(fill).unwrap().as_str(), Some(fill.word()));
    }
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<ServerGroup>::with(())
        .given_no_previous_events()
        .when(form(FillMethod::RoundRobin))
        .then_expect_events(vec![formed(FillMethod::RoundRobin)]);
}

#[test]
fn refusals_are_well_spoken_of() {
    refusals_are_well_spoken(
        "server_group",
        &[
            ServerGroupRefusal::Absent,
            ServerGroupRefusal::AlreadyCreated,
            ServerGroupRefusal::NotAMember,
            ServerGroupRefusal::TooMany { most: 1_000 },
            ServerGroupRefusal::NoRoom(NoRoom { full: 1, away: 0, unfit: 0 }),
        ],
    );
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let status = prop::sample::select(ServerStatus::ALL.to_vec());
    let one = (0_u32..5, 0_u32..5, status, (0_u8..10).prop_map(|no| no < 8));
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let candidate = |(no, (used, capacity, status, fits))| Candidate {
            server_id: server(no),
            used,
            capacity,
            status,
            fits,
        };
        all.into_iter().enumerate().map(candidate).collect()
    })
}

fn fill() -> impl Strategy<Value = FillMethod> {
    prop::sample::select(FillMethod::ALL.to_vec())
}

/// Servers with so many slots each, enabled, in one group.
fn world(fill: FillMethod, capacities: &[u32]) -> (ServerGroup, BTreeMap<ServerId, Server>) {
    let joined = (0..capacities.len()).map(added);
    let history: Vec<_> = [formed(fill)].into_iter().chain(joined).collect();
    let with_slots = |(no, capacity): (usize, &u32)| {
        let registered = ServerEvent::Registered {
            driver: "pterodactyl".into(),
            description: ServerDescription {
                name: format!("Node {no}"),
                hostname: "panel.example.org".into(),
                address: None,
                capacity: *capacity,
            },
            settings: Settings::default(),
            secrets: None,
        };
        (server(no), Server::fold(&[registered, ServerEvent::Enabled {}]))
    };
    (ServerGroup::fold(&history), capacities.iter().enumerate().map(with_slots).collect())
}

fn seen(servers: &BTreeMap<ServerId, Server>) -> Vec<Candidate> {
    let seen = |(server_id, server): (&ServerId, &Server)| {
        let known = server.registered().unwrap();
        Candidate {
            server_id: *server_id,
            used: known.used(),
            capacity: known.description.capacity,
            status: known.status(),
            fits: true,
        }
    };
    servers.iter().map(seen).collect()
}

/// Picks a server, unless nobody has room.
fn pick_in(group: &mut ServerGroup, of: usize, candidates: &[Candidate]) -> Option<ServerId> {
    let events = group.decide(&ask(of, candidates)).unwrap_or_default();
    events.iter().for_each(|event| group.apply(event));
    events.iter().find_map(|event| match event {
        ServerGroupEvent::ServerPicked { server_id, .. } => Some(*server_id),
        _ => None,
    })
}

fn reserve(server: &mut Server, of: usize) -> Result<(), ServerRefusal> {
    let service_id = service(of);
    for event in server.decide(&issued(ServerCommand::ReserveSlot { service_id }))? {
        server.apply(&event);
    }
    Ok(())
}

proptest! {
    #[test]
    fn never_picks_a_full_offline_disabled_or_maintenance_server(
        fill in fill(),
        last in prop::option::of(0_usize..9),
        candidates in candidates(),
    ) {
        let can_take = |one: &Candidate| {
            let away =
                [ServerStatus::Offline, ServerStatus::Disabled, ServerStatus::Maintenance];
            one.fits && one.used < one.capacity && !away.contains(&one.status)
        };
        match pick(fill, last.map(server), &candidates) {
            Ok(Pick { server_id, .. }) => {
                let found = candidates.iter().find(|one| one.server_id == server_id);
                prop_assert!(found.is_some_and(can_take), "{found:?}");
            }
            Err(NoRoom { full, away, unfit }) => {
                prop_assert!(!candidates.iter().any(can_take));
                prop_assert_eq!(full + away + unfit, candidates.len());
            }
        }
    }

    #[test]
    fn round_robin_differs_by_at_most_one(servers in 1_usize..8, picks in 0_usize..40) {
        let (mut group, _) = world(FillMethod::RoundRobin, &vec![100; servers]);
        let all: Vec<_> = (0..servers).map(|no| open(no, 0, 100)).collect();
        let mut counts = vec![0_u32; servers];
        for of in 0..picks {
            let found = pick_in(&mut group, of, &all).unwrap();
            counts[(0..servers).position(|no| server(no) == found).unwrap()] += 1;
        }
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        prop_assert!(most - least <= 1, "{counts:?}");
    }

    #[test]
    fn the_least_used_keep_shares_within_one_account(
        servers in 1_usize..6,
        picks in 0_usize..40,
    ) {
        let (mut group, mut all) = world(FillMethod::LeastUsed, &vec![100; servers]);
        for of in 0..picks {
            let found = pick_in(&mut group, of, &seen(&all)).unwrap();
            prop_assert_eq!(reserve(all.get_mut(&found).unwrap(), of), Ok(()));
        }
        let used: Vec<_> = seen(&all).iter().map(|one| one.used).collect();
        prop_assert!(used.iter().max().unwrap() - used.iter().min().unwrap() <= 1, "{used:?}");
    }

    #[test]
    fn two_picks_never_exceed_capacity(
        fill in fill(),
        capacities in prop::collection::vec(1_u32..4, 1..5),
        rounds in 1_usize..12,
        offline in 0_usize..5,
    ) {
        let (mut group, mut all) = world(fill, &capacities);
        if let Some(server) = all.get_mut(&server(offline)) {
            let says = "no answer".to_owned();
            server.apply(&ServerEvent::HealthChanged { to: Health::Offline, says });
        }
        // Both look before either has reserved; whoever comes second and finds no room looks again.
        for round in 0..rounds {
            let before = seen(&all);
            for of in [2 * round, 2 * round + 1] {
                let Some(found) = pick_in(&mut group, of, &before) else { continue };
                let Err(refused) = reserve(all.get_mut(&found).unwrap(), of) else { continue };
                let is_full = matches!(refused, ServerRefusal::Full { .. });
                prop_assert!(is_full, "{refused:?}");
                let now = seen(&all);
                let Some(found) = pick_in(&mut group, of, &now) else { continue };
                prop_assert_eq!(reserve(all.get_mut(&found).unwrap(), of), Ok(()));
            }
        }
        for one in seen(&all) {
            prop_assert!(one.used <= one.capacity);
        }
        let taken: u32 = seen(&all).iter().map(|one| one.used).sum();
        let room: u32 = seen(&all)
            .iter()
            .filter(|one| one.status.takes_accounts())
            .map(|one| one.capacity)
            .sum();
        prop_assert_eq!(taken, room.min(u32::try_from(2 * rounds).unwrap()));
    }
}

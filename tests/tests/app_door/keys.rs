//! Keys: backups apart from the database, and the end of those whose time is over.

use std::fs;
use std::ops::ControlFlow;

use billfold_adapters::postgres::PostgresAllKeys;
use billfold_app::commands::RequestOrigin;
use billfold_app::commands::clients::{EraseClient, subject_of};
use billfold_app::origins::{self, ERASED, Month, ORIGIN};
use billfold_app::retention::{Expiry, KeyExpiry, run as end_keys};
use billfold_app::vault::{BackupError, Opened, Restored, back_up, field, restore};
use billfold_domain::client::Client;
use billfold_domain::kernel::{Actor, ClientId};
use billfold_event_store::Feed;
use billfold_event_store::chain::{DatabaseSource, VerifyOptions, verify};
use billfold_tests::harness::TempFolder;
use billfold_tests::till::vault;
use chrono::TimeDelta;

use crate::house::{House, card};

fn all(house: &House) -> PostgresAllKeys {
    PostgresAllKeys::new(house.db.owner.clone(), house.db.feed.clone())
}

async fn erase(house: &House, client: ClientId) {
    let erase = EraseClient { client_id: client, reason: "asked".to_owned() };
    house.ask(&format!("erase {client}"), erase).await.unwrap();
}

async fn opens(house: &House, client: ClientId, name: &str) {
    let (state, _) = house.door.load::<Client>(house.tenant, client.uuid()).await.unwrap();
    let contact = state.profile().unwrap().contact.clone();
    let opened = vault(&house.db).open(house.tenant, field::CLIENT_CONTACT, &contact).await;
    assert_eq!(opened.unwrap(), Opened::Clear(card(name)));
}

async fn living(house: &House, client: ClientId) -> i64 {
    let sql = "select count(*) from subject_keys where subject_id = $1 and wrapped is not null
               and purpose = 'operational'";
    let living = sqlx::query_scalar(sql).bind(client.uuid()).fetch_one(&house.db.owner).await;
    living.unwrap()
}

/// As a restore of a database whose backup left the keys out.
async fn lose_keys(house: &House) {
    sqlx::query("truncate subject_keys").execute(&house.db.owner).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_back_from_a_backup_of_their_own_and_destroyed_ones_never() {
    let (house, folder) = (House::open().await, TempFolder::new());
    let (stays, before, after) =
        (house.client("Stays").await, house.client("Before").await, house.client("After").await);
    erase(&house, before).await;
    let (rows, path, now) = (all(&house), folder.path().join("keys"), house.clock.now());
    let written = back_up(&rows, &path, now, |_| {}).await.unwrap();
    assert!(written.keys >= 5 && written.destroyed == 2, "{written:?}");
    let again = back_up(&rows, &path, now, |_| {}).await;
    assert!(matches!(again, Err(BackupError::Exists { .. })), "{again:?}");
    // Erased after the backup: the log alone knows it.
    erase(&house, after).await;
    let go_on = |_| ControlFlow::Continue(());
    let nothing = restore(&rows, &path, now, go_on).await.unwrap();
    assert_eq!((nothing.restored, nothing.destroyed), (0, 0), "{nothing:?}");

    lose_keys(&house).await;
    let back = restore(&rows, &path, now, go_on).await.unwrap();
    assert!(back.restored >= 2 && !back.interrupted, "{back:?}");
    opens(&house, stays, "Stays").await;
    assert_eq!((living(&house, before).await, living(&house, after).await), (0, 0));
    let again = restore(&rows, &path, now, go_on).await.unwrap();
    let keys = back.keys;
    assert_eq!(again, Restored { keys, ..Restored::default() }, "a repeat changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_knows_more_ends_are_carried_out() {
    let (house, folder) = (House::open().await, TempFolder::new());
    let client = house.client("Grace").await;
    let (rows, path, now) = (all(&house), folder.path().join("keys"), house.clock.now());
    back_up(&rows, &path, now, |_| {}).await.unwrap();
    // The line of the key says that it was destroyed; the digest is made anew as the format says.
    let text = fs::read_to_string(&path).unwrap();
    let changed = text.replacen("\"wrapped\":\"", "\"wrapped\":\"AAAA", 1);
    fs::write(&path, changed).unwrap();
    let refused = restore(&rows, &path, now, |_| ControlFlow::Continue(())).await;
    assert!(matches!(refused, Err(BackupError::Content { .. })), "{refused:?}");
    let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    fs::write(&path, cut).unwrap();
    let refused = restore(&rows, &path, now, |_| ControlFlow::Continue(())).await;
    assert!(matches!(refused, Err(BackupError::Content { .. })), "{refused:?}");
    assert_eq!(living(&house, client).await, 1, "nothing was touched");
}

async fn expire(house: &House, rehearse: bool) -> Expiry {
    let ask = KeyExpiry { tenant: house.tenant, actor: Actor::system("tests").unwrap(), rehearse };
    end_keys(&house.door, &ask, |_| ControlFlow::Continue(())).await.unwrap()
}

async fn chain_is_whole(house: &House) -> bool {
    let mut source = DatabaseSource::open(&house.db.feed, 1).await.unwrap();
    verify(&mut source, VerifyOptions::default(), |_| {}).await.unwrap().is_sound()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_an_erased_client_are_let_go_with_an_event_once_the_law_does() {
    let house = House::open().await;
    let client = house.client("Grace").await;
    house.invoice("one", client, &["10.00"]).await;
    erase(&house, client).await;
    let none = Expiry::default();
    assert_eq!(expire(&house, false).await, none);
    let kept = house.door.vault().kept_until(house.tenant, subject_of(client)).await.unwrap();
    assert_eq!(kept.unwrap().to_string(), "2034-12-31");
    house.clock.advance(TimeDelta::days(9 * 365));
    assert_eq!(expire(&house, true).await, Expiry { persons: 1, rehearsed: true, ..none });
    assert_eq!(expire(&house, false).await, Expiry { persons: 1, ..none });
    assert_eq!(expire(&house, false).await, none, "once");
    let kept = house.door.vault().kept_until(house.tenant, subject_of(client)).await.unwrap();
    assert_eq!(kept, None);
    let told = Feed::new(house.db.feed.clone(), 1).page(0, 1_000).await.unwrap();
    let last = told.last().unwrap();
    assert_eq!(last.event_type, "data_subject.erased");
    assert_eq!(last.aggregate_id, client.uuid());
    assert!(last.payload.contains("2034-12-31") && last.payload.contains("fiscal"));
    assert!(chain_is_whole(&house).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_requests_came_from_is_forgotten_after_twelve_months() {
    let house = House::open().await;
    let origin = RequestOrigin {
        ip: Some("192.0.2.7".parse().unwrap()),
        user_agent: Some("Lynx".to_owned()),
        request_id: None,
    };
    let client = house.client("Grace").await;
    let erase = EraseClient { client_id: client, reason: "asked".to_owned() };
    house.door.execute(house.request("erase", erase).from_origin(origin)).await.unwrap();
    let told = async || {
        let mut events = Feed::new(house.db.feed.clone(), 1).page(0, 1_000).await.unwrap();
        events.retain(|event| event.event_type == "client.erased");
        let metadata = serde_json::from_str(&events.remove(0).metadata).unwrap();
        let mut stored = stored(metadata);
        origins::reveal(&vault(&house.db), house.tenant, [&mut stored]).await.unwrap();
        let named = |name: &str| stored.metadata.get(name).cloned();
        (named("ip"), named("user_agent"), named(ORIGIN))
    };
    let known = (Some("192.0.2.7".to_owned()), Some("Lynx".to_owned()), None);
    assert_eq!(told().await, known);
    house.clock.advance(TimeDelta::days(393));
    assert_eq!(expire(&house, false).await, Expiry::default(), "March of the next year is over");
    house.clock.advance(TimeDelta::days(1));
    assert_eq!(Month::of(house.clock.now()).to_string(), "2027-03");
    assert_eq!(expire(&house, false).await, Expiry::default());
    house.clock.advance(TimeDelta::days(31));
    assert_eq!(expire(&house, false).await, Expiry { months: 1, ..Expiry::default() });
    assert_eq!(told().await, (None, None, Some(ERASED.to_owned())));
    assert!(chain_is_whole(&house).await);
}

fn stored(
    metadata: std::collections::BTreeMap<String, String>,
) -> billfold_projections::event_index::Stored {
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let id = uuid::Uuid::nil();
    billfold_projections::event_index::Stored {
        position: 1,
        event_id: billfold_domain::kernel::EventId::new(id),
        aggregate_type: "client".to_owned(),
        aggregate_id: id,
        sequence: 1,
        event_type: "client.erased".to_owned(),
        event_version: "1".to_owned(),
        recorded_at: at,
        effective_at: at,
        command_id: id,
        correlation_id: id,
        causation_id: None,
        actor: "system:tests".to_owned(),
        metadata,
        payload: "{}".to_owned(),
    }
}

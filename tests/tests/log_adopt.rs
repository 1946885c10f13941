//! Neighbours of the log: the stock library as a reader, a stock database as a source, snapshots
//! as a cache.

use std::collections::HashMap;

use billfold_event_store::adopt::{
    AdoptError, AdoptOrder, AdoptedEvent, Adoption, TimeColumn, TimeForm,
};
use billfold_event_store::snapshot::{self, Snapshot};
use billfold_event_store::stream::StreamKey;
use billfold_event_store::{Feed, stock};
use billfold_tests::harness::{TempFolder, TestDb, billfold};
use billfold_tests::scribe::{Entry, Scribe};
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, SerializedEvent};
use cqrs_es::{Aggregate, DomainEvent, EventStore};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{ConnectOptions, Executor, PgPool};
use uuid::Uuid;

/// What an application on the stock library would have.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Account {
    total: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccountEvent {
    Credited { amount: i64 },
}

#[derive(Debug)]
struct Never;

impl std::fmt::Display for Never {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("never")
    }
}

impl std::error::Error for Never {}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        "account.credited".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = i64;
    type Event = AccountEvent;
    type Error = Never;
    type Services = ();

    async fn handle(
        &mut self,
        amount: i64,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        sink.write(AccountEvent::Credited { amount }, self).await;
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        let AccountEvent::Credited { amount } = event;
        self.total += amount;
    }
}

async fn log(db: &TestDb, stream: Uuid, amounts: &[i64]) {
    let scribe = Scribe::begin(&db.feed).await;
    let tenant = Uuid::now_v7();
    for amount in amounts {
        scribe.append_one(Entry::amount(tenant, stream, *amount)).await;
    }
}

#[tokio::test]
async fn the_stock_library_reads_our_log() {
    let (db, stream) = (TestDb::new().await, Uuid::now_v7());
    log(&db, stream, &[3, 4, 5]).await;
    log(&db, Uuid::now_v7(), &[100]).await;
    let repository = stock::repository(db.feed.clone());
    let events = repository.get_events::<Account>(&stream.to_string()).await.unwrap();
    let ours = Feed::new(db.feed.clone(), Scribe::LOG).page(0, 3).await.unwrap();
    assert_eq!(events.len(), 3);
    for (theirs, ours) in events.iter().zip(&ours) {
        assert_eq!(theirs.aggregate_id, ours.aggregate_id.to_string());
        assert_eq!(theirs.sequence as i64, ours.sequence);
        assert_eq!(theirs.aggregate_type, ours.aggregate_type);
        assert_eq!(theirs.event_type, ours.event_type);
        assert_eq!(theirs.event_version, ours.event_version);
        let same = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(theirs.payload, same(&ours.payload));
        assert_eq!(theirs.metadata, same(&ours.metadata));
    }
    let store = PersistedEventStore::<_, Account>::new_event_store(repository);
    let loaded = store.load_aggregate(&stream.to_string()).await.unwrap();
    assert_eq!((loaded.aggregate.total, loaded.current_sequence), (12, 3));
    let tail = stock::repository(db.feed.clone());
    assert_eq!(tail.get_last_events::<Account>(&stream.to_string(), 2).await.unwrap().len(), 1);
    let mut replay = tail.stream_all_events::<Account>().await.unwrap();
    let mut total = 0;
    while let Some(event) = replay.next::<Account>(&[]).await {
        let AccountEvent::Credited { amount } = event.unwrap().payload;
        total += amount;
    }
    assert_eq!(total, 112);
}

#[tokio::test]
async fn the_stock_library_cannot_write_and_keeps_no_snapshots() {
    let (db, stream) = (TestDb::new().await, Uuid::now_v7());
    log(&db, stream, &[3]).await;
    let forged = SerializedEvent {
        aggregate_id: stream.to_string(),
        sequence: 2,
        aggregate_type: "account".to_owned(),
        event_type: "account.credited".to_owned(),
        event_version: "1".to_owned(),
        payload: serde_json::json!({"credited": {"amount": 1000}}),
        metadata: serde_json::json!({}),
    };
    for pool in [&db.feed, &db.owner] {
        let repository = stock::repository(pool.clone());
        let written = repository.persist::<Account>(std::slice::from_ref(&forged), None).await;
        assert!(written.is_err(), "the view took an insert");
        assert!(repository.get_snapshot::<Account>(&stream.to_string()).await.is_err());
    }
    let direct = postgres_es::PostgresEventRepository::new(db.feed.clone());
    let written = direct.persist::<Account>(&[forged], None).await;
    assert!(written.is_err(), "the table took a row without its hash");
    assert_eq!(Feed::new(db.feed.clone(), Scribe::LOG).head().await.unwrap().position, 1);
}

#[tokio::test]
async fn the_stock_library_sees_one_tenant_only_under_the_role_of_the_application() {
    let (db, stream) = (TestDb::new().await, Uuid::now_v7());
    log(&db, stream, &[3, 4]).await;
    let repository = stock::repository(db.app.clone());
    let events = repository.get_events::<Account>(&stream.to_string()).await.unwrap();
    assert!(events.is_empty(), "no tenant is set, so nothing may be seen");
}

/// The table of the stock framework.
async fn stock_table(db: &TestDb) {
    db.owner
        .execute(
            "create schema old; create table old.events (aggregate_type text not null, \
                 aggregate_id text not null, sequence bigint check (sequence >= 0) not null, \
                 event_type text not null, event_version text not null, payload json not null, \
                 metadata json not null, \
                 primary key (aggregate_type, aggregate_id, sequence))",
        )
        .await
        .unwrap();
}

/// A stock database whose times are in its metadata, written by the stock framework itself.
async fn stock_database(db: &TestDb) -> PgPool {
    stock_table(db).await;
    let repository = postgres_es::PostgresEventRepository::new(db.owner.clone())
        .with_tables("old.events", "old.snapshots");
    let store = PersistedEventStore::<_, Account>::new_event_store(repository);
    let times = [
        ("alpha", 1, "2026-01-01T10:00:00+02:00"),
        ("beta", 2, "2026-01-01T09:00:00Z"),
        ("alpha", 3, "2026-01-01T09:30:00.5Z"),
        // a clock that was set back: it must not come before the one above
        ("alpha", 4, "2026-01-01T08:30:00Z"),
        ("beta", 5, "2026-01-01T11:00:00Z"),
    ];
    for (id, amount, time) in times {
        let context = store.load_aggregate(id).await.unwrap();
        let metadata = HashMap::from([("at".to_owned(), time.to_owned())]);
        store.commit(vec![AccountEvent::Credited { amount }], context, metadata).await.unwrap();
    }
    db.owner.clone()
}

async fn adopt(pool: &PgPool, order: AdoptOrder) -> Result<Vec<AdoptedEvent>, AdoptError> {
    let adoption = Adoption::try_new("old.events", order)?;
    let mut connection = pool.acquire().await?;
    assert_eq!(adoption.check(&mut connection).await?, 5);
    let statement = adoption.statement();
    adoption.events(&mut connection, &statement).try_collect().await
}

fn amounts(events: &[AdoptedEvent]) -> Vec<i64> {
    events
        .iter()
        .map(|event| match serde_json::from_str(&event.payload).unwrap() {
            AccountEvent::Credited { amount } => amount,
        })
        .collect()
}

fn at(column: TimeColumn, pointer: &str, form: TimeForm) -> AdoptOrder {
    AdoptOrder::Time { column, pointer: pointer.to_owned(), form }
}

#[tokio::test]
async fn a_stock_database_is_read_in_the_order_of_its_own_times_and_never_against_its_streams() {
    let db = TestDb::new().await;
    let pool = stock_database(&db).await;
    let events = adopt(&pool, at(TimeColumn::Metadata, "/at", TimeForm::Rfc3339)).await.unwrap();
    assert_eq!(amounts(&events), [1, 2, 3, 4, 5]);
    assert!(events.is_sorted_by_key(|event| event.time));
    assert_eq!(events[3].time, events[2].time, "a time that falls is that of the event before");
    assert_eq!((events[3].aggregate_id.as_str(), events[3].sequence), ("alpha", 3));
    assert_eq!(events[0].event_type, "account.credited");
}

#[tokio::test]
async fn a_stock_database_without_times_is_read_stream_after_stream() {
    let db = TestDb::new().await;
    let pool = stock_database(&db).await;
    let events = adopt(&pool, AdoptOrder::Stream).await.unwrap();
    assert_eq!(amounts(&events), [1, 3, 4, 2, 5]);
    assert!(events.iter().all(|event| event.time.is_none()));
}

#[tokio::test]
async fn times_may_be_numbers_deep_in_the_payload() {
    let db = TestDb::new().await;
    let pool = stock_database(&db).await;
    pool.execute(
        "update old.events set payload = json_build_object('credited', json_build_object( \
             'amount', (payload #>> '{credited,amount}')::int, \
             'a/b', 1767225600.25 - (payload #>> '{credited,amount}')::int))",
    )
    .await
    .unwrap();
    let deep = at(TimeColumn::Payload, "/credited/a~1b", TimeForm::Seconds);
    let events = adopt(&pool, deep).await.unwrap();
    let times: Vec<_> = events.iter().map(|event| event.time.unwrap().to_rfc3339()).collect();
    assert_eq!(amounts(&events), [2, 5, 1, 3, 4], "times fall here, but never within a stream");
    assert_eq!(times[0], "2025-12-31T23:59:58.250+00:00");
}

#[tokio::test]
async fn an_event_without_a_readable_time_is_named_before_anything_is_read() {
    let db = TestDb::new().await;
    let pool = stock_database(&db).await;
    let adopted = adopt(&pool, at(TimeColumn::Metadata, "/elsewhere", TimeForm::Rfc3339)).await;
    let named = matches!(&adopted, Err(AdoptError::Time { aggregate_id, sequence: 1, .. })
        if aggregate_id == "alpha");
    assert!(named, "{adopted:?}");
    pool.execute("update old.events set metadata = '{\"at\":\"soon\"}' where sequence = 2")
        .await
        .unwrap();
    let adopted = adopt(&pool, at(TimeColumn::Metadata, "/at", TimeForm::Rfc3339)).await;
    assert!(matches!(adopted, Err(AdoptError::Time { sequence: 2, .. })), "{adopted:?}");
}

#[test]
fn table_names_and_pointers_that_are_none_are_refused() {
    for name in ["", "a.b.c", "events; drop table x", "e\"vents", ".events"] {
        let adoption = Adoption::try_new(name, AdoptOrder::Stream);
        assert!(matches!(adoption, Err(AdoptError::Name { .. })), "{name:?}");
    }
    let order = at(TimeColumn::Metadata, "at", TimeForm::Millis);
    assert!(matches!(Adoption::try_new("events", order), Err(AdoptError::Pointer { .. })));
}

/// Runs the program on a database: exit code and the JSON that it printed.
fn program(db: &TestDb, data: &TempFolder, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = std::process::Command::new(billfold())
        .args(["--json", "--data"])
        .arg(data.path())
        .args(arguments)
        .env("DATABASE_URL", db.connect_options().to_url_lossy().as_str())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let result = serde_json::from_slice(&output.stdout);
    (output.status.code(), result.unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// A seller's history of some purchases as the stock framework would hold it, its times in its
/// metadata; and how many events it has.
async fn stock_history(data: &TempFolder) -> (TestDb, u64) {
    let db = TestDb::new().await;
    let file = data.path().join("purchases.txt");
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let whole = std::fs::read_to_string(whole).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').take(41).collect();
    std::fs::write(&file, lines.concat()).unwrap();
    let import = ["import", "purchases", file.to_str().unwrap()];
    let (code, report) = program(&db, data, &import);
    assert_eq!((code, &report["created"]), (Some(0), &40.into()), "{report}");
    stock_table(&db).await;
    let copied = "insert into old.events select aggregate_type, aggregate_id::text, sequence, \
         event_type, event_version, payload, json_build_object('at', to_char( \
             effective_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) \
         from events";
    let copied = db.owner.execute(copied).await.unwrap();
    (db, copied.rows_affected())
}

/// What a log says, whatever the order of its streams.
async fn facts(db: &TestDb) -> Vec<(String, Uuid, i64, String, String, String)> {
    sqlx::query_as(
        "select aggregate_type, aggregate_id, sequence, event_type, payload::text, \
             effective_at::date::text \
         from events order by aggregate_type, aggregate_id, sequence",
    )
    .fetch_all(&db.feed)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_of_the_stock_framework_becomes_ours_event_by_event_and_once() {
    let data = TempFolder::new();
    let (old, events) = stock_history(&data).await;
    let url = old.connect_options().to_url_lossy().to_string();
    let import = ["import", "cqrs-es", "--source", &url, "--table", "old.events"];
    for order in [&["--time", "metadata:/at"][..], &["--by-stream"]] {
        let new = TestDb::new().await;
        let import = [&import[..], order].concat();
        let (code, report) = program(&new, &data, &[&import[..], &["--dry-run"]].concat());
        assert_eq!((code, &report["events"]), (Some(0), &events.into()), "{report}");
        assert!(facts(&new).await.is_empty(), "a dry run writes nothing");

        let (code, report) = program(&new, &data, &import);
        assert_eq!((code, &report["created"]), (Some(0), &events.into()), "{report}");
        assert_eq!(report["sound"], true, "{report}");
        assert_eq!(facts(&new).await.len() as u64, events);
        if order[0] == "--time" {
            assert_eq!(facts(&new).await, facts(&old).await);
        }
        let (code, report) = program(&new, &data, &import);
        assert_eq!(code, Some(0), "{report}");
        let again = (&report["created"], &report["present"]);
        assert_eq!(again, (&0.into(), &events.into()), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_keeps_the_rest_of_its_stream_out_and_is_named() {
    let data = TempFolder::new();
    let (old, events) = stock_history(&data).await;
    let spoil = "update old.events set payload = '{\"issued\":{}}' \
         where event_type = 'invoice.issued' and aggregate_id = ( \
             select min(aggregate_id) from old.events where event_type = 'invoice.issued')";
    old.owner.execute(spoil).await.unwrap();
    let new = TestDb::new().await;
    let url = old.connect_options().to_url_lossy().to_string();
    let import = ["import", "cqrs-es", "--source", &url, "--table", "old.events", "--by-stream"];
    let (code, report) = program(&new, &data, &import);
    assert_eq!((code, &report["sound"]), (Some(1), &true.into()), "{report}");
    let refused = report["refused"].as_array().unwrap();
    assert_eq!(refused[0]["aggregate_type"], "invoice", "{report}");
    let reason = refused[0]["reason"].as_str().unwrap();
    assert!(reason.contains("invoice.issued"), "{report}");
    let follow = |no: &Value| no["reason"] == "it follows an event that was refused";
    assert!(refused[1..].iter().all(follow), "{report}");
    assert_eq!(report["created"], events - refused.len() as u64, "{report}");
}

#[tokio::test]
async fn a_snapshot_is_used_only_unchanged_for_its_stream_and_schema() {
    let db = TestDb::new().await;
    let mut connection = db.feed.acquire().await.unwrap();
    let key = |id| StreamKey { tenant: Uuid::from_u128(7), kind: "account", id };
    let (one, two) = (key(Uuid::now_v7()), key(Uuid::now_v7()));
    let (schema, other) = ([1; 32], [2; 32]);
    let state =
        |sequence, total: i64| Snapshot { sequence, state: format!("{{\"total\" : {total}}}") };
    let snapshots = [(one, state(600, 10)), (two, state(700, 20))];
    snapshot::write(&mut connection, &snapshots, &schema).await.unwrap();
    let streams = [two, key(Uuid::now_v7()), one];
    let read = snapshot::read(&mut connection, &streams, &schema).await.unwrap();
    assert_eq!(read, [Some(state(700, 20)), None, Some(state(600, 10))]);
    assert_eq!(snapshot::read(&mut connection, &[one], &other).await.unwrap(), [None]);

    // an older one never replaces a newer one; one of another schema always does
    snapshot::write(&mut connection, &[(one, state(500, 1))], &schema).await.unwrap();
    let read = snapshot::read(&mut connection, &[one], &schema).await.unwrap();
    assert_eq!(read, [Some(state(600, 10))]);
    snapshot::write(&mut connection, &[(one, state(500, 1))], &other).await.unwrap();
    assert_eq!(snapshot::read(&mut connection, &[one], &schema).await.unwrap(), [None]);

    for change in [
        "update snapshots set state = '{\"total\" : 21}' where sequence = 700",
        "update snapshots set state = '{\"total\" : 20}', sequence = 701 where sequence = 700",
    ] {
        connection.execute(change).await.unwrap();
        let read = snapshot::read(&mut connection, &[two], &schema).await.unwrap();
        assert_eq!(read, [None], "{change}");
    }
    snapshot::forget(&mut connection, &[one]).await.unwrap();
    assert_eq!(snapshot::read(&mut connection, &[one], &other).await.unwrap(), [None]);
}

//! A log filled without the writer: these tests are about reading, and choose every position.

use std::sync::Arc;
use std::time::Duration;

use billfold_event_store::{Feed, FollowOptions, Follower};
use billfold_projections::rebuild::{Options, Watch};
use billfold_projections::{Definition, Fact, Followed, PROJECTIONS, Reads, find, install, page};
use billfold_tests::harness::{TestDb, eventually};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::books::{Fresh, History};

/// How many events a batch of this log holds.
pub(crate) const BATCH: usize = 3;

/// Who does everything in this log, but what billing runs do.
const STAFF: &str = "staff:00000000-0000-0000-0000-000000000001";

/// When the batch that holds a position was recorded: a second per batch.
pub(crate) fn recorded_at(position: usize) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-06-01T00:00:00Z".parse().unwrap();
    start + TimeDelta::seconds((position.saturating_sub(1) / BATCH) as i64)
}

/// A database with all read models, and nothing in the log.
pub(crate) async fn installed() -> TestDb {
    let db = TestDb::new().await;
    sqlx::query(
        "insert into log_heads (log_id, install_id, position, batch_no, batch_hash, \
             last_recorded_at) \
         values (1, gen_random_uuid(), 0, 0, decode(repeat('00', 32), 'hex'), '2026-01-01Z') \
         on conflict do nothing",
    )
    .execute(&db.feed)
    .await
    .unwrap();
    let mut owner = db.owner.acquire().await.unwrap();
    install(&mut owner, PROJECTIONS).await.unwrap();
    drop(owner);
    db
}

/// A database whose read models know the whole history.
pub(crate) async fn followed(history: &History, page: usize) -> (TestDb, Reads) {
    let names: Vec<&str> = PROJECTIONS.iter().map(|definition| definition.name).collect();
    followed_by(history, page, &names).await
}

/// A database of which only some read models know the history.
pub(crate) async fn followed_by(history: &History, page: usize, names: &[&str]) -> (TestDb, Reads) {
    let db = installed().await;
    append(&db.feed, &history.events).await;
    for name in names {
        follow(&db.feed, find(name).unwrap(), page).await;
    }
    let reads = Reads::new(db.app.clone());
    (db, reads)
}

/// Appends events at the end of the log, in one transaction.
pub(crate) async fn append(feed: &PgPool, events: &[Fresh]) {
    let mut tx = feed.begin().await.unwrap();
    let head: i64 =
        sqlx::query_scalar("select position from log_heads where log_id = 1 for update")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    let positions: Vec<i64> = (head + 1..).take(events.len()).collect();
    let texts = |text: fn(&Fresh) -> String| events.iter().map(text).collect::<Vec<_>>();
    sqlx::query(
        "insert into events (log_id, position, tenant_id, aggregate_type, aggregate_id, sequence, \
             event_type, event_version, event_id, recorded_at, effective_at, command_id, \
             correlation_id, actor, leaf_hash, payload, metadata) \
         select 1, p, t, k, i, s, e, v, gen_random_uuid(), r, d, c, c, a, \
             decode(repeat('00', 32), 'hex'), b::json, \
             '{\"ip\":\"192.0.2.7\",\"user_agent\":\"tests\"}' \
         from unnest($1::bigint[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], \
             $7::text[], $8::timestamptz[], $9::timestamptz[], $10::uuid[], $11::text[], \
             $12::text[]) \
             u(p, t, k, i, s, e, v, r, d, c, b, a)",
    )
    .bind(&positions)
    .bind(events.iter().map(|event| event.tenant.uuid()).collect::<Vec<_>>())
    .bind(texts(|event| event.aggregate_type.to_owned()))
    .bind(events.iter().map(|event| event.aggregate_id).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.sequence).collect::<Vec<_>>())
    .bind(texts(|event| event.event.event_type().to_owned()))
    .bind(texts(|event| event.event.event_version().to_owned()))
    .bind(positions.iter().map(|position| recorded_at(*position as usize)).collect::<Vec<_>>())
    .bind(
        events
            .iter()
            .map(|event| event.effective_on.and_time(chrono::NaiveTime::MIN).and_utc())
            .collect::<Vec<_>>(),
    )
    .bind(events.iter().map(Fresh::correlation).collect::<Vec<Uuid>>())
    .bind(texts(|event| event.payload.clone()))
    .bind(texts(|event| event.actor(STAFF).to_owned()))
    .execute(&mut *tx)
    .await
    .unwrap();
    for batch in positions.chunks(BATCH) {
        sqlx::query(
            "insert into batches select 1, n, $1, $2, h, h, h, h, $3 from ( \
                 select coalesce(max(batch_no), 0) + 1 as n, decode(repeat('00', 32), 'hex') as h \
                 from batches \
             ) next",
        )
        .bind(batch.first())
        .bind(batch.last())
        .bind(recorded_at(batch[0] as usize))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query("update log_heads set position = position + $1 where log_id = 1")
        .bind(positions.len() as i64)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Folds the whole log into the live generation, pages of this size, as the follower does.
pub(crate) async fn follow(feed: &PgPool, definition: &'static Definition, size: usize) {
    loop {
        let mut tx = feed.begin().await.unwrap();
        let (generation, position): (i32, i64) = sqlx::query_as(
            "select generation, position from projections where name = $1 and state = 'live' \
             for update",
        )
        .bind(definition.name)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        let events =
            billfold_event_store::feed::page(&mut *tx, 1, position, size as u32).await.unwrap();
        let facts: Vec<Fact<'_>> = events.iter().map(Fact::from).collect();
        let Some(last) = facts.last() else { return };
        page::write(definition, generation, &mut tx, &facts).await.unwrap();
        sqlx::query("update projections set position = $2 where name = $1 and state = 'live'")
            .bind(definition.name)
            .bind(last.position)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

/// Runs the real follower until the projections asked for have reached a position.
pub(crate) async fn run_follower(db: &TestDb, definitions: &[&'static Definition], until: i64) {
    let feed = Feed::new(db.feed.clone(), 1);
    let follower = Follower::new(db.feed.clone(), feed);
    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    for definition in definitions {
        let (follower, stopped) = (follower.clone(), stopped.clone());
        let mut options = FollowOptions::new("test");
        options.poll = Duration::from_millis(20);
        let projector = Arc::new(Followed::new(definition));
        tasks.push(tokio::spawn(async move { follower.run(projector, options, stopped).await }));
    }
    let names: Vec<&str> = definitions.iter().map(|definition| definition.name).collect();
    eventually("the followers to catch up", async || {
        let behind: i64 = sqlx::query_scalar(
            "select count(*) from projections \
             where name = any($1) and state = 'live' and position < $2",
        )
        .bind(&names)
        .bind(until)
        .fetch_one(&db.feed)
        .await
        .unwrap();
        (behind == 0).then_some(())
    })
    .await;
    stop.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Every projection's live rows are what the log says.
pub(crate) async fn assert_no_difference(db: &TestDb) {
    for definition in PROJECTIONS {
        let options = Options { page: 7, ..Options::default() };
        let diff =
            billfold_projections::diff::diff(&db.owner, definition, &options, &Watch::silent())
                .await
                .unwrap();
        assert!(diff.is_empty(), "{diff:#?}");
    }
}

/// Some steps by their numbers, for tests that need a little of everything.
pub(crate) fn a_bit_of_everything() -> History {
    History::long(400)
}

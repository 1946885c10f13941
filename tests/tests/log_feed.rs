//! Reading the log: feed, waiting, replay by COPY.

use std::collections::BTreeSet;
use std::time::Duration;

use billfold_event_store::copy::{self, Fact, Range, ReplayError, Whole};
use billfold_event_store::{Feed, ReadError};
use billfold_tests::harness::{PATIENCE, TestDb, eventually};
use billfold_tests::scribe::{Entry, Scribe};
use futures_util::future::join_all;
use sqlx::PgPool;
use uuid::Uuid;

/// A polling interval that no test outlives: only notifications wake.
const NEVER: Duration = Duration::from_secs(3600);

async fn log_of(db: &TestDb, events: i64) -> Scribe {
    let scribe = Scribe::begin(&db.feed).await;
    let (tenant, stream) = (Uuid::now_v7(), Uuid::now_v7());
    for amount in 0..events {
        scribe.append_one(Entry::amount(tenant, stream, amount)).await;
    }
    scribe
}

/// As somebody who owns the server could: past the triggers.
async fn tamper(db: &TestDb, sql: &str) {
    let mut connection = db.owner.acquire().await.unwrap();
    for statement in ["set session_replication_role = replica", sql] {
        sqlx::query(statement).execute(&mut *connection).await.unwrap();
    }
    sqlx::query("reset session_replication_role").execute(&mut *connection).await.unwrap();
}

fn all(through: i64) -> Range {
    Range { log_id: Scribe::LOG, after: 0, through }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_every_event_once_and_in_order_while_many_write() {
    let db = TestDb::new().await;
    let scribe = Scribe::begin(&db.feed).await;
    let (writers, batches) = (6, 30);
    let writing: Vec<_> = (0..writers)
        .map(|_| {
            let scribe = scribe.clone();
            tokio::spawn(async move {
                let (tenant, stream) = (Uuid::now_v7(), Uuid::now_v7());
                for n in 0..batches {
                    let entry = || Entry::amount(tenant, stream, n);
                    scribe.append(&[vec![entry()], vec![entry(), entry()]]).await;
                }
            })
        })
        .collect();
    let feed = Feed::polling_every(db.feed.clone(), Scribe::LOG, NEVER);
    let total = writers * batches * 3;
    let (mut position, mut seen) = (0, BTreeSet::new());
    while position < total {
        let head = feed.wait(position, PATIENCE).await.unwrap();
        assert!(head > position, "woken for nothing");
        for event in feed.page(position, 17).await.unwrap() {
            assert_eq!(event.position, position + 1);
            assert!(seen.insert(event.event_id), "an event came twice");
            position = event.position;
        }
    }
    for task in writing {
        task.await.unwrap();
    }
    assert_eq!(feed.page(position, 17).await.unwrap(), []);
    assert_eq!(feed.head().await.unwrap().position, total);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_many_share_are_those_of_the_log_for_who_leads_and_who_lags() {
    let db = TestDb::new().await;
    let scribe = log_of(&db, 60).await;
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    for (after, limit) in [(20, 10), (30, 10), (25, 30), (0, 10), (10, 20), (55, 10), (40, 30)] {
        let everyone = join_all((0..9).map(|_| feed.shared_page(after, limit))).await;
        let due = feed.page(after, limit).await.unwrap();
        for page in everyone {
            let page: Vec<_> = page.unwrap().iter().map(|event| (**event).clone()).collect();
            assert!(!page.is_empty(), "after {after} there are events");
            assert_eq!(page, due[..page.len()], "after {after}");
        }
    }
    assert!(feed.shared_page(60, 10).await.unwrap().is_empty());
    scribe.append_one(Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1)).await;
    assert_eq!(feed.shared_page(60, 10).await.unwrap()[0].position, 61);
}

#[tokio::test]
async fn the_newest_events_are_read_once_and_older_ones_make_room() {
    let db = TestDb::new().await;
    let scribe = Scribe::begin(&db.feed).await;
    let text = "x".repeat(400_000);
    for n in 0..60 {
        let entry = Entry::amount(Uuid::now_v7(), Uuid::now_v7(), n);
        scribe.append_one(Entry { payload: format!("{text:?}"), ..entry }).await;
    }
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    for after in (0..60).step_by(10) {
        assert_eq!(feed.shared_page(after, 10).await.unwrap().len(), 10);
    }
    db.feed.close().await;
    assert_eq!(feed.shared_page(50, 10).await.unwrap().len(), 10);
    assert!(matches!(feed.shared_page(0, 10).await, Err(ReadError::Database(_))));
}

#[tokio::test]
async fn a_wait_without_news_ends_in_time_and_says_where_the_head_is() {
    let db = TestDb::new().await;
    log_of(&db, 3).await;
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    assert_eq!(feed.wait(0, PATIENCE).await.unwrap(), 3);
    assert_eq!(feed.wait(3, Duration::from_millis(30)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_lost_notification_costs_no_more_than_one_poll() {
    let db = TestDb::new().await;
    let scribe = log_of(&db, 1).await;
    let feed = Feed::polling_every(db.feed.clone(), Scribe::LOG, Duration::from_millis(20));
    assert_eq!(feed.wait(0, PATIENCE).await.unwrap(), 1);
    scribe.append_silently(&[vec![Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1)]]).await;
    assert_eq!(feed.wait(1, PATIENCE).await.unwrap(), 2);
}

#[tokio::test]
async fn a_listening_connection_that_was_cut_is_replaced() {
    let db = TestDb::new().await;
    let scribe = log_of(&db, 1).await;
    let feed = Feed::polling_every(db.feed.clone(), Scribe::LOG, Duration::from_millis(20));
    assert_eq!(feed.wait(0, PATIENCE).await.unwrap(), 1);
    let cut: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity \
         where datname = current_database() and query ilike 'listen%' \
            or datname = current_database() and query like 'select install_id%'",
    )
    .fetch_one(&db.owner)
    .await
    .unwrap();
    assert!(cut > 0, "nobody listens");
    scribe.append_one(Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1)).await;
    eventually("the event after the cut", async || {
        feed.wait(1, Duration::from_millis(100)).await.ok().filter(|head| *head == 2)
    })
    .await;
}

#[tokio::test]
async fn a_wait_that_cannot_see_the_head_is_an_error() {
    let db = TestDb::new().await;
    let feed = Feed::polling_every(db.feed.clone(), 77, Duration::from_millis(5));
    let blind = feed.wait(0, Duration::from_millis(200)).await;
    assert!(matches!(blind, Err(ReadError::Tail(_))), "{blind:?}");
    assert!(matches!(feed.head().await, Err(ReadError::NoLog { log_id: 77 })));
}

#[tokio::test]
async fn a_stream_page_holds_the_stream_only_and_follows_its_sequence() {
    let db = TestDb::new().await;
    let scribe = Scribe::begin(&db.feed).await;
    let (ours, theirs, stream) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    for amount in 0..10 {
        let tenant = if amount % 2 == 0 { ours } else { theirs };
        scribe.append_one(Entry::amount(tenant, stream, amount)).await;
    }
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    let page = feed.stream_page(theirs, "account", stream, 2, 2).await.unwrap();
    let places: Vec<_> = page.iter().map(|event| (event.position, event.sequence)).collect();
    assert_eq!(places, vec![(6, 3), (8, 4)]);
}

#[tokio::test]
async fn a_hole_in_the_log_is_an_error_for_every_reader_and_never_its_end() {
    let db = TestDb::new().await;
    log_of(&db, 6).await;
    tamper(&db, "delete from events where position = 4").await;
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    let hole = |error: &ReadError| matches!(error, ReadError::Gap { expected: 4, .. });
    assert!(feed.page(0, 100).await.is_err_and(|error| hole(&error)));
    assert!(feed.page(3, 100).await.is_err_and(|error| hole(&error)));
    let replayed = copy::for_each::<Whole, ()>(&db.feed, all(6), |_| Ok(())).await;
    assert!(matches!(replayed, Err(ReplayError::Read(error)) if hole(&error)));
    let folded = copy::fold::<Fact, _, ()>(&db.feed, all(6), (), |(), _| Ok(())).await;
    assert!(matches!(folded, Err(ReplayError::Read(error)) if hole(&error)));
}

#[tokio::test]
async fn a_replay_gives_the_same_events_as_the_feed() {
    let db = TestDb::new().await;
    log_of(&db, 25).await;
    let feed = Feed::new(db.feed.clone(), Scribe::LOG);
    let pages = feed.page(0, 1000).await.unwrap();
    let mut whole = Vec::new();
    let count = copy::for_each::<Whole, ()>(&db.feed, all(25), |event| {
        whole.push(event.to_recorded());
        Ok(())
    });
    assert_eq!(count.await.unwrap(), 25);
    assert_eq!(whole, pages);
    let facts = copy::fold::<Fact, _, ()>(&db.feed, all(25), Vec::new(), |facts, fact| {
        facts.push((fact.position, fact.payload.to_owned()));
        Ok(())
    });
    let expected: Vec<_> = pages.iter().map(|e| (e.position, e.payload.clone())).collect();
    assert_eq!(facts.await.unwrap(), expected);
    let range = Range { log_id: Scribe::LOG, after: 10, through: 12 };
    let mut part = Vec::new();
    let replayed = copy::for_each::<Fact, ()>(&db.feed, range, |fact| {
        part.push(fact.position);
        Ok(())
    });
    assert_eq!(replayed.await.unwrap(), 2);
    assert_eq!(part, [11, 12]);
}

#[tokio::test]
async fn a_replay_that_does_not_reach_its_last_position_is_an_error() {
    let db = TestDb::new().await;
    log_of(&db, 5).await;
    let replayed = copy::for_each::<Whole, ()>(&db.feed, all(6), |_| Ok(())).await;
    let gap = ReadError::Gap { expected: 6, found: None };
    assert!(
        matches!(&replayed, Err(ReplayError::Read(e)) if e.to_string() == gap.to_string()),
        "{replayed:?}"
    );
}

#[tokio::test]
async fn a_fold_that_gives_up_names_the_position() {
    let db = TestDb::new().await;
    log_of(&db, 5).await;
    let folded = copy::fold::<Whole, _, &str>(&db.feed, all(5), 0, |_, event| {
        if event.position == 3 { Err("enough") } else { Ok(()) }
    });
    let error = folded.await.unwrap_err();
    assert!(matches!(error, ReplayError::Fold { position: 3, source: "enough" }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_connection_is_cut_half_way_is_an_error() {
    let db = TestDb::new().await;
    let scribe = Scribe::begin(&db.feed).await;
    let mut large = Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1);
    large.payload = format!("\"{}\"", "x".repeat(100_000));
    for _ in 0..20 {
        scribe.append(&[vec![large.clone(); 20]]).await;
    }
    let (at_100, reached) = tokio::sync::oneshot::channel();
    let (go_on, gate) = std::sync::mpsc::channel::<()>();
    let mut at_100 = Some(at_100);
    let pool: PgPool = db.feed.clone();
    let replay = tokio::spawn(async move {
        copy::fold::<Fact, _, ()>(&pool, all(400), 0, move |count, _| {
            *count += 1;
            if *count == 10 {
                at_100.take().unwrap().send(()).unwrap();
                gate.recv().unwrap();
            }
            Ok(())
        })
        .await
    });
    reached.await.unwrap();
    let cut: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity \
         where datname = current_database() and query like 'copy%'",
    )
    .fetch_one(&db.owner)
    .await
    .unwrap();
    assert_eq!(cut, 1);
    go_on.send(()).unwrap();
    let replayed = replay.await.unwrap();
    assert!(matches!(replayed, Err(ReplayError::Read(_))), "{replayed:?}");
}

//! Followers: each event once, whoever dies when; leases; parked events; generations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use billfold_event_store::follower::{
    self, CatchUpError, FollowOptions, Follower, GenerationError, OnError, ProjectionState,
    ProjectionStatus, Projector, ProjectorError, Retried, RetryError,
};
use billfold_event_store::{Feed, Recorded};
use billfold_tests::harness::{TestDb, eventually};
use billfold_tests::scribe::{Entry, Scribe};
use sqlx::postgres::PgConnection;
use sqlx::{Executor, PgPool};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// What a projector does when its moment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// After writing, its connection to the database is cut, once.
    CutOnce,
    /// After writing, it hangs until the gate is opened.
    Hang,
    /// Amounts of 13 cannot be folded, and it can say which event.
    Thirteen,
    /// Amounts of 13 violate a check of the table.
    Check,
}

/// Adds amounts up, so that an event that is folded twice shows.
struct Totals {
    name: &'static str,
    code: &'static str,
    rule: OnError,
    fault: Fault,
    healed: AtomicBool,
    applied: AtomicU64,
    entered: Semaphore,
    gate: Semaphore,
}

impl Totals {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            code: "code-1",
            rule: OnError::Park,
            fault: Fault::None,
            healed: AtomicBool::new(false),
            applied: AtomicU64::new(0),
            entered: Semaphore::new(0),
            gate: Semaphore::new(0),
        }
    }

    fn with(name: &'static str, fault: Fault) -> Self {
        Self { fault, ..Self::new(name) }
    }

    fn is_faulty(&self) -> bool {
        !self.healed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Projector for Totals {
    fn name(&self) -> &'static str {
        self.name
    }

    fn code_hash(&self) -> String {
        self.code.to_owned()
    }

    fn on_error(&self) -> OnError {
        self.rule
    }

    async fn apply(
        &self,
        connection: &mut PgConnection,
        generation: i32,
        page: &[Arc<Recorded>],
    ) -> Result<(), ProjectorError> {
        let table = format!("{}_v{generation}", self.name);
        for event in page {
            let thirteen = amount(event) == 13 && self.is_faulty();
            if thirteen && self.fault == Fault::Thirteen {
                let error = "thirteen".to_owned();
                return Err(ProjectorError::Poison { position: event.position, error });
            }
            let value = if thirteen && self.fault == Fault::Check { -1 } else { amount(event) };
            let upsert = format!(
                "insert into {table} values ($1, $2, 1) on conflict (stream) do update \
                 set total = {table}.total + $2, events = {table}.events + 1"
            );
            sqlx::query(&upsert)
                .bind(event.aggregate_id)
                .bind(value)
                .execute(&mut *connection)
                .await?;
        }
        if self.fault == Fault::CutOnce && !self.healed.swap(true, Ordering::SeqCst) {
            connection.execute("select pg_terminate_backend(pg_backend_pid())").await?;
        }
        if self.fault == Fault::Hang && self.is_faulty() {
            self.entered.add_permits(1);
            self.gate.acquire().await.unwrap().forget();
        }
        self.applied.fetch_add(page.len() as u64, Ordering::SeqCst);
        Ok(())
    }
}

fn amount(event: &Recorded) -> i64 {
    let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
    payload["credited"]["amount"].as_i64().unwrap()
}

/// A database with a log, and tables for read models.
struct Ground {
    db: TestDb,
    scribe: Scribe,
    tenant: Uuid,
    feed: Feed,
}

impl Ground {
    async fn with(projections: &[&str]) -> Self {
        let db = TestDb::new().await;
        let scribe = Scribe::begin(&db.feed).await;
        let feed = Feed::new(db.feed.clone(), Scribe::LOG);
        let ground = Self { db, scribe, tenant: Uuid::now_v7(), feed };
        for name in projections {
            ground.table(name, 1).await;
            let mut connection = ground.db.feed.acquire().await.unwrap();
            let live = follower::ensure_live(&mut connection, name, "code-1", Scribe::LOG).await;
            assert_eq!(live.unwrap(), 1);
        }
        ground
    }

    async fn table(&self, name: &str, generation: i32) {
        let sql = format!(
            "create table {name}_v{generation} (stream uuid primary key, total bigint not null, \
                 events bigint not null, constraint amounts check (total >= 0)); \
             grant all on {name}_v{generation} to billfold_feed"
        );
        self.db.owner.execute(sql.as_str()).await.unwrap();
    }

    fn pool(&self) -> &PgPool {
        &self.db.feed
    }

    async fn append(&self, stream: Uuid, amount: i64) -> i64 {
        self.scribe.append_one(Entry::amount(self.tenant, stream, amount)).await
    }

    fn follow(&self, projector: &Arc<Totals>, options: FollowOptions) -> Running {
        let follower = Follower::new(self.pool().clone(), self.feed.clone());
        let (stop, shutdown) = watch::channel(false);
        let projector: Arc<dyn Projector> = projector.clone();
        let task = tokio::spawn(async move { follower.run(projector, options, shutdown).await });
        Running { stop, task }
    }

    /// Total and number of events per stream.
    async fn totals(&self, table: &str) -> BTreeMap<Uuid, (i64, i64)> {
        let sql = format!("select stream, total, events from {table}");
        let rows: Vec<(Uuid, i64, i64)> =
            sqlx::query_as(&sql).fetch_all(&self.db.owner).await.unwrap();
        rows.into_iter().map(|(stream, total, events)| (stream, (total, events))).collect()
    }

    async fn status(&self, name: &str) -> ProjectionStatus {
        let all = follower::status(self.pool()).await.unwrap();
        all.into_iter().find(|status| status.name == name).unwrap()
    }

    /// Waits until a read model has come to a position.
    async fn at(&self, name: &str, position: i64) -> ProjectionStatus {
        eventually(&format!("{name} at position {position}"), async || {
            Some(self.status(name).await).filter(|status| status.position == position)
        })
        .await
    }

    async fn in_state(&self, name: &str, state: ProjectionState) -> ProjectionStatus {
        eventually(&format!("{name} to be {state:?}"), async || {
            Some(self.status(name).await).filter(|status| status.state == state)
        })
        .await
    }

    async fn parked(&self, name: &str) -> Vec<(i64, String)> {
        sqlx::query_as("select position, error from dead_letters where name = $1 order by 1")
            .bind(name)
            .fetch_all(self.pool())
            .await
            .unwrap()
    }

    /// Lets every lease run out at once, as time would.
    async fn let_leases_run_out(&self) {
        sqlx::query("update projections set lease_until = clock_timestamp() - interval '1 s'")
            .execute(self.pool())
            .await
            .unwrap();
    }
}

/// A follower in a task of its own.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }

    /// Ends as a killed process does: in the middle, without a word.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

fn options(owner: &str) -> FollowOptions {
    FollowOptions {
        page: 7,
        poll: Duration::from_millis(20),
        retry_first: Duration::from_millis(5),
        ..FollowOptions::new(owner)
    }
}

#[tokio::test]
async fn every_event_is_folded_once_and_the_lag_is_seen() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    for amount in 1..=20 {
        ground.append(stream, amount).await;
    }
    let before = ground.status("totals").await;
    assert_eq!((before.position, before.head, before.lag_events), (0, 20, 20));
    assert!(before.lag > Duration::from_secs(3600), "the log says it was recorded in 1970");
    let running = ground.follow(&Arc::new(Totals::new("totals")), options("a"));
    let after = ground.at("totals", 20).await;
    assert_eq!((after.lag_events, after.lag, after.parked), (0, Duration::ZERO, 0));
    assert_eq!(after.lease_owner.as_deref(), Some("a"));
    assert_eq!(ground.append(stream, 5).await, 21);
    ground.at("totals", 21).await;
    assert_eq!(ground.totals("totals_v1").await[&stream], (215, 21));
    running.end().await;
    assert_eq!(ground.status("totals").await.lease_owner, None, "a clean end gives the lease back");
}

#[tokio::test]
async fn a_connection_that_dies_between_fold_and_commit_folds_nothing_twice() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    for amount in 1..=5 {
        ground.append(stream, amount).await;
    }
    let projector = Arc::new(Totals::with("totals", Fault::CutOnce));
    let running = ground.follow(&projector, options("a"));
    let status = ground.at("totals", 5).await;
    assert!(!projector.is_faulty(), "the connection was not cut");
    assert_eq!(ground.totals("totals_v1").await[&stream], (15, 5));
    assert_eq!(status.last_error, None);
    running.end().await;
}

#[tokio::test]
async fn a_process_that_dies_between_fold_and_commit_is_replaced_and_folds_nothing_twice() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    for amount in 1..=5 {
        ground.append(stream, amount).await;
    }
    let dying = Arc::new(Totals::with("totals", Fault::Hang));
    let first = ground.follow(&dying, options("a"));
    dying.entered.acquire().await.unwrap().forget();
    let second = ground.follow(&Arc::new(Totals::new("totals")), options("b"));
    first.kill().await;
    ground.let_leases_run_out().await;
    let status = ground.at("totals", 5).await;
    assert_eq!(status.lease_owner.as_deref(), Some("b"));
    assert_eq!(ground.totals("totals_v1").await[&stream], (15, 5));
    second.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_of_two_processes_share_the_read_models_and_one_takes_over_from_the_other() {
    let names = ["totals_a", "totals_b", "totals_c", "totals_d"];
    let ground = Ground::with(&names).await;
    let streams: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    let mut running = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        // each process comes first for half of the read models
        let owners = if index % 2 == 0 { ["one", "two"] } else { ["two", "one"] };
        for owner in owners {
            running.push((owner, ground.follow(&Arc::new(Totals::new(name)), options(owner))));
            eventually("a lease", async || ground.status(name).await.lease_owner).await;
        }
    }
    for round in 1..=40 {
        ground.append(streams[round % 5], 1).await;
    }
    for name in names {
        ground.at(name, 40).await;
    }
    let owners: Vec<_> = follower::status(ground.pool())
        .await
        .unwrap()
        .into_iter()
        .map(|status| status.lease_owner.unwrap())
        .collect();
    assert_eq!(owners, ["one", "two", "one", "two"]);
    let (ones, twos): (Vec<_>, Vec<_>) = running.into_iter().partition(|(who, _)| *who == "one");
    for (_, follower) in ones {
        follower.kill().await;
    }
    ground.let_leases_run_out().await;
    for round in 1..=40 {
        ground.append(streams[round % 5], 1).await;
    }
    for name in names {
        assert_eq!(ground.at(name, 80).await.lease_owner.as_deref(), Some("two"));
        let totals = ground.totals(&format!("{name}_v1")).await;
        assert!(streams.iter().all(|stream| totals[stream] == (16, 16)), "{totals:?}");
    }
    for (_, follower) in twos {
        follower.end().await;
    }
}

#[tokio::test]
async fn a_stale_owner_is_fenced_off_and_folds_nothing_more() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    ground.append(stream, 1).await;
    let (stale, fresh) = (Arc::new(Totals::new("totals")), Arc::new(Totals::new("totals")));
    let first = ground.follow(&stale, options("a"));
    ground.at("totals", 1).await;
    // another process takes the lease while the first one believes it still has it
    sqlx::query(
        "update projections set lease_owner = 'b', lease_epoch = lease_epoch + 1, \
             lease_until = clock_timestamp() + interval '1 h'",
    )
    .execute(ground.pool())
    .await
    .unwrap();
    let second = ground.follow(&fresh, options("b"));
    for amount in 2..=30 {
        ground.append(stream, amount).await;
    }
    ground.at("totals", 30).await;
    assert_eq!(stale.applied.load(Ordering::SeqCst), 1, "the stale owner went on");
    assert_eq!(fresh.applied.load(Ordering::SeqCst), 29);
    assert_eq!(ground.totals("totals_v1").await[&stream], (465, 30));
    first.end().await;
    second.end().await;
}

#[tokio::test]
async fn what_a_crash_of_the_database_takes_back_is_folded_again() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    for amount in 1..=3 {
        ground.append(stream, amount).await;
    }
    let running = ground.follow(&Arc::new(Totals::new("totals")), options("a"));
    ground.at("totals", 3).await;
    // rows and checkpoint of the last commits go together
    let mut tx = ground.db.owner.begin().await.unwrap();
    tx.execute("update projections set position = 1").await.unwrap();
    tx.execute("update totals_v1 set total = 1, events = 1").await.unwrap();
    tx.commit().await.unwrap();
    ground.append(stream, 4).await;
    ground.at("totals", 4).await;
    assert_eq!(ground.totals("totals_v1").await[&stream], (10, 4));
    running.end().await;
}

/// Poison in the middle of a page, in one stream of three.
async fn poisoned(fault: Fault, rule: OnError) -> (Ground, Arc<Totals>, [Uuid; 3]) {
    let ground = Ground::with(&["totals"]).await;
    let streams = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    for amount in [1, 2, 13, 4] {
        for stream in streams {
            // only the second stream gets the thirteen
            let amount = if amount == 13 && stream != streams[1] { 3 } else { amount };
            ground.append(stream, amount).await;
        }
    }
    (ground, Arc::new(Totals { rule, ..Totals::with("totals", fault) }), streams)
}

/// Only the second stream waits; then the cause is removed, and nothing was lost.
async fn parks_one_stream(fault: Fault) {
    let (ground, projector, [one, two, three]) = poisoned(fault, OnError::Park).await;
    let running = ground.follow(&projector, options("a"));
    let status = ground.at("totals", 12).await;
    assert_eq!((status.parked, status.state), (2, ProjectionState::Live));
    let totals = ground.totals("totals_v1").await;
    assert_eq!((totals[&one], totals[&two], totals[&three]), ((10, 4), (3, 2), (10, 4)));
    ground.append(two, 5).await;
    ground.append(one, 5).await;
    ground.at("totals", 14).await;
    let parked = ground.parked("totals").await;
    assert_eq!(parked.iter().map(|(position, _)| *position).collect::<Vec<_>>(), [8, 11, 13]);
    assert_ne!(parked[0].1, parked[1].1, "the first names the cause, the others wait");
    let retry = || follower::retry_dead_letters(ground.pool(), &*projector);
    assert_eq!(retry().await.unwrap(), Retried { applied: 0, parked: 3 });
    projector.healed.store(true, Ordering::SeqCst);
    assert_eq!(retry().await.unwrap(), Retried { applied: 3, parked: 0 });
    assert_eq!(retry().await.unwrap(), Retried::default());
    assert_eq!(ground.parked("totals").await, []);
    ground.append(two, 1).await;
    ground.at("totals", 15).await;
    let totals = ground.totals("totals_v1").await;
    assert_eq!((totals[&one], totals[&two]), ((15, 5), (26, 6)));
    running.end().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_folded_holds_back_its_own_stream_only() {
    parks_one_stream(Fault::Thirteen).await;
}

#[tokio::test]
async fn an_event_whose_rows_the_table_refuses_is_found_in_its_page() {
    parks_one_stream(Fault::Check).await;
}

#[tokio::test]
async fn a_read_model_whose_totals_must_be_whole_stops_instead() {
    let (ground, projector, [one, two, three]) = poisoned(Fault::Thirteen, OnError::Stop).await;
    let running = ground.follow(&projector, options("a"));
    let status = ground.in_state("totals", ProjectionState::Stopped).await;
    assert_eq!((status.position, status.parked), (7, 0), "the page before the poison was kept");
    assert!(status.last_error.unwrap().starts_with("position 8: "));
    projector.healed.store(true, Ordering::SeqCst);
    assert!(follower::resume(ground.pool(), "totals").await.unwrap());
    ground.at("totals", 12).await;
    let totals = ground.totals("totals_v1").await;
    assert_eq!((totals[&one], totals[&two], totals[&three]), ((10, 4), (20, 4), (10, 4)));
    running.end().await;
}

#[tokio::test]
async fn a_paused_read_model_stays_where_it_is_until_it_is_resumed() {
    let ground = Ground::with(&["totals", "other"]).await;
    let stream = Uuid::now_v7();
    let running = ground.follow(&Arc::new(Totals::new("totals")), options("a"));
    let other = ground.follow(&Arc::new(Totals::new("other")), options("a"));
    ground.append(stream, 1).await;
    ground.at("totals", 1).await;
    assert!(follower::pause(ground.pool(), "totals").await.unwrap());
    assert!(!follower::pause(ground.pool(), "totals").await.unwrap());
    eventually("the lease given back", async || {
        ground.status("totals").await.lease_owner.is_none().then_some(())
    })
    .await;
    ground.append(stream, 2).await;
    ground.at("other", 2).await;
    assert_eq!(ground.status("totals").await.position, 1);
    assert!(follower::resume(ground.pool(), "totals").await.unwrap());
    ground.at("totals", 2).await;
    assert_eq!(ground.totals("totals_v1").await[&stream], (3, 2));
    running.end().await;
    other.end().await;
}

#[tokio::test]
async fn other_code_does_not_touch_a_generation_it_did_not_build() {
    let ground = Ground::with(&["totals", "other"]).await;
    let newer = Arc::new(Totals { code: "code-2", ..Totals::new("totals") });
    let running = ground.follow(&newer, options("a"));
    let other = ground.follow(&Arc::new(Totals::new("other")), options("a"));
    ground.append(Uuid::now_v7(), 1).await;
    ground.at("other", 1).await;
    assert_eq!(ground.status("totals").await.position, 0);
    let retried = follower::retry_dead_letters(ground.pool(), &*newer).await;
    assert!(matches!(retried, Err(RetryError::OtherCode { name: "totals" })));
    running.end().await;
    other.end().await;
}

#[tokio::test]
async fn a_new_generation_is_built_beside_the_live_one_and_exchanged_when_it_knows_as_much() {
    let ground = Ground::with(&["totals"]).await;
    let stream = Uuid::now_v7();
    for amount in 1..=10 {
        ground.append(stream, amount).await;
    }
    let running = ground.follow(&Arc::new(Totals::new("totals")), options("a"));
    ground.at("totals", 10).await;
    let newer = Totals { code: "code-2", ..Totals::new("totals") };
    ground.table("totals", 2).await;
    let mut connection = ground.pool().acquire().await.unwrap();
    let register = follower::register(&mut connection, "totals", 2, "code-2", Scribe::LOG);
    register.await.unwrap();
    let again = follower::register(&mut connection, "totals", 2, "code-2", Scribe::LOG).await;
    assert!(matches!(again, Err(GenerationError::Exists { generation: 2, .. })));
    let early = follower::swap(ground.pool(), "totals", 1, 2).await;
    assert!(matches!(early, Err(GenerationError::Behind { by: 10, .. })), "{early:?}");
    let building = Follower::new(ground.pool().clone(), ground.feed.clone());
    let old_code = building.catch_up(&Totals::new("totals"), 2, 10, &options("r")).await;
    assert!(matches!(old_code, Err(CatchUpError::NotOurs { generation: 2, .. })));
    assert_eq!(building.catch_up(&newer, 2, 10, &options("r")).await.unwrap(), 10);
    follower::swap(ground.pool(), "totals", 1, 2).await.unwrap();
    let status = ground.status("totals").await;
    assert_eq!((status.generation, status.state), (2, ProjectionState::Live));
    ground.append(stream, 11).await;
    let next = ground.follow(&Arc::new(newer), options("b"));
    ground.at("totals", 11).await;
    assert_eq!(ground.totals("totals_v2").await[&stream], (66, 11));
    assert_eq!(ground.totals("totals_v1").await[&stream], (55, 10));
    running.end().await;
    next.end().await;
}

#[tokio::test]
async fn a_follower_ends_when_nobody_can_tell_it_to_any_more() {
    let ground = Ground::with(&["totals"]).await;
    let Running { stop, task } = ground.follow(&Arc::new(Totals::new("totals")), options("a"));
    drop(stop);
    task.await.unwrap();
}

//! Reactors: from the head on, once, and never past what they don't understand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use billfold_event_store::reactor::{self, ReactorState, ReactorStatus};
use billfold_event_store::{Feed, ReactOptions, Reacting, Reactor, ReactorError, Recorded};
use billfold_tests::harness::{TestDb, eventually};
use billfold_tests::scribe::{Entry, Scribe};
use sqlx::Executor;
use sqlx::postgres::PgConnection;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

const NAME: &str = "wishes";

/// Writes down every event it reacts to.
struct Wishes {
    /// After writing, it hangs until somebody gives a place at the gate.
    hangs: bool,
    entered: Semaphore,
    gate: Semaphore,
    /// An event of this type was written by a newer build.
    newer: Option<&'static str>,
    is_updated: AtomicBool,
}

impl Wishes {
    fn new() -> Self {
        Self {
            hangs: false,
            entered: Semaphore::new(0),
            gate: Semaphore::new(0),
            newer: None,
            is_updated: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Reactor for Wishes {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn react(
        &self,
        connection: &mut PgConnection,
        page: &[Arc<Recorded>],
    ) -> Result<(), ReactorError> {
        for event in page {
            let is_newer = self.newer == Some(event.event_type.as_str());
            if is_newer && !self.is_updated.load(Ordering::SeqCst) {
                let (position, error) = (event.position, "no such type".to_owned());
                return Err(ReactorError::NotUnderstood { position, error });
            }
            sqlx::query("insert into wishes values ($1)")
                .bind(event.position)
                .execute(&mut *connection)
                .await?;
        }
        if self.hangs {
            self.entered.add_permits(1);
            self.gate.acquire().await.expect("an open gate").forget();
        }
        Ok(())
    }
}

struct Ground {
    db: TestDb,
    scribe: Scribe,
    feed: Feed,
}

impl Ground {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let scribe = Scribe::begin(&db.feed).await;
        let feed = Feed::new(db.feed.clone(), Scribe::LOG);
        // No key: what is wished twice stands there twice.
        let table = "create table wishes (position bigint not null); \
                     grant all on wishes to billfold_feed";
        db.owner.execute(table).await.unwrap();
        Self { db, scribe, feed }
    }

    async fn append(&self) -> i64 {
        self.scribe.append_one(Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1)).await
    }

    async fn register(&self) {
        let mut connection = self.db.feed.acquire().await.unwrap();
        reactor::register(&mut connection, NAME, Scribe::LOG).await.unwrap();
    }

    fn start(&self, wishes: &Arc<Wishes>, owner: &str) -> (watch::Sender<bool>, JoinHandle<()>) {
        let reacting = Reacting::new(self.db.feed.clone(), self.feed.clone());
        let options = ReactOptions {
            page: 3,
            poll: Duration::from_millis(20),
            retry: Duration::from_millis(5),
            ..ReactOptions::new(owner)
        };
        let (stop, shutdown) = watch::channel(false);
        let wishes: Arc<dyn Reactor> = wishes.clone();
        let task = tokio::spawn(async move { reacting.run(wishes, options, shutdown).await });
        (stop, task)
    }

    async fn status(&self) -> ReactorStatus {
        let mut connection = self.db.feed.acquire().await.unwrap();
        reactor::status(&mut connection).await.unwrap().remove(0)
    }

    async fn at(&self, position: i64) {
        eventually(&format!("the reactor at {position}"), async || {
            Some(self.status().await).filter(|status| status.position == position)
        })
        .await;
    }

    async fn in_state(&self, state: ReactorState) -> ReactorStatus {
        eventually(&format!("the reactor to be {state:?}"), async || {
            Some(self.status().await).filter(|status| status.state == state)
        })
        .await
    }

    async fn wished(&self) -> Vec<i64> {
        sqlx::query_scalar("select position from wishes order by 1")
            .fetch_all(&self.db.owner)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_reactor_begins_at_the_head_of_a_log_with_a_past() {
    let ground = Ground::new().await;
    for _ in 0..5 {
        ground.append().await;
    }
    ground.register().await;
    let begun = ground.status().await;
    assert_eq!((begun.position, begun.floor), (5, 5));
    let (stop, task) = ground.start(&Arc::new(Wishes::new()), "a");
    assert_eq!(ground.append().await, 6);
    ground.at(6).await;
    assert_eq!(ground.wished().await, [6]);
    stop.send(true).unwrap();
    task.await.unwrap();
    ground.register().await;
    assert_eq!(ground.status().await.position, 6, "to be known twice moves nothing");
}

#[tokio::test]
async fn a_page_and_its_place_are_one_transaction() {
    let ground = Ground::new().await;
    ground.register().await;
    for _ in 0..7 {
        ground.append().await;
    }
    let dying = Arc::new(Wishes { hangs: true, ..Wishes::new() });
    let (_stop, task) = ground.start(&dying, "a");
    dying.entered.acquire().await.unwrap().forget();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(ground.wished().await.is_empty(), "what the dead one wrote is not there");
    ground.db.owner.execute("update reactors set lease_until = 'epoch'").await.unwrap();
    let (stop, task) = ground.start(&Arc::new(Wishes::new()), "b");
    ground.at(7).await;
    assert_eq!(ground.wished().await, [1, 2, 3, 4, 5, 6, 7]);
    stop.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_react_once() {
    let ground = Ground::new().await;
    ground.register().await;
    let one = ground.start(&Arc::new(Wishes::new()), "one");
    let two = ground.start(&Arc::new(Wishes::new()), "two");
    for _ in 0..30 {
        ground.append().await;
    }
    ground.at(30).await;
    assert_eq!(ground.wished().await, (1..=30).collect::<Vec<i64>>());
    for (stop, task) in [one, two] {
        stop.send(true).unwrap();
        task.await.unwrap();
    }
}

#[tokio::test]
async fn an_event_of_a_newer_build_stops_it_and_is_never_skipped() {
    let ground = Ground::new().await;
    ground.register().await;
    let wishes = Arc::new(Wishes { newer: Some("account.credited"), ..Wishes::new() });
    let (stop, task) = ground.start(&wishes, "a");
    ground.append().await;
    let stopped = ground.in_state(ReactorState::Stopped).await;
    assert!(stopped.last_error.unwrap().contains("position 1"));
    ground.append().await;
    assert_eq!((ground.status().await.position, ground.wished().await.len()), (0, 0));
    wishes.is_updated.store(true, Ordering::SeqCst);
    ground.register().await;
    ground.at(2).await;
    assert_eq!(ground.wished().await, [1, 2]);
    stop.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn what_is_brought_in_while_it_is_held_is_never_for_it() {
    let ground = Ground::new().await;
    ground.register().await;
    let mut connection = ground.db.feed.acquire().await.unwrap();
    reactor::hold(&mut connection, "an import is under way").await.unwrap();
    let (stop, task) = ground.start(&Arc::new(Wishes::new()), "a");
    for _ in 0..4 {
        ground.append().await;
    }
    let held = ground.in_state(ReactorState::Held).await;
    assert_eq!((held.position, held.last_error.as_deref()), (0, Some("an import is under way")));
    reactor::place_at_head(&mut connection).await.unwrap();
    reactor::resume(&mut connection).await.unwrap();
    assert_eq!(ground.append().await, 5);
    ground.at(5).await;
    assert_eq!((ground.wished().await, ground.status().await.floor), (vec![5], 4));
    stop.send(true).unwrap();
    task.await.unwrap();
}

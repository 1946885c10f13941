//! The queue: who gets which row, when, and what becomes of a worker that is late.

use std::time::Duration;

use billfold_adapters::postgres::PostgresEffects;
use billfold_adapters::postgres::effects::insert_wanted;
use billfold_app::effects::{
    Claimed, EffectRow, EffectSubject, Ending, FAILURES_TO_OPEN, Lane, LaneWord, Next, Outcome,
    Wanted, Wish,
};
use billfold_app::ports::driver::{Budget, Why};
use billfold_app::ports::effect_queue::{Claiming, EffectQueue, Granted};
use billfold_domain::kernel::TenantId;
use billfold_tests::harness::TestDb;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use sqlx::Executor;
use uuid::Uuid;

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

struct Ground {
    db: TestDb,
    queue: PostgresEffects,
    tenant: TenantId,
}

impl Ground {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let queue = PostgresEffects::new(db.feed.clone());
        Self { db, queue, tenant: TenantId::new(Uuid::now_v7()) }
    }

    fn lane(&self) -> Lane {
        let (key, driver) = ("gateway/peer".to_owned(), "peer".to_owned());
        Lane { tenant: self.tenant, key, driver }
    }

    fn wanted(&self, position: i64, order_key: &str) -> Wanted {
        Wanted {
            tenant: self.tenant,
            wish: Wish::Event { position, ordinal: 1 },
            kind: "gateway.charge",
            subject: EffectSubject { kind: "payment".to_owned(), id: Uuid::nil(), part: 0 },
            lane: self.lane(),
            budget: Budget { per_second: 10, burst: 20, at_once: 8 },
            order_key: order_key.to_owned(),
            wanted_at: at(0),
            later: None,
            asks: false,
        }
    }

    async fn want(&self, wanted: &[Wanted]) {
        let mut connection = self.db.feed.acquire().await.unwrap();
        insert_wanted(&mut connection, wanted, at(0)).await.unwrap();
    }

    async fn claim(&self, owner: &str, now: i64, limit: u32) -> Granted {
        let lease = Duration::from_secs(60);
        let claiming = Claiming { owner, now: at(now), limit, lease };
        self.queue.claim(&self.lane(), &claiming).await.unwrap()
    }

    async fn positions(&self, now: i64, limit: u32) -> Vec<i64> {
        let granted = self.claim("a", now, limit).await;
        granted.rows.iter().map(|claimed| claimed.row().position).collect()
    }

    /// Ends rows; answers how many were granted to somebody else meanwhile.
    async fn end(&self, claimed: &[Claimed], next: Next, outcome: Outcome) -> usize {
        let endings: Vec<Ending> = claimed
            .iter()
            .map(|claimed| Ending {
                row: claimed.row().clone(),
                next,
                reference: None,
                owner: "a".to_owned(),
                began_at: at(0),
                ended_at: at(1),
                outcome: outcome.clone(),
            })
            .collect();
        self.queue.finish(&endings).await.unwrap().len()
    }

    async fn done(&self, claimed: &[Claimed]) {
        assert_eq!(self.end(claimed, Next::Done, Outcome::Done).await, 0);
    }

    async fn row(&self, claimed: &Claimed) -> EffectRow {
        claimed.row().clone()
    }
}

fn unknown() -> Outcome {
    Outcome::Unknown { why: Why::new("timeout", "peer.example/charge did not answer in time") }
}

#[tokio::test]
async fn what_is_wanted_twice_is_one_row() {
    let ground = Ground::new().await;
    ground.want(&[ground.wanted(1, "payment/1"), ground.wanted(2, "payment/2")]).await;
    let first = ground.claim("a", 0, 1).await;
    ground.want(&[ground.wanted(1, "payment/1"), ground.wanted(2, "payment/2")]).await;
    assert_eq!(ground.positions(0, 8).await, [2]);
    ground.done(&first.rows).await;
    ground.want(&[ground.wanted(1, "payment/1")]).await;
    assert!(ground.positions(0, 8).await.is_empty(), "what is done is not done again");
}

#[tokio::test]
async fn rows_of_one_key_go_one_after_another() {
    let ground = Ground::new().await;
    let wanted = [(3, "payment/1"), (1, "payment/1"), (2, "payment/2")];
    ground.want(&wanted.map(|(position, key)| ground.wanted(position, key))).await;
    let first = ground.claim("a", 0, 8).await;
    assert_eq!(first.rows.iter().map(|it| it.row().position).collect::<Vec<_>>(), [1, 2]);
    assert!(ground.positions(0, 8).await.is_empty());
    ground.done(&first.rows[..1]).await;
    assert_eq!(ground.positions(0, 8).await, [3]);
}

#[tokio::test]
async fn a_dead_row_holds_back_those_behind_it_and_one_whose_time_is_to_come_does_not() {
    let ground = Ground::new().await;
    let wanted = [(1, "payment/1"), (2, "payment/1"), (3, "payment/2"), (4, "payment/2")];
    ground.want(&wanted.map(|(position, key)| ground.wanted(position, key))).await;
    let rows = ground.claim("a", 0, 8).await.rows;
    let refused = Outcome::Refused { why: Why::new("no", "no") };
    ground.end(&rows[..1], Next::Dead, refused).await;
    let later = Outcome::Later { after: Duration::from_secs(120) };
    ground.end(&rows[1..], Next::Later { at: at(120) }, later).await;
    assert_eq!(ground.positions(0, 8).await, [4]);
    assert_eq!(ground.queue.take_back(at(119), 10).await.unwrap(), 0);
    assert_eq!(ground.queue.take_back(at(120), 10).await.unwrap(), 1);
    let back = ground.claim("a", 120, 8).await.rows;
    assert!(back.is_empty(), "one of its key runs");
}

#[tokio::test]
async fn what_ran_out_comes_back_as_a_question_and_its_late_worker_ends_nothing() {
    let ground = Ground::new().await;
    ground.want(&[ground.wanted(1, "payment/1")]).await;
    let late = ground.claim("late", 0, 1).await.rows;
    let row = ground.row(&late[0]).await;
    assert_eq!((row.asks, row.tries, row.asked, row.sent_at), (false, 1, 0, Some(at(0))));
    assert_eq!(ground.queue.take_back(at(1), 10).await.unwrap(), 0);
    ground.db.owner.execute("update effects set lease_until = 'epoch'").await.unwrap();
    assert_eq!(ground.queue.take_back(at(1), 10).await.unwrap(), 1);
    let again = ground.claim("next", 1, 1).await.rows;
    let row = ground.row(&again[0]).await;
    assert_eq!((row.asks, row.tries, row.asked, row.sent_at), (true, 1, 1, Some(at(0))));
    assert_eq!(ground.end(&late, Next::Done, Outcome::Done).await, 1);
    ground.done(&again).await;
    let ended: (String, i32) = sqlx::query_as("select state, attempts from effects")
        .fetch_one(&ground.db.owner)
        .await
        .unwrap();
    assert_eq!(ended, ("done".to_owned(), 1));
}

#[tokio::test]
async fn a_try_is_noted_with_what_went_wrong_and_comes_back_when_it_is_due() {
    let ground = Ground::new().await;
    ground.want(&[ground.wanted(1, "payment/1")]).await;
    let rows = ground.claim("a", 0, 1).await.rows;
    let next = Next::Again { at: at(30), asks: true, anew: false, counts: true };
    ground.end(&rows, next, unknown()).await;
    assert!(ground.positions(29, 8).await.is_empty());
    let asked = ground.claim("b", 30, 8).await.rows;
    let next = Next::Again { at: at(30), asks: false, anew: true, counts: true };
    ground.end(&asked, next, Outcome::Absent { is_certain: true }).await;
    let again = ground.claim("c", 30, 8).await.rows;
    let row = ground.row(&again[0]).await;
    assert_eq!((row.asks, row.tries, row.asked, row.try_no), (false, 2, 1, 2));
    assert!(row.provider_key().ends_with("-2") && row.provider_key().len() <= 45);
    let tried: Vec<(i32, bool, String)> =
        sqlx::query_as("select no, asks, outcome from effect_attempts order by no")
            .fetch_all(&ground.db.owner)
            .await
            .unwrap();
    let expected = [(1, false, "unknown".to_owned()), (2, true, "absent".to_owned())];
    assert_eq!(tried, expected);
}

#[tokio::test]
async fn a_try_that_the_settings_stopped_is_not_counted() {
    let ground = Ground::new().await;
    ground.want(&[ground.wanted(1, "payment/1")]).await;
    let rows = ground.claim("a", 0, 1).await.rows;
    let next = Next::Again { at: at(0), asks: false, anew: false, counts: false };
    let stopped = Outcome::Misconfigured { why: Why::new("not_let_in", "401") };
    ground.end(&rows, next, stopped).await;
    let again = ground.claim("a", 0, 1).await.rows;
    assert_eq!(again[0].row().tries, 1);
}

#[tokio::test]
async fn a_budget_holds_over_two_processes() {
    let ground = Ground::new().await;
    let keys: Vec<String> = (1..=60).map(|no| format!("payment/{no}")).collect();
    let wanted: Vec<Wanted> =
        keys.iter().zip(1..).map(|(key, no)| ground.wanted(no, key)).collect();
    ground.want(&wanted).await;
    let mut made = 0;
    for (owner, now) in ["one", "two"].iter().cycle().zip([0, 0, 0, 0, 1, 1, 2, 2]) {
        let granted = ground.claim(owner, now, 8).await;
        made += granted.rows.len();
        ground.done(&granted.rows).await;
        let most = 20 + usize::try_from(now).unwrap() * 10;
        assert!(made <= most, "{made} calls in {now} s");
    }
    assert_eq!(made, 40);
    let one = ground.claim("one", 100, 8).await;
    let two = ground.claim("two", 100, 8).await;
    assert_eq!((one.rows.len(), two.rows.len()), (8, 0), "eight at once, whoever makes them");
}

#[tokio::test]
async fn a_pause_a_breaker_and_a_person_keep_a_lane_from_being_served() {
    let ground = Ground::new().await;
    let keys: Vec<String> = (1..=9).map(|no| format!("payment/{no}")).collect();
    let wanted: Vec<Wanted> =
        keys.iter().zip(1..).map(|(key, no)| ground.wanted(no, key)).collect();
    ground.want(&wanted).await;
    let lane = ground.lane();
    let due = async |now| ground.queue.due_lanes(at(now), 10).await.unwrap();
    assert_eq!(due(0).await, std::slice::from_ref(&lane));
    ground.queue.note_lane(&lane, &LaneWord::Slower { until: at(7) }).await.unwrap();
    assert!(due(6).await.is_empty());
    assert_eq!(ground.claim("a", 6, 8).await.wait_until, Some(at(7)));
    for _ in 0..FAILURES_TO_OPEN {
        ground.queue.note_lane(&lane, &LaneWord::Silent { now: at(7) }).await.unwrap();
    }
    assert!(due(36).await.is_empty());
    let probe = ground.claim("a", 37, 8).await;
    assert_eq!(probe.rows.len(), 1, "one is let through");
    assert!(ground.positions(37, 8).await.is_empty());
    ground.done(&probe.rows).await;
    ground.queue.note_lane(&lane, &LaneWord::Answered).await.unwrap();
    let rows = ground.claim("a", 37, 2).await.rows;
    assert_eq!(rows.len(), 2);
    ground.db.owner.execute("update effect_lanes set paused = true").await.unwrap();
    assert!(due(60).await.is_empty() && ground.positions(60, 8).await.is_empty());
    ground.done(&rows).await;
}

#[tokio::test]
async fn a_seller_sees_its_own_rows_and_changes_none() {
    let ground = Ground::new().await;
    ground.want(&[ground.wanted(1, "payment/1")]).await;
    for (tenant, seen) in [(ground.tenant, 1_i64), (TenantId::new(Uuid::now_v7()), 0)] {
        let mut transaction = ground.db.app.begin().await.unwrap();
        sqlx::query("select set_config('billfold.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *transaction)
            .await
            .unwrap();
        for table in ["effects", "effect_lanes"] {
            let count: i64 = sqlx::query_scalar(&format!("select count(*) from {table}"))
                .fetch_one(&mut *transaction)
                .await
                .unwrap();
            assert_eq!(count, seen, "{table}");
        }
        assert!(transaction.execute("update effects set state = 'done'").await.is_err());
    }
}

//! The yardstick: `postgres-es` as published, on tables of its own in the same server.

use crate::report::{Latencies, Run};
use crate::workload::{AppendTwo, BenchState};
use anyhow::Result;
use cqrs_es::persist::{GenericQuery, PersistedEventRepository, PersistedEventStore, QueryReplay};
use cqrs_es::{CqrsFramework, EventEnvelope, View};
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The tables of the framework, as its documentation gives them.
pub(crate) async fn prepare(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql(
        "drop table if exists stock_events, stock_snapshots, stock_few, stock_view;
         create table stock_events (
           aggregate_type text not null, aggregate_id text not null,
           sequence bigint check (sequence >= 0) not null,
           event_type text not null, event_version text not null,
           payload json not null, metadata json not null,
           primary key (aggregate_type, aggregate_id, sequence));
         create table stock_snapshots (
           aggregate_type text not null, aggregate_id text not null,
           last_sequence bigint not null, current_snapshot bigint not null, payload json not null,
           primary key (aggregate_type, aggregate_id, last_sequence));
         create table stock_few (like stock_events including all);
         create table stock_view (
           view_id text not null, version bigint check (version >= 0) not null,
           payload json not null, primary key (view_id));",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The stock repository on the bench's tables.
fn repository(pool: &PgPool) -> PostgresEventRepository {
    PostgresEventRepository::new(pool.clone()).with_tables("stock_events", "stock_snapshots")
}

/// Creates streams with `tasks` commands in flight for `span`.
pub(crate) async fn commands(pool: &PgPool, tasks: usize, span: Duration) -> Result<Run> {
    let store = PersistedEventStore::<_, BenchState>::new_event_store(repository(pool));
    let framework = Arc::new(CqrsFramework::new(store, vec![], ()));
    let counter = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut running = Vec::with_capacity(tasks);
    for _ in 0..tasks {
        let (framework, counter) = (framework.clone(), counter.clone());
        running.push(tokio::spawn(async move {
            let mut taken = Latencies::default();
            while start.elapsed() < span {
                let (id, n) = (Uuid::new_v4(), counter.fetch_add(1, Ordering::Relaxed));
                let asked = Instant::now();
                framework.execute(&id.to_string(), AppendTwo { id, n }).await?;
                taken.add(asked.elapsed());
            }
            anyhow::Ok(taken)
        }));
    }
    let mut all = Latencies::default();
    for task in running {
        all.merge(task.await??);
    }
    let rate = all.len() as f64 / start.elapsed().as_secs_f64();
    let point = format!("{tasks} in flight");
    let run = Run::new("durable-commands", "postgres-es", &point, rate, "commands/s");
    Ok(Run { latency_ms: all.percentiles(), ..run })
}

/// Replays every stored event through the stock stream; events per second.
pub(crate) async fn replay(pool: &PgPool) -> Result<Run> {
    let repository = repository(pool).with_streaming_channel_size(1000);
    let start = Instant::now();
    let mut stream = repository.stream_all_events::<BenchState>().await?;
    let (mut count, mut state) = (0_u64, BenchState::default());
    while let Some(event) = stream.next::<BenchState>(&[]).await {
        state.fold(&event?.payload);
        count += 1;
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    Ok(Run::new("replay-read", "postgres-es", "stream_all_events", rate, "events/s"))
}

/// What the stock view shows of a stream.
#[derive(Debug, Default, Serialize, Deserialize)]
struct StockView(BenchState);

impl View<BenchState> for StockView {
    fn update(&mut self, event: &EventEnvelope<BenchState>) {
        self.0.fold(&event.payload);
    }
}

/// Rebuilds a view of stored streams as the framework does, with `replay_all` into a
/// `GenericQuery`; events per second. It takes a few thousand of them only: it is slow, and its
/// rate is the same for more.
pub(crate) async fn rebuild(pool: &PgPool) -> Result<Run> {
    sqlx::raw_sql(
        "truncate stock_view, stock_few;
         insert into stock_few select * from stock_events limit 10000; analyze stock_few;",
    )
    .execute(pool)
    .await?;
    let events: i64 = sqlx::query_scalar("select count(*) from stock_few").fetch_one(pool).await?;
    let repository =
        PostgresEventRepository::new(pool.clone()).with_tables("stock_few", "stock_snapshots");
    let views = PostgresViewRepository::<StockView, BenchState>::new("stock_view", pool.clone());
    let replay = QueryReplay::new(repository, GenericQuery::new(Arc::new(views)));
    let start = Instant::now();
    replay.replay_all().await?;
    let rate = events as f64 / start.elapsed().as_secs_f64();
    Ok(Run::new("rebuild", "postgres-es", "replay_all, GenericQuery", rate, "events/s"))
}

//! Connections to the one PostgreSQL, one pool per role.
//!
//! Guarantee: code that serves requests or follows the log never holds a connection of the owner.
//! The owner's pool is for migrations and for making tables of read models. Absent on purpose:
//! queries; each crate writes its own.

use billfold_event_store::pool;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

/// How many connections each role may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSizes {
    /// For migrations and rebuilds of read models, which take one connection per table.
    pub owner: u32,
    /// For requests: one tenant at a time.
    pub app: u32,
    /// For writers, followers and verification: every tenant.
    pub feed: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { owner: 20, app: 16, feed: 16 }
    }
}

/// Followers write pages of a thousand events to tables that grow: a plan is cheap beside a page,
/// and one that was made while a table was small would read all of it for ever.
const FEED: &str = "set role billfold_feed; set plan_cache_mode = force_custom_plan";

/// One pool per role of the database.
#[derive(Debug, Clone)]
pub struct Pools {
    /// Runs migrations and owns every table.
    pub owner: PgPool,
    /// `billfold_app`: sees the tenant named by `billfold.tenant` in its transaction.
    pub app: PgPool,
    /// `billfold_feed`: appends, and reads every tenant.
    pub feed: PgPool,
}

impl Pools {
    /// Pools over one database; connections are made when they are first needed.
    ///
    /// The roles come with the first migration: only `owner` is of use before it.
    pub fn open(options: &PgConnectOptions, sizes: PoolSizes) -> Self {
        let options = options.clone().log_statements(tracing::log::LevelFilter::Trace);
        Self {
            owner: pool::options(sizes.owner)
                .test_before_acquire(true)
                .connect_lazy_with(options.clone()),
            app: as_role("set role billfold_app", sizes.app).connect_lazy_with(options.clone()),
            feed: as_role(FEED, sizes.feed).connect_lazy_with(options),
        }
    }

    /// Closes every connection and waits until they are closed.
    pub async fn close(&self) {
        self.app.close().await;
        self.feed.close().await;
        self.owner.close().await;
    }
}

/// Makes the database if it is missing; `server` leads to another database of the same server.
pub async fn create_if_missing(server: &PgConnectOptions, name: &str) -> sqlx::Result<()> {
    let mut connection = server.connect().await?;
    let known: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(name)
        .fetch_optional(&mut connection)
        .await?;
    if known.is_none() {
        let quoted = name.replace('"', "\"\"");
        connection.execute(format!("create database \"{quoted}\"").as_str()).await?;
    }
    connection.close().await
}

fn as_role(statement: &'static str, size: u32) -> PgPoolOptions {
    pool::options(size).after_connect(move |connection, _| {
        Box::pin(async move { connection.execute(statement).await.map(|_| ()) })
    })
}

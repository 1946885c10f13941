//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use billfold_server::database::{PoolSizes, Pools};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use uuid::Uuid;

use super::cluster::{Cluster, INSTALLED, TEMPLATE};

/// A fresh, migrated database; removed when the value is dropped.
#[derive(Debug)]
pub struct TestDb {
    /// Runs migrations and owns the tables. Tests set up and inspect with it; they do not test as
    /// it.
    pub owner: PgPool,
    /// The role `billfold_app`.
    pub app: PgPool,
    /// The role `billfold_feed`.
    pub feed: PgPool,
    name: String,
}

impl TestDb {
    /// A database with every migration applied.
    pub async fn new() -> Self {
        Self::from_template(TEMPLATE).await
    }

    /// A database with every read model, too, as a node finds it that starts for the second time.
    pub async fn installed() -> Self {
        Self::from_template(INSTALLED).await
    }

    /// A database without tables, for tests of the migrations themselves.
    pub async fn empty() -> Self {
        Self::from_template("template0").await
    }

    /// How to connect to it as the owner, who is also a member of both roles.
    pub fn connect_options(&self) -> PgConnectOptions {
        Cluster::get().connect_options(&self.name)
    }

    /// The three pools as the program uses them.
    pub fn pools(&self) -> Pools {
        Pools { owner: self.owner.clone(), app: self.app.clone(), feed: self.feed.clone() }
    }

    /// Its name in the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn from_template(template: &'static str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let cluster = tokio::task::spawn_blocking(Cluster::get).await.expect("a test cluster");
        cluster.create(name.clone(), template).await;
        let sizes = PoolSizes { owner: 4, app: 8, feed: 12 };
        let Pools { owner, app, feed } = Pools::open(&cluster.connect_options(&name), sizes);
        Self { owner, app, feed, name }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        Cluster::get().drop_later(self.name.clone());
    }
}

/// Applies every migration and makes the log's head.
pub(super) async fn migrate(connection: &mut PgConnection) {
    let install = Uuid::from_u128(0x0105_7A11);
    billfold_event_store::migrate::migrate(connection, install).await.expect("a schema");
}

/// Makes every read model.
pub(super) async fn install(connection: &mut PgConnection) {
    let made = billfold_projections::install(connection, billfold_projections::PROJECTIONS).await;
    made.expect("read models");
}

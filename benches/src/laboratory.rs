//! The server that is measured: a private cluster in a folder of its own, with a fresh database per
//! bench.

use anyhow::{Context, Result};
use billfold_event_store::Clock;
use billfold_event_store::feed::Feed;
use billfold_projections::generation::LOG;
use billfold_server::database::{PoolSizes, Pools, create_if_missing};
use billfold_server::embedded::{Embedded, Settings};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Settings of the server that change what is measured.
const SETTINGS: [&str; 8] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "wal_compression",
    "data_checksums",
];

/// The bench's wall clock.
pub(crate) struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A running cluster.
pub(crate) struct Laboratory {
    embedded: Embedded,
}

/// One database of it, migrated.
pub(crate) struct Bench {
    /// How to connect.
    pub(crate) connect: PgConnectOptions,
    /// A pool per role.
    pub(crate) pools: Pools,
    /// Its name.
    pub(crate) name: String,
}

impl Laboratory {
    /// Starts (or makes) the cluster in `dir`.
    ///
    /// # Errors
    /// No server binaries, or the folder can't be used.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        let settings = Settings {
            dir: dir.to_owned(),
            server_binaries: None,
            search_path: std::env::var_os("PATH").unwrap_or_default(),
            max_connections: 100,
        };
        let embedded = Embedded::start(&settings)
            .with_context(|| format!("could not start a cluster in {}", dir.display()))?;
        Ok(Self { embedded })
    }

    /// A migrated database called `name`, made anew.
    ///
    /// # Errors
    /// The server refuses.
    pub(crate) async fn fresh(&self, name: &str) -> Result<Bench> {
        let server = Pools::open(&self.embedded.connect_options("postgres"), PoolSizes::default());
        let drop = format!("drop database if exists \"{name}\" with (force)");
        sqlx::raw_sql(&drop).execute(&server.owner).await?;
        server.close().await;
        self.open(name).await
    }

    /// The database called `name`, made and migrated if it is not there.
    ///
    /// # Errors
    /// The server refuses.
    pub(crate) async fn open(&self, name: &str) -> Result<Bench> {
        create_if_missing(&self.embedded.connect_options("postgres"), name).await?;
        let connect = self.embedded.connect_options(name);
        let pools = Pools::open(&connect, PoolSizes::default());
        let mut owner = pools.owner.acquire().await?;
        billfold_event_store::migrate::migrate(&mut owner, Uuid::new_v4()).await?;
        drop(owner);
        Ok(Bench { connect, pools, name: name.to_owned() })
    }

    /// Where the server's socket lies.
    pub(crate) fn socket(&self) -> &Path {
        self.embedded.socket_folder()
    }

    /// The pgbench beside the server, or the one on the path.
    pub(crate) fn pgbench(&self) -> PathBuf {
        let beside = self.embedded.binaries().folder.join("pgbench");
        if beside.is_file() { beside } else { "pgbench".into() }
    }

    /// The cluster's folder.
    pub(crate) fn dir(&self) -> &Path {
        self.embedded.dir()
    }
}

impl Bench {
    /// The newest position of the log.
    ///
    /// # Errors
    /// The server is away.
    pub(crate) async fn head(&self) -> Result<i64> {
        Ok(Feed::new(self.pools.feed.clone(), LOG).head().await?.position)
    }

    /// The version of the server and the settings that matter, as `name=value`.
    ///
    /// # Errors
    /// The server is away.
    pub(crate) async fn settings(&self) -> Result<Vec<String>> {
        let mut shown = Vec::with_capacity(SETTINGS.len());
        for name in SETTINGS {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(name)
                .fetch_one(&self.pools.owner)
                .await?;
            shown.push(format!("{name}={value}"));
        }
        Ok(shown)
    }
}

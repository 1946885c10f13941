//! The database under everything: a server of yours, or the private cluster.
//!
//! Guarantee: a private cluster started here is stopped here, and is started again if its server
//! ends by itself, whatever the command. A command that finds the cluster run by another program of
//! ours joins it. Absent on purpose: giving up. A server that does not start is tried again for as
//! long as the command lasts; who needs it meanwhile is told that it is away.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use billfold_event_store::follower::end_leases;
use billfold_event_store::migrate::{Migrated, migrate};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::cli::{Context, Stop};
use crate::database::{self, PoolSizes, Pools};
use crate::embedded::{Embedded, EmbeddedError, MINIMUM_VERSION, Settings};

/// The database of the private cluster that holds the log.
const DATABASE: &str = "billfold";
/// The pause after the first failed start of the private server; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause between two starts.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An open database, with a pool per role.
#[derive(Debug)]
pub struct Foundation {
    connect: PgConnectOptions,
    pools: Pools,
    server: Server,
}

/// Who runs the server.
#[derive(Debug)]
enum Server {
    /// Somebody else: an operator, or another program of ours on the same data folder.
    Other { of_ours: bool },
    /// This process.
    Ours(Kept),
}

/// A private server, and the task that starts it again.
#[derive(Debug)]
struct Kept {
    embedded: Arc<Mutex<Embedded>>,
    /// Turns true, or is dropped, when the server should no longer be started.
    release: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

impl Kept {
    fn keep(embedded: Embedded) -> Self {
        let embedded = Arc::new(Mutex::new(embedded));
        let (release, released) = watch::channel(false);
        let keeper = tokio::spawn(keep_running(Arc::clone(&embedded), released));
        Self { embedded, release, keeper }
    }

    async fn stop(self) {
        self.release.send_replace(true);
        if let Err(error) = self.keeper.await {
            tracing::error!(%error, "keeping the PostgreSQL server running broke off");
        }
        let embedded = self.embedded;
        let stopped = tokio::task::spawn_blocking(move || lock(&embedded).stop()).await;
        if let Err(error) = stopped {
            tracing::error!(%error, "stopping the PostgreSQL server broke off");
        }
    }
}

impl Foundation {
    /// Connects to the database of the settings, or starts the private cluster.
    ///
    /// # Errors
    /// No server, a server too old, or one that does not answer; one line that says what to do.
    pub async fn open(context: &Context) -> Result<Self, Stop> {
        let (connect, server) = match context.config.database.server().map_err(Stop::usage)? {
            Some(connect) => (connect, Server::Other { of_ours: false }),
            None => open_private(context).await?,
        };
        check_version(&connect).await?;
        let settings = &context.config.database;
        let sizes = PoolSizes {
            app: settings.app_connections,
            feed: settings.feed_connections,
            ..PoolSizes::default()
        };
        Ok(Self { pools: Pools::open(&connect, sizes), connect, server })
    }

    /// How to connect as the login role, which is a member of both roles.
    pub fn connect_options(&self) -> &PgConnectOptions {
        &self.connect
    }

    /// One pool per role.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Brings the schema to this build's; a log that has no head gets one. Where this process runs
    /// the server, no other process lives that could hold a lease: what a killed one left ends.
    ///
    /// # Errors
    /// The database refuses, or a newer or another build migrated it. Nothing is changed then.
    pub async fn migrate(&self) -> Result<Migrated, Stop> {
        let mut owner = self.pools.owner.acquire().await.map_err(Stop::unavailable)?;
        let migrated = migrate(&mut owner, Uuid::now_v7()).await.map_err(Stop::unavailable)?;
        for name in &migrated.applied {
            tracing::info!(name, "migrated");
        }
        if matches!(self.server, Server::Ours(_)) {
            end_leases(&mut owner).await.map_err(Stop::unavailable)?;
        }
        Ok(migrated)
    }

    /// Whether the database belongs to the data folder, so that we may migrate it unasked.
    pub fn is_private(&self) -> bool {
        !matches!(self.server, Server::Other { of_ours: false })
    }

    /// Whether another program of ours runs the private cluster.
    pub fn is_joined(&self) -> bool {
        matches!(self.server, Server::Other { of_ours: true })
    }

    /// Closes the pools, then stops the private server if this process runs it.
    pub async fn close(self) {
        self.pools.close().await;
        if let Server::Ours(kept) = self.server {
            kept.stop().await;
        }
    }
}

async fn open_private(context: &Context) -> Result<(PgConnectOptions, Server), Stop> {
    let settings = Settings {
        dir: context.data.join("postgres"),
        server_binaries: context.config.database.server_binaries.clone(),
        search_path: context.environment.search_path.clone(),
        max_connections: context.config.database.server_connections,
    };
    let dir = settings.dir.clone();
    let started = tokio::task::spawn_blocking(move || Embedded::start(&settings)).await;
    let (maintenance, connect, server) = match started.map_err(Stop::bug)? {
        Ok(embedded) => (
            embedded.connect_options("postgres"),
            embedded.connect_options(DATABASE),
            Server::Ours(Kept::keep(embedded)),
        ),
        Err(EmbeddedError::InUse { .. }) => {
            let join = |name| Embedded::attach(&dir, name).map_err(Stop::unavailable);
            (join("postgres")?, join(DATABASE)?, Server::Other { of_ours: true })
        }
        Err(error) => return Err(Stop::unavailable(error)),
    };
    database::create_if_missing(&maintenance, DATABASE)
        .await
        .context("the database of the private cluster cannot be made")
        .map_err(Stop::unavailable)?;
    Ok((connect, server))
}

async fn check_version(connect: &PgConnectOptions) -> Result<(), Stop> {
    let connection: sqlx::Result<PgConnection> = connect.connect().await;
    let mut connection = connection
        .context("the database does not answer: check DATABASE_URL and that the server runs")
        .map_err(Stop::unavailable)?;
    let number: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await
        .map_err(Stop::unavailable)?;
    let _ = connection.close().await;
    let version = u32::try_from(number / 10_000).unwrap_or_default();
    if version < MINIMUM_VERSION {
        return Err(Stop::unavailable(anyhow::anyhow!(
            "the server is PostgreSQL {version}: version {MINIMUM_VERSION} or newer is needed"
        )));
    }
    Ok(())
}

/// Starts the server again whenever it ends by itself, until `released` turns true.
async fn keep_running(embedded: Arc<Mutex<Embedded>>, mut released: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut ended = lock(&embedded).ended();
        tokio::select! {
            _ = released.wait_for(|released| *released) => return,
            _ = ended.wait_for(Option::is_some) => {}
        }
        tracing::error!("the PostgreSQL server ended by itself: starting it again");
        let again = Arc::clone(&embedded);
        match tokio::task::spawn_blocking(move || lock(&again).restart()).await {
            Ok(Ok(())) => pause = FIRST_PAUSE,
            Ok(Err(error)) => tracing::error!(%error, "the PostgreSQL server does not start"),
            Err(error) => tracing::error!(%error, "starting the PostgreSQL server broke off"),
        }
        tokio::select! {
            _ = released.wait_for(|released| *released) => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn lock(embedded: &Mutex<Embedded>) -> MutexGuard<'_, Embedded> {
    embedded.lock().unwrap_or_else(PoisonError::into_inner)
}

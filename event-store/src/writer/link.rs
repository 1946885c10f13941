//! A writer's own connection to the database, found again when it is lost.
//!
//! Guarantees: every connection runs as `billfold_feed`, waits for nothing without a limit, and
//! never acknowledges a COMMIT that is not on disk.

use std::future::Future;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};

/// Time a statement may take beyond its own limit in the server before the connection counts as
/// lost.
const GRACE: Duration = Duration::from_secs(5);

/// One connection.
pub(super) struct Link {
    options: PgConnectOptions,
    statement_timeout: Duration,
    connection: Option<PgConnection>,
}

impl Link {
    /// Connects.
    pub(super) async fn open(
        options: PgConnectOptions,
        statement_timeout: Duration,
    ) -> Result<Self, sqlx::Error> {
        let mut link = Self { options, statement_timeout, connection: None };
        link.connection = Some(link.connect().await?);
        Ok(link)
    }

    /// The connection, if it was not lost.
    pub(super) fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Lets go of a connection that cannot be used any more.
    pub(super) fn lose(&mut self) {
        self.connection = None;
    }

    /// Connects again unless the connection is whole; gives up after `patience`.
    pub(super) async fn restore(&mut self, patience: Duration) -> Result<(), sqlx::Error> {
        let began = Instant::now();
        let mut pause = Duration::from_millis(20);
        while self.connection.is_none() {
            match self.connect().await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) if began.elapsed() >= patience => return Err(error),
                Err(_) => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_millis(500));
        }
        Ok(())
    }

    /// Says goodbye to the server.
    pub(super) async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            // nothing is open on it; a server that is gone needs no goodbye
            let _ = connection.close().await;
        }
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let connecting = async {
            let mut connection = self.options.connect().await?;
            connection.execute(&*session(self.statement_timeout)).await?;
            Ok(connection)
        };
        within(GRACE, connecting).await
    }
}

/// Waits for an answer of the server, but not for ever: a peer that vanished without a word is
/// found out.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "the server is silent");
            Err(sqlx::Error::Io(error))
        }
    }
}

/// The limit on the client's side for one statement.
pub(super) fn patience(statement_timeout: Duration) -> Duration {
    statement_timeout + GRACE
}

/// Settings of a writing session. Batches look rows up by key, a few hundred at a time; the planner
/// must not take a small or freshly filled table as a reason to read all of it, nor plan anew for
/// each batch.
fn session(statement_timeout: Duration) -> String {
    let millis = statement_timeout.as_millis();
    format!(
        "set role billfold_feed;
         set statement_timeout = {millis};
         set lock_timeout = {millis};
         set idle_in_transaction_session_timeout = {millis};
         set plan_cache_mode = force_generic_plan;
         set enable_seqscan = off;
         set enable_hashjoin = off;
         set enable_mergejoin = off;
         set jit = off;
         select set_config('synchronous_commit', 'on', false)
          where current_setting('synchronous_commit') = 'off';"
    )
}

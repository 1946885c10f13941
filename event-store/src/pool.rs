//! Pools of connections that do not ask a connection whether it lives each time it is used.
//!
//! Guarantee: a connection that lay idle is asked before it is handed out; one that was used a
//! moment ago is taken at its word, since asking costs as much as a look-up. Absent on purpose:
//! roles and session settings, which differ from pool to pool.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgPoolOptions};

/// How long a connection may lie idle and still be trusted.
const TRUSTED: Duration = Duration::from_secs(1);

/// A pool of at most `size` connections, waited for no longer than ten seconds.
pub fn options(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size.max(1))
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(|connection, idle| Box::pin(still_there(connection, idle.idle_for)))
}

async fn still_there(connection: &mut PgConnection, idle: Duration) -> Result<bool, sqlx::Error> {
    if idle >= TRUSTED {
        connection.ping().await?;
    }
    Ok(true)
}

//! Reading the log in order: pages after a position, the head, and waiting for more.
//!
//! Guarantees: a page holds the events right after the position asked for, without a gap;
//! whatever goes wrong is an error and never looks like the end of the log. One connection
//! listens for all who wait, and looks by itself now and then, so a lost notification costs time
//! only. Absent on purpose: checkpoints and leases (`follower`), bulk reads (`copy`), typed
//! events.

mod recent;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgListener, PgPool, PgRow};
use sqlx::{Executor, Postgres, Row};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use self::recent::Recent;
use crate::canonical::Hash;
use crate::recorded::{COLUMNS, Recorded};

/// The channel the writer notifies once per batch; the payload is a hint and is not read.
pub const CHANNEL: &str = "billfold_log";

/// How often the listening connection looks at the head when nothing is notified.
const POLL: Duration = Duration::from_secs(1);

/// Why the log could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The database is away or refused.
    #[error("the log cannot be read")]
    Database(#[from] sqlx::Error),
    /// There is no such log.
    #[error("the database has no log {log_id}; run `billfold migrate`")]
    NoLog {
        /// The log that was asked for.
        log_id: i16,
    },
    /// An event is missing or out of place: the log is damaged.
    #[error(
        "the log is damaged: position {expected} was due, found {found:?}; run `billfold verify`"
    )]
    Gap {
        /// The position that was due.
        expected: i64,
        /// The position that came instead; nothing if the log ended.
        found: Option<i64>,
    },
    /// The database sent bytes that do not fit the table.
    #[error("the database sent {column} in a form that cannot be read: {reason}")]
    Malformed {
        /// The column, or the part of the stream.
        column: &'static str,
        /// What was wrong with it.
        reason: &'static str,
    },
    /// The connection that waits for new events is down.
    #[error("new events cannot be seen: {0}")]
    Tail(Arc<str>),
    /// A thread or task of ours ended early.
    #[error("reading the log broke off: {0}")]
    Broken(String),
}

/// The newest committed state of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHead {
    /// The log.
    pub log_id: i16,
    /// Identity of the installation, part of the genesis hash.
    pub install_id: Uuid,
    /// Position of the newest event; 0 in an empty log.
    pub position: i64,
    /// Number of the newest batch; 0 in an empty log.
    pub batch_no: i64,
    /// Hash of that batch; the genesis hash in an empty log.
    pub batch_hash: Hash,
    /// `recorded_at` of that batch.
    pub recorded_at: DateTime<Utc>,
}

/// A reader of one log. Clones share one listening connection.
#[derive(Debug, Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    log_id: i16,
    poll: Duration,
    tail: OnceLock<Tail>,
    recent: Recent,
}

#[derive(Debug)]
struct Tail {
    seen: watch::Receiver<Seen>,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    position: i64,
    fault: Option<Arc<str>>,
}

impl Feed {
    /// A reader over a pool whose connections act as `billfold_feed`. The first `wait` keeps one
    /// connection of the pool for listening, until the last clone is dropped.
    pub fn new(pool: PgPool, log_id: i16) -> Self {
        Self::polling_every(pool, log_id, POLL)
    }

    /// As [`Feed::new`], looking at the head this often when nothing is notified.
    pub fn polling_every(pool: PgPool, log_id: i16, poll: Duration) -> Self {
        let (tail, recent) = (OnceLock::new(), Recent::default());
        Self { shared: Arc::new(Shared { pool, log_id, poll, tail, recent }) }
    }

    /// The log this reads.
    pub fn log_id(&self) -> i16 {
        self.shared.log_id
    }

    /// The head of the log.
    ///
    /// # Errors
    /// [`ReadError::NoLog`] before the first migration; [`ReadError::Database`].
    pub async fn head(&self) -> Result<LogHead, ReadError> {
        head(&self.shared.pool, self.shared.log_id).await
    }

    /// At most `limit` events after `after`, in order; empty only if there are none yet.
    ///
    /// # Errors
    /// [`ReadError::Gap`] if the events are not contiguous; [`ReadError::Database`].
    pub async fn page(&self, after: i64, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        page(&self.shared.pool, self.shared.log_id, after, limit).await
    }

    /// As [`Feed::page`], from memory where another clone has just read them: for all who follow
    /// the log at about the same place.
    ///
    /// # Errors
    /// As [`Feed::page`].
    pub async fn shared_page(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        let shared = &*self.shared;
        shared.recent.page(&shared.pool, shared.log_id, after, limit).await
    }

    /// At most `limit` events of one stream after sequence `after`, in order.
    ///
    /// # Errors
    /// [`ReadError::Gap`] if sequences are not contiguous; [`ReadError::Database`].
    pub async fn stream_page(
        &self,
        tenant_id: Uuid,
        aggregate_type: &str,
        aggregate_id: Uuid,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let sql = format!(
            "select {COLUMNS} from events where tenant_id = $1 and aggregate_type = $2 \
             and aggregate_id = $3 and sequence > $4 order by sequence limit $5"
        );
        let rows = sqlx::query(&sql)
            .bind(tenant_id)
            .bind(aggregate_type)
            .bind(aggregate_id)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.shared.pool)
            .await?;
        let events = recorded(&rows)?;
        contiguous(after, events.iter().map(|event| event.sequence))?;
        Ok(events)
    }

    /// Waits until the log has an event after `after`, but no longer than `at_most`. Returns the
    /// position of the head as last seen, which may still be `after` or less.
    ///
    /// # Errors
    /// [`ReadError::Tail`] if time ran out while the head could not be seen.
    pub async fn wait(&self, after: i64, at_most: Duration) -> Result<i64, ReadError> {
        let mut seen = self.tail().seen.clone();
        let arrival = seen.wait_for(|now| now.position > after);
        match tokio::time::timeout(at_most, arrival).await {
            Ok(Ok(now)) => return Ok(now.position),
            Ok(Err(_)) => return Err(ReadError::Tail("the listening task ended".into())),
            Err(_) => {}
        }
        let now = self.tail().seen.borrow();
        match &now.fault {
            Some(fault) => Err(ReadError::Tail(fault.clone())),
            None => Ok(now.position),
        }
    }

    /// The position of the head as last noticed; 0 before anybody waited.
    pub fn seen(&self) -> i64 {
        self.shared.tail.get().map_or(0, |tail| tail.seen.borrow().position)
    }

    fn tail(&self) -> &Tail {
        self.shared.tail.get_or_init(|| {
            let (sender, seen) = watch::channel(Seen::default());
            let (pool, log_id) = (self.shared.pool.clone(), self.shared.log_id);
            Tail { seen, task: tokio::spawn(watch_head(pool, log_id, self.shared.poll, sender)) }
        })
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// [`Feed::page`] on a connection of the caller, so that it can be part of a transaction.
///
/// # Errors
/// As [`Feed::page`].
pub async fn page<'c>(
    executor: impl Executor<'c, Database = Postgres>,
    log_id: i16,
    after: i64,
    limit: u32,
) -> Result<Vec<Recorded>, ReadError> {
    let sql = format!(
        "select {COLUMNS} from events where log_id = $1 and position > $2 \
         order by position limit $3"
    );
    let rows = sqlx::query(&sql)
        .bind(log_id)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(executor)
        .await?;
    let events = recorded(&rows)?;
    contiguous(after, events.iter().map(|event| event.position))?;
    Ok(events)
}

/// [`Feed::head`] on a connection of the caller.
///
/// # Errors
/// As [`Feed::head`].
pub async fn head<'c>(
    executor: impl Executor<'c, Database = Postgres>,
    log_id: i16,
) -> Result<LogHead, ReadError> {
    let row = sqlx::query(
        "select install_id, position, batch_no, batch_hash, last_recorded_at \
         from log_heads where log_id = $1",
    )
    .bind(log_id)
    .fetch_optional(executor)
    .await?
    .ok_or(ReadError::NoLog { log_id })?;
    Ok(LogHead {
        log_id,
        install_id: row.try_get(0)?,
        position: row.try_get(1)?,
        batch_no: row.try_get(2)?,
        batch_hash: row.try_get(3)?,
        recorded_at: row.try_get(4)?,
    })
}

fn recorded(rows: &[PgRow]) -> Result<Vec<Recorded>, ReadError> {
    Ok(rows.iter().map(Recorded::from_row).collect::<Result<_, _>>()?)
}

fn contiguous(after: i64, numbers: impl Iterator<Item = i64>) -> Result<(), ReadError> {
    let mut last = after;
    for number in numbers {
        let expected = last.saturating_add(1);
        if number != expected {
            return Err(ReadError::Gap { expected, found: Some(number) });
        }
        last = number;
    }
    Ok(())
}

/// Publishes the head's position until it is aborted; a fault is published and then tried again.
async fn watch_head(pool: PgPool, log_id: i16, poll: Duration, seen: watch::Sender<Seen>) {
    loop {
        let Err(fault) = listen(&pool, log_id, poll, &seen).await;
        tracing::warn!(log_id, error = %fault, "listening for new events failed; trying again");
        let fault: Arc<str> = describe(&fault).into();
        seen.send_modify(|now| now.fault = Some(fault));
        tokio::time::sleep(poll).await;
    }
}

async fn listen(
    pool: &PgPool,
    log_id: i16,
    poll: Duration,
    seen: &watch::Sender<Seen>,
) -> Result<std::convert::Infallible, ReadError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let position = head(&mut listener, log_id).await?.position;
        seen.send_if_modified(|now| {
            let news = now.position != position || now.fault.is_some();
            *now = Seen { position, fault: None };
            news
        });
        // the head is read after each wake-up, whatever woke us: many notifications, one look
        if let Ok(woken) = tokio::time::timeout(poll, listener.try_recv()).await {
            woken?;
            while listener.next_buffered().is_some() {}
        }
    }
}

fn describe(error: &ReadError) -> String {
    match error {
        ReadError::Database(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

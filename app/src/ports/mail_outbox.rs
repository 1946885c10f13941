//! Port: mail that waits to be sent.
//!
//! Contract: what was put is handed out until it is done, to one taker at a time; a taker that dies
//! gives it back by the time it named.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreFailure;

/// One that waits.
#[derive(Clone)]
pub struct QueuedMail {
    /// Its id.
    pub id: Uuid,
    /// What it is, sealed.
    pub sealed: Vec<u8>,
    /// How often it was handed out, this time included.
    pub attempts: u32,
}

/// What waits.
#[async_trait]
pub trait MailOutbox: Send + Sync {
    /// Queues one; nothing if its id is queued already.
    async fn put(&self, id: Uuid, sealed: &[u8], now: DateTime<Utc>) -> Result<(), StoreFailure>;

    /// Hands out what is due, at most `limit`, and not again before `until`.
    async fn take(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<QueuedMail>, StoreFailure>;

    /// It is done; others take its place at once, or nothing.
    async fn done(
        &self,
        id: Uuid,
        next: &[(Uuid, Vec<u8>)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure>;

    /// Hands it out again, not before `at`.
    async fn postpone(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreFailure>;

    /// Hands it out no more; it stays to be looked at.
    async fn give_up(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreFailure>;

    /// Deletes what was given up before `before`.
    async fn sweep(&self, before: DateTime<Utc>) -> Result<u64, StoreFailure>;
}

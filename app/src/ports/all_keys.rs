//! Port: the key table as a whole, every seller's, for whoever runs the program: rotation, backup,
//! restore, a count.
//!
//! Contract: pages follow the order of tenant, subject and purpose; nothing here brings back a key
//! that was destroyed, or replaces one that lives.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{KeyRef, StoreFailure, StoredKey};

/// A data key that was wrapped anew.
#[derive(Clone, Debug)]
pub struct Rewrapped {
    /// Which.
    pub of: KeyRef,
    /// As it lay there; if it changed since, nothing happens.
    pub before: Vec<u8>,
    /// As it lies there from now on.
    pub after: Vec<u8>,
    /// The key-encryption key that wrapped it.
    pub kek_id: String,
}

/// A row of the key table with its times.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// The key; without one it was destroyed.
    pub key: StoredKey,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was destroyed.
    pub destroyed_at: Option<DateTime<Utc>>,
}

/// Living keys under one key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysUnder {
    /// The key-encryption key.
    pub kek_id: String,
    /// How many data keys it wraps.
    pub keys: u64,
}

/// What a restore did with a page of a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoredKeys {
    /// Keys that are there again.
    pub restored: u64,
    /// Keys that were destroyed, because the backup or the log knows they were.
    pub destroyed: u64,
}

/// The whole key table.
#[async_trait]
pub trait AllKeys: Send + Sync {
    /// Living keys that lie under another key-encryption key than this one.
    async fn not_under(
        &self,
        kek_id: &str,
        after: Option<KeyRef>,
        limit: u32,
    ) -> Result<Vec<StoredKey>, StoreFailure>;

    /// Replaces wrapped keys that did not change since; answers how many.
    async fn rewrap(&self, anew: &[Rewrapped]) -> Result<u64, StoreFailure>;

    /// How many living keys lie under which key-encryption key, by its id; and how many were
    /// destroyed.
    async fn count(&self) -> Result<(Vec<KeysUnder>, u64), StoreFailure>;

    /// Rows of the table, the destroyed ones too.
    async fn page(&self, after: Option<KeyRef>, limit: u32)
    -> Result<Vec<KeyRecord>, StoreFailure>;

    /// Keys whose end the log tells: of erased clients, and those whose retention ended.
    async fn ended_by_log(&self) -> Result<Vec<KeyRef>, StoreFailure>;

    /// Puts rows of a backup where none are. Where the backup knows a key as destroyed, a living
    /// one is destroyed.
    async fn restore(&self, rows: &[KeyRecord]) -> Result<RestoredKeys, StoreFailure>;
}

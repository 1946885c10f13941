//! Unwrapped data keys, kept a short while so that a page of clients costs one look-up.
//!
//! Guarantees: bounded in number; an entry is trusted for `TRUST`, so that an erasure on another
//! node takes effect here within that time even if its event is never seen; `forget` drops a
//! subject at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::data_key::DataKey;
use crate::ports::{KeyRef, SubjectRef};

/// How long a cached key is used without asking the store again.
const TRUST: Duration = Duration::from_secs(30);

/// A key as the cache knows it.
#[derive(Clone)]
pub(super) struct CachedKey {
    pub(super) key: Arc<DataKey>,
    pub(super) retain_until: Option<NaiveDate>,
}

pub(super) struct KeyCache {
    entries: Mutex<HashMap<KeyRef, (CachedKey, Instant)>>,
    limit: usize,
}

impl KeyCache {
    pub(super) fn new(limit: usize) -> Self {
        Self { entries: Mutex::new(HashMap::new()), limit }
    }

    pub(super) fn get(&self, of: &KeyRef) -> Option<CachedKey> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(of).filter(|(_, since)| since.elapsed() < TRUST).map(|(key, _)| key.clone())
    }

    /// Keeps keys; when full, what is no longer trusted goes first, and failing that everything.
    pub(super) fn put(&self, keys: impl IntoIterator<Item = (KeyRef, CachedKey)>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        for (of, key) in keys {
            if entries.len() >= self.limit && !entries.contains_key(&of) {
                entries.retain(|_, (_, since)| since.elapsed() < TRUST);
                if entries.len() >= self.limit {
                    entries.clear();
                }
            }
            entries.insert(of, (key, now));
        }
    }

    pub(super) fn forget(&self, subject: &SubjectRef) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|of, _| of.tenant != subject.tenant || of.subject != subject.subject);
    }
}

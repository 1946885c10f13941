//! Folded states that are kept between batches, bounded in bytes.
//!
//! A state in here is a hint: it is used only if its version equals the one read under the head
//! lock. That alone would not be safe. A batch makes new states before its COMMIT; if that COMMIT
//! fails and another process then appends other events, a stream can reach the same version with
//! another history. So states of an open batch are **staged** beside the cache, under the batch's
//! hash, and become part of it only on proof that the batch is in the log:
//!
//! - its COMMIT was acknowledged, or
//! - whoever locks the head next finds that very hash in it. Any other hash drops them: either the
//!   batch was not committed, or someone appended since, and then reading the tail costs little.
//!
//! At most one batch of a process can be staged, because the head lock is held from before the
//! staging until the COMMIT has ended, and the next holder settles first. A head that goes
//! backwards (a restored database) empties the cache; whoever sees it first drops what it took out
//! before, too.
//!
//! Eviction is CLOCK: a state that was used since the hand last passed gets another round.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::batch::Head;
use crate::canonical::Hash;
use crate::state::AnyState;
use crate::stream::StreamKey;

/// A stream's version and state.
pub(crate) type Versioned = (i64, Arc<dyn AnyState>);

/// What an entry costs beside its state: key, slot, place in the ring.
const ENTRY_BYTES: usize = 192;

/// The cache; shared by all writers and readers of a store.
pub(crate) struct Cache {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    slots: HashMap<StreamKey, Slot>,
    ring: VecDeque<StreamKey>,
    bytes: usize,
    staged: Option<Staged>,
    /// The last head that was seen under the lock.
    seen: Option<(i64, Hash)>,
}

struct Slot {
    version: i64,
    state: Arc<dyn AnyState>,
    bytes: usize,
    used: bool,
}

struct Staged {
    batch_hash: Hash,
    states: Vec<(StreamKey, Versioned)>,
}

impl Cache {
    /// An empty cache that keeps at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, inner: Mutex::default() }
    }

    /// What is kept of each stream.
    pub(crate) fn get<'k>(
        &self,
        streams: impl Iterator<Item = &'k StreamKey>,
    ) -> Vec<Option<Versioned>> {
        let mut inner = self.lock();
        let mut look = |stream: &StreamKey| {
            let slot = inner.slots.get_mut(stream)?;
            slot.used = true;
            Some((slot.version, Arc::clone(&slot.state)))
        };
        streams.map(&mut look).collect()
    }

    /// Keeps committed states. An older version never replaces a newer one.
    pub(crate) fn put(&self, states: Vec<(StreamKey, Versioned)>) {
        let mut inner = self.lock();
        for (stream, (version, state)) in states {
            inner.put(stream, version, state);
        }
        inner.shrink(self.limit);
    }

    /// Replaces what is kept of streams that turned out to be ahead of the log.
    pub(crate) fn forget<'k>(&self, streams: impl Iterator<Item = &'k StreamKey>) {
        let mut inner = self.lock();
        for stream in streams {
            inner.remove(stream);
        }
        let Inner { slots, ring, .. } = &mut *inner;
        ring.retain(|stream| slots.contains_key(stream));
    }

    /// Puts the states of a batch aside that is about to be committed. Call under the head lock.
    pub(crate) fn stage(&self, batch_hash: Hash, states: Vec<(StreamKey, Versioned)>) {
        self.lock().staged = Some(Staged { batch_hash, states });
    }

    /// The COMMIT of the batch was acknowledged.
    pub(crate) fn committed(&self, batch_hash: &Hash) {
        let mut inner = self.lock();
        if inner.staged.as_ref().is_some_and(|staged| staged.batch_hash == *batch_hash) {
            inner.promote();
            inner.shrink(self.limit);
        }
    }

    /// Whether a head can follow the one that was seen last. One that cannot empties the cache:
    /// whatever was read from it before belongs to another history.
    pub(crate) fn continues(&self, head: &Head) -> bool {
        self.lock().continues(head)
    }

    /// The head was locked and stands here: what is staged is proved or dropped. Answers as
    /// [`Cache::continues`].
    pub(crate) fn settle(&self, head: &Head) -> bool {
        let mut inner = self.lock();
        let continues = inner.continues(head);
        inner.seen = Some((head.batch_no, head.batch_hash));
        if inner.staged.as_ref().is_some_and(|staged| staged.batch_hash == head.batch_hash) {
            inner.promote();
            inner.shrink(self.limit);
        }
        inner.staged = None;
        continues
    }

    /// Bytes that are kept now, by the states' own account.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn continues(&mut self, head: &Head) -> bool {
        let backwards = self.seen.is_some_and(|(batch_no, batch_hash)| {
            head.batch_no < batch_no || (head.batch_no == batch_no && head.batch_hash != batch_hash)
        });
        if backwards {
            *self = Self::default();
        }
        !backwards
    }

    fn promote(&mut self) {
        let states = self.staged.take().map(|staged| staged.states).unwrap_or_default();
        for (stream, (version, state)) in states {
            self.put(stream, version, state);
        }
    }

    fn put(&mut self, stream: StreamKey, version: i64, state: Arc<dyn AnyState>) {
        let bytes = state.weight().saturating_add(ENTRY_BYTES);
        match self.slots.get_mut(&stream) {
            Some(slot) if slot.version >= version => {}
            Some(slot) => {
                self.bytes = self.bytes.saturating_sub(slot.bytes).saturating_add(bytes);
                *slot = Slot { version, state, bytes, used: true };
            }
            None => {
                self.bytes = self.bytes.saturating_add(bytes);
                self.slots.insert(stream, Slot { version, state, bytes, used: false });
                self.ring.push_back(stream);
            }
        }
    }

    fn remove(&mut self, stream: &StreamKey) {
        if let Some(slot) = self.slots.remove(stream) {
            self.bytes = self.bytes.saturating_sub(slot.bytes);
        }
    }

    fn shrink(&mut self, limit: usize) {
        while self.bytes > limit {
            let Some(stream) = self.ring.pop_front() else { return };
            match self.slots.get_mut(&stream) {
                Some(slot) if slot.used => {
                    slot.used = false;
                    self.ring.push_back(stream);
                }
                _ => self.remove(&stream),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    struct Heavy(usize);

    impl AnyState for Heavy {
        fn clone_box(&self) -> Box<dyn AnyState> {
            Box::new(Self(self.0))
        }

        fn weight(&self) -> usize {
            self.0
        }
    }

    fn stream(id: u128) -> StreamKey {
        StreamKey { tenant: Uuid::nil(), kind: "jar", id: Uuid::from_u128(id) }
    }

    fn state(id: u128, version: i64, bytes: usize) -> (StreamKey, Versioned) {
        (stream(id), (version, Arc::new(Heavy(bytes))))
    }

    fn head(batch_no: i64, batch_hash: Hash) -> Head {
        let last_recorded_at = DateTime::UNIX_EPOCH;
        Head { log_id: 1, position: 0, batch_no, batch_hash, last_recorded_at }
    }

    fn version(cache: &Cache, id: u128) -> Option<i64> {
        cache.get([stream(id)].iter())[0].as_ref().map(|(version, _)| *version)
    }

    #[test]
    fn the_cache_stays_within_its_bytes_and_keeps_what_is_used() {
        let cache = Cache::new(20 * (100 + ENTRY_BYTES));
        for id in 0..1000 {
            cache.put(vec![state(id, 1, 100)]);
            assert_eq!(version(&cache, 0), Some(1), "used all the time, dropped after {id}");
            assert!(cache.bytes() <= 20 * (100 + ENTRY_BYTES));
        }
        cache.put(vec![state(5000, 1, usize::MAX)]);
        assert_eq!(cache.bytes(), 0, "a state above the limit is not kept");
    }

    #[test]
    fn staged_states_count_only_once_the_head_proves_their_batch() {
        let cache = Cache::new(1 << 20);
        cache.stage([1; 32], vec![state(1, 1, 8)]);
        assert_eq!(version(&cache, 1), None);
        cache.settle(&head(1, [9; 32]));
        assert_eq!(version(&cache, 1), None, "another batch stands at the head");
        cache.committed(&[1; 32]);
        assert_eq!(version(&cache, 1), None, "dropped for good");
        cache.stage([2; 32], vec![state(1, 1, 8)]);
        cache.settle(&head(2, [2; 32]));
        assert_eq!(version(&cache, 1), Some(1));
        cache.stage([3; 32], vec![state(1, 2, 8)]);
        cache.committed(&[2; 32]);
        assert_eq!(version(&cache, 1), Some(1), "an older acknowledgement proves nothing");
        cache.committed(&[3; 32]);
        assert_eq!(version(&cache, 1), Some(2));
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let cache = Cache::new(1 << 20);
        cache.put(vec![state(1, 5, 8)]);
        cache.put(vec![state(1, 4, 8)]);
        assert_eq!(version(&cache, 1), Some(5));
        cache.forget([stream(1)].iter());
        assert_eq!((version(&cache, 1), cache.bytes()), (None, 0));
    }

    #[test]
    fn a_head_that_goes_backwards_empties_the_cache() {
        let cache = Cache::new(1 << 20);
        for (before, after) in
            [(head(7, [7; 32]), head(3, [3; 32])), (head(7, [7; 32]), head(7, [8; 32]))]
        {
            cache.settle(&before);
            cache.put(vec![state(1, 5, 8)]);
            assert!(!cache.continues(&after), "what was taken out before is no use either");
            assert_eq!(version(&cache, 1), None);
            cache.settle(&before);
            cache.put(vec![state(1, 5, 8)]);
            assert!(!cache.settle(&after));
            assert_eq!(version(&cache, 1), None);
            cache.settle(&head(6, [6; 32]));
            cache.settle(&head(6, [6; 32]));
        }
    }
}

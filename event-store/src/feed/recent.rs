//! The newest events of the log in memory, for all who follow it in this process.
//!
//! Guarantees: an event is read from the database once, however many followers come past it one
//! after another; what is kept is contiguous and bounded in bytes. Absent on purpose: keeping what
//! a straggler asks for; who is behind the kept events reads the database itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgPool;

use super::{ReadError, page};
use crate::recorded::Recorded;

/// Bytes of events that are kept at most.
const ROOM: usize = 8 << 20;

/// What an event takes beside its texts, in bytes.
const HEADER: usize = size_of::<Recorded>() + 128;

/// The newest events that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Recent {
    kept: Mutex<Kept>,
    /// Held while the database is asked, so that the others find what one of them reads.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
}

/// What memory knows of the events after a position.
enum Known {
    /// They begin with these.
    Events(Vec<Arc<Recorded>>),
    /// They come right after the newest kept event, or nothing is kept.
    Next,
    /// They are older, or so much newer that what is kept does not lead to them.
    Elsewhere,
}

impl Recent {
    /// As [`super::Feed::page`].
    pub(super) async fn page(
        &self,
        pool: &PgPool,
        log_id: i16,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        if let Known::Events(events) = self.known(after, limit) {
            return Ok(events);
        }
        let alone = self.reading.lock().await;
        let keep = match self.known(after, limit) {
            Known::Events(events) => return Ok(events),
            Known::Next => true,
            Known::Elsewhere => self.is_newer(after),
        };
        // nobody waits for what a straggler reads
        let _alone = keep.then_some(alone);
        let events = page(pool, log_id, after, limit).await?;
        let events: Vec<Arc<Recorded>> = events.into_iter().map(Arc::new).collect();
        if keep {
            self.keep(&events);
        }
        Ok(events)
    }

    fn known(&self, after: i64, limit: u32) -> Known {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(first), Some(last)) = (kept.events.front(), kept.events.back()) else {
            return Known::Next;
        };
        if after == last.position {
            return Known::Next;
        }
        let skipped = after.saturating_add(1).saturating_sub(first.position);
        match usize::try_from(skipped) {
            Ok(skipped) if skipped < kept.events.len() => {
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                Known::Events(kept.events.iter().skip(skipped).take(limit).cloned().collect())
            }
            _ => Known::Elsewhere,
        }
    }

    fn is_newer(&self, after: i64) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.events.back().is_none_or(|last| after > last.position)
    }

    fn keep(&self, events: &[Arc<Recorded>]) {
        let Some(first) = events.first() else { return };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.events.back().is_some_and(|last| last.position.saturating_add(1) != first.position)
        {
            *kept = Kept::default();
        }
        for event in events {
            kept.bytes += bytes(event);
            kept.events.push_back(Arc::clone(event));
        }
        while kept.bytes > ROOM {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.bytes = kept.bytes.saturating_sub(bytes(&oldest));
        }
    }
}

fn bytes(event: &Recorded) -> usize {
    HEADER + event.payload.len() + event.metadata.len()
}

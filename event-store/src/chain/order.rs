//! Sequences of streams: each event follows the one before it in its stream, and the table of
//! streams says where each stream ends.

use std::collections::HashMap;

use uuid::Uuid;

use super::report::{Check, Tally};
use super::rows::StreamRow;
use crate::recorded::RecordedRef;

/// The ends of all streams met so far.
#[derive(Debug, Default)]
pub(super) struct Streams {
    kinds: Vec<Box<str>>,
    ends: HashMap<(Uuid, u32, Uuid), End>,
}

#[derive(Debug, Clone, Copy, Default)]
struct End {
    sequence: i64,
    position: i64,
}

impl Streams {
    pub(super) fn event(&mut self, event: &RecordedRef<'_>, tally: &mut Tally) {
        tally.count(Check::Streams, 1);
        let kind = self.kind(event.aggregate_type);
        let end = self.ends.entry((event.tenant_id, kind, event.aggregate_id)).or_default();
        let due = end.sequence.saturating_add(1);
        if event.sequence != due {
            let what = format!(
                "sequence {} of {} {}, where {due} was due",
                event.sequence, event.aggregate_type, event.aggregate_id
            );
            tally.find(Check::Streams, Some(event.position), None, what);
        }
        *end = End { sequence: event.sequence, position: event.position };
    }

    /// Compares one row of the table; `alone` if no other log can own it.
    pub(super) fn row(&mut self, row: &StreamRow<'_>, alone: bool, tally: &mut Tally) {
        tally.count(Check::Streams, 1);
        let kind = self.kind(row.aggregate_type);
        let name = format!("{} {} of tenant", row.aggregate_type, row.aggregate_id);
        let stored = (row.last_sequence, row.last_position);
        match self.ends.remove(&(row.tenant_id, kind, row.aggregate_id)) {
            Some(end) if (end.sequence, end.position) == stored => {}
            Some(end) => {
                let what = format!(
                    "{name} {} ends at sequence {} and position {}; streams says {} and {}",
                    row.tenant_id, end.sequence, end.position, stored.0, stored.1
                );
                tally.find(Check::Streams, Some(end.position), None, what);
            }
            None if alone => {
                let what = format!("{name} {} is in streams and has no event", row.tenant_id);
                tally.find(Check::Streams, Some(row.last_position), None, what);
            }
            None => {}
        }
    }

    /// Reports streams that no row was seen for.
    pub(super) fn finish(self, tally: &mut Tally) {
        let mut left: Vec<_> = self.ends.into_iter().collect();
        left.sort_unstable_by_key(|(_, end)| end.position);
        for ((tenant, kind, id), end) in left {
            let kind = usize::try_from(kind).ok().and_then(|kind| self.kinds.get(kind));
            let kind = kind.map_or("", |kind| kind);
            let what = format!("{kind} {id} of tenant {tenant} is missing in streams");
            tally.find(Check::Streams, Some(end.position), None, what);
        }
    }

    /// Kinds are few and long; their number is short.
    fn kind(&mut self, name: &str) -> u32 {
        let known = self.kinds.iter().position(|kind| **kind == *name);
        let index = known.unwrap_or_else(|| {
            self.kinds.push(name.into());
            self.kinds.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

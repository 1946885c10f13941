//! A run of batches whose events and receipts are at hand together: leaves, roots, and receipts
//! against the events they name.

use uuid::Uuid;

use super::report::{Check, Tally};
use super::rows::{BatchRow, ReceiptRow};
use crate::canonical::{Hash, Leaves, sort_receipt_leaves};
use crate::merkle;
use crate::recorded::RecordedRef;

/// Batches that wait for their events and receipts.
#[derive(Debug, Default)]
pub(super) struct Window {
    batches: Vec<Open>,
    /// In order of position.
    events: Vec<EventLeaf>,
    leaves: Leaves,
}

#[derive(Debug)]
struct Open {
    row: BatchRow,
    receipts: Vec<ReceiptLeaf>,
    /// Events that the receipts name.
    named: i64,
}

#[derive(Debug, Clone, Copy)]
struct EventLeaf {
    position: i64,
    tenant: Uuid,
    command: Uuid,
    derived: Hash,
    stored: Hash,
}

#[derive(Debug, Clone, Copy)]
struct ReceiptLeaf {
    derived: Hash,
    stored: Hash,
}

impl Window {
    pub(super) fn open(&mut self, row: &BatchRow) {
        self.batches.push(Open { row: *row, receipts: Vec::new(), named: 0 });
    }

    pub(super) fn event(&mut self, event: &RecordedRef<'_>) {
        let derived = self.leaves.event(event);
        self.events.push(EventLeaf {
            position: event.position,
            tenant: event.tenant_id,
            command: event.command_id,
            derived,
            stored: event.leaf_hash,
        });
    }

    /// Takes the place of an event whose columns cannot be read.
    pub(super) fn unreadable(&mut self, position: i64) {
        let (tenant, command, none) = (Uuid::nil(), Uuid::nil(), [0; 32]);
        self.events.push(EventLeaf { position, tenant, command, derived: none, stored: none });
    }

    pub(super) fn receipt(&mut self, row: &ReceiptRow<'_>, tally: &mut Tally) {
        tally.count(Check::ReceiptLeaves, 1);
        let derived = self.leaves.receipt(&row.receipt);
        let batch_no = row.receipt.batch_no;
        let found = self.batches.binary_search_by_key(&batch_no, |open| open.row.header.batch_no);
        let Some(open) = found.ok().and_then(|index| self.batches.get_mut(index)) else {
            let what = format!("receipt {:?} names a batch that does not exist", row.receipt.key);
            tally.find(Check::ReceiptLeaves, row.receipt.first_position, Some(batch_no), what);
            return;
        };
        open.receipts.push(ReceiptLeaf { derived, stored: row.leaf_hash });
        if derived != row.leaf_hash {
            let what =
                format!("a column of receipt {:?} or its leaf_hash was changed", row.receipt.key);
            tally.find(Check::ReceiptLeaves, row.receipt.first_position, Some(batch_no), what);
        }
        tally.count(Check::Receipts, 1);
        match named_events(row, open, &self.events) {
            Ok(events) => open.named += events,
            Err(what) => {
                let what = format!("receipt {:?} {what}", row.receipt.key);
                tally.find(Check::Receipts, row.receipt.first_position, Some(batch_no), what);
            }
        }
    }

    /// Compares the roots of all open batches and closes them.
    pub(super) fn settle(&mut self, tally: &mut Tally) {
        let mut rest = self.events.as_slice();
        for open in &mut self.batches {
            let header = &open.row.header;
            let (before, here) =
                rest.split_at(rest.partition_point(|event| event.position < header.first_position));
            stray(before, tally);
            let (events, after) =
                here.split_at(here.partition_point(|event| event.position <= header.last_position));
            rest = after;
            settle_events(open, events, tally);
            settle_receipts(open, tally);
        }
        stray(rest, tally);
        self.batches.clear();
        self.events.clear();
    }
}

/// How many events a receipt names, or what is wrong with them.
fn named_events(row: &ReceiptRow<'_>, open: &Open, events: &[EventLeaf]) -> Result<i64, String> {
    let receipt = &row.receipt;
    let (first, last) = match (receipt.first_position, receipt.last_position) {
        (None, None) => return Ok(0),
        (Some(first), Some(last)) if first <= last => (first, last),
        _ => return Err("names no range of positions".to_owned()),
    };
    if receipt.outcome != 0 {
        return Err("is a refusal and names events".to_owned());
    }
    let header = &open.row.header;
    if first < header.first_position || last > header.last_position {
        return Err(format!("names positions {first} to {last}, which its batch does not hold"));
    }
    let from = events.partition_point(|event| event.position < first);
    let named = events.get(from..).unwrap_or_default();
    let named = named.get(..named.partition_point(|event| event.position <= last));
    let foreign = named
        .unwrap_or_default()
        .iter()
        .find(|event| event.command != receipt.command_id || event.tenant != receipt.tenant_id);
    match foreign {
        Some(event) => Err(format!("names position {} of another command", event.position)),
        None => Ok(last - first + 1),
    }
}

fn settle_events(open: &Open, events: &[EventLeaf], tally: &mut Tally) {
    let header = &open.row.header;
    let batch = Some(header.batch_no);
    let present = i64::try_from(events.len()).unwrap_or(i64::MAX);
    tally.count(Check::EventLeaves, events.len().try_into().unwrap_or(0));
    tally.count(Check::EventsRoots, 1);
    if open.named != present {
        let what = format!("receipts name {} events, the batch holds {present}", open.named);
        tally.find(Check::Receipts, Some(header.first_position), batch, what);
    }
    let changed: Vec<_> = events.iter().filter(|event| event.derived != event.stored).collect();
    let as_derived = root(events.iter().map(|event| event.derived));
    let as_stored = match changed.is_empty() {
        true => as_derived,
        false => root(events.iter().map(|event| event.stored)),
    };
    let what = if as_derived == header.events_root {
        "leaf_hash was changed; the other columns are as they were hashed"
    } else if as_stored == header.events_root {
        "a column of the event was changed; leaf_hash is as it was"
    } else {
        "a column of the event was changed"
    };
    for event in &changed {
        tally.find(Check::EventLeaves, Some(event.position), batch, what);
    }
    if as_derived != header.events_root && (as_stored != header.events_root || changed.is_empty()) {
        let what = "events_root does not fit the events of the batch";
        tally.find(Check::EventsRoots, Some(header.first_position), batch, what);
    }
}

fn settle_receipts(open: &mut Open, tally: &mut Tally) {
    tally.count(Check::ReceiptsRoots, 1);
    let header = open.row.header;
    let mut derived: Vec<Hash> = open.receipts.iter().map(|leaf| leaf.derived).collect();
    let mut stored: Vec<Hash> = open.receipts.iter().map(|leaf| leaf.stored).collect();
    let unchanged = derived == stored;
    sort_receipt_leaves(&mut derived);
    if merkle::root(&derived) == header.receipts_root {
        return;
    }
    sort_receipt_leaves(&mut stored);
    if unchanged || merkle::root(&stored) != header.receipts_root {
        let what = "receipts_root does not fit the receipts of the batch: one was changed, \
                    removed, added or moved";
        let position = Some(header.first_position);
        tally.find(Check::ReceiptsRoots, position, Some(header.batch_no), what);
    }
}

/// Reports events that lie in no batch: the first of each run.
fn stray(events: &[EventLeaf], tally: &mut Tally) {
    if let Some(first) = events.first() {
        let what = format!("{} events from here on lie in no batch", events.len());
        tally.find(Check::Positions, Some(first.position), None, what);
    }
}

fn root(leaves: impl Iterator<Item = Hash>) -> Hash {
    let mut tree = merkle::Frontier::default();
    leaves.for_each(|leaf| tree.push(leaf));
    tree.root()
}

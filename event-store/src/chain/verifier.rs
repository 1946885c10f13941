//! The verifier: fed row by row, without I/O, it derives everything again.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use super::Rederive;
use super::order::Streams;
use super::report::{Check, Report, Tally};
use super::rows::{BatchRow, ReceiptRow, StreamRow};
use super::window::Window;
use crate::anchor::{Anchor, PublicKeys};
use crate::canonical::{Hash, batch_hash, genesis};
use crate::feed::LogHead;
use crate::recorded::RecordedRef;

/// What to verify beyond the log itself.
#[derive(Default)]
pub struct VerifyOptions {
    /// The keys whose anchors are believed; without any, signatures are not checked.
    pub keys: PublicKeys,
    /// Anchors from outside the database, in any order, of any log.
    pub outside: Vec<Anchor>,
    /// What else to derive from events.
    pub derived: Vec<Box<dyn Rederive>>,
}

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events up to here are checked.
    pub position: i64,
    /// The head.
    pub of: i64,
}

/// Derives a log again from its rows.
///
/// Feed it in this order: all anchors; then, window by window, batches (in order of number),
/// their events (in order of position), their receipts (in any order), [`Verifier::settle`]; rows
/// beyond the last batch in a last window; all streams; [`Verifier::finish`].
pub struct Verifier {
    head: LogHead,
    keys: PublicKeys,
    derived: Vec<Box<dyn Rederive>>,
    progress: Box<dyn FnMut(Progress) + Send>,
    anchors: BTreeMap<i64, Vec<(Anchor, Place)>>,
    /// Anchors from outside that have not been met in the table.
    outside: BTreeMap<(i16, i64, String), Anchor>,
    alone: bool,
    window: Window,
    streams: Streams,
    tally: Tally,
    /// The newest batch.
    last: Last,
    position: i64,
    recorded_at: Option<DateTime<Utc>>,
}

/// Where an anchor was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Table,
    Outside,
}

/// What the next batch must continue.
#[derive(Debug, Clone, Copy)]
struct Last {
    batch_no: i64,
    position: i64,
    hash: Hash,
    recorded_at: Option<DateTime<Utc>>,
    /// The header hashes to something else than its stored hash.
    broken: bool,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("position", &self.position).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier for the log that ends at `head`, which is checked too.
    pub fn new(
        head: LogHead,
        options: VerifyOptions,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Self {
        let start = Last {
            batch_no: 0,
            position: 0,
            hash: genesis(head.install_id, head.log_id),
            recorded_at: None,
            broken: false,
        };
        let mut verifier = Self {
            head,
            keys: options.keys,
            derived: options.derived,
            progress: Box::new(progress),
            anchors: BTreeMap::new(),
            outside: BTreeMap::new(),
            alone: true,
            window: Window::default(),
            streams: Streams::default(),
            tally: Tally::default(),
            last: start,
            position: 0,
            recorded_at: None,
        };
        if verifier.keys.is_empty() {
            verifier.tally.skipped.push("signatures of anchors: no public key was given".into());
        }
        for anchor in options.outside {
            verifier.outside.insert(name(&anchor), anchor.clone());
            verifier.expect(anchor, Place::Outside);
        }
        verifier
    }

    /// Says that the database holds other logs too, which own some of its streams.
    pub fn beside_other_logs(&mut self) {
        self.alone = false;
    }

    /// Says that a table holds rows of a log that does not exist. No chain covers them, and whoever
    /// reads by stream would meet them.
    pub fn stranger(&mut self, table: &str, log_id: i16) {
        let what = format!("{table} holds rows of log {log_id}, which has no head");
        self.tally.find(Check::Positions, None, None, what);
    }

    /// A row of `anchors`, of any log.
    pub fn anchor(&mut self, anchor: Anchor) {
        if self.outside.get(&name(&anchor)) == Some(&anchor) {
            self.outside.remove(&name(&anchor));
        }
        self.expect(anchor, Place::Table);
    }

    /// The next batch.
    pub fn batch(&mut self, row: &BatchRow) {
        self.tally.count(Check::Batches, 1);
        let (header, last) = (&row.header, self.last);
        let at = Some(header.batch_no);
        let first = Some(header.first_position);
        if header.batch_no != last.batch_no.saturating_add(1) {
            let what = format!("batch {} was due; a batch is missing", last.batch_no + 1);
            self.tally.find(Check::Batches, first, at, what);
        } else if header.prev_hash != last.hash {
            let what = match (last.batch_no, last.broken) {
                (0, _) => "prev_hash is not the genesis hash of this installation and log",
                (_, true) => "prev_hash is not the stored hash of the batch before, which is wrong",
                (_, false) => "prev_hash is not the hash of the batch before",
            };
            self.tally.find(Check::Batches, first, at, what);
        }
        if header.first_position != last.position.saturating_add(1)
            || header.last_position < last.position
        {
            let what = format!("first_position or last_position: {} was due", last.position + 1);
            self.tally.find(Check::Batches, first, at, what);
        }
        if last.recorded_at.is_some_and(|before| header.recorded_at < before) {
            self.tally.find(
                Check::Time,
                first,
                at,
                "recorded_at of the batch lies before the last",
            );
        }
        let broken = batch_hash(header) != row.batch_hash;
        if broken {
            let what = "a column of the batch or its batch_hash was changed";
            self.tally.find(Check::Batches, first, at, what);
        }
        self.last = Last {
            batch_no: header.batch_no,
            position: header.last_position,
            hash: row.batch_hash,
            recorded_at: Some(header.recorded_at),
            broken,
        };
        self.window.open(row);
        for (anchor, place) in self.anchors.remove(&header.batch_no).unwrap_or_default() {
            self.compare(&anchor, place, header.last_position, row.batch_hash);
        }
    }

    /// The next event.
    pub fn event(&mut self, event: &RecordedRef<'_>) {
        if !self.next_position(event.position) {
            return;
        }
        self.tally.count(Check::Time, 1);
        if self.recorded_at.is_some_and(|before| event.recorded_at < before) {
            let what = "recorded_at lies before that of the event before";
            self.tally.find(Check::Time, Some(event.position), None, what);
        }
        self.recorded_at = Some(event.recorded_at);
        self.streams.event(event, &mut self.tally);
        self.window.event(event);
        for derived in &mut self.derived {
            derived.event(event);
        }
    }

    /// An event that is there but whose columns cannot be read.
    pub fn unreadable_event(&mut self, position: i64, why: &str) {
        if self.next_position(position) {
            self.tally.find(Check::EventLeaves, Some(position), None, why);
            self.window.unreadable(position);
        }
    }

    /// A receipt of a batch of this window.
    pub fn receipt(&mut self, row: &ReceiptRow<'_>) {
        self.window.receipt(row, &mut self.tally);
    }

    /// Says that all events and receipts of the batches so far have been fed.
    pub fn settle(&mut self) {
        self.window.settle(&mut self.tally);
        (self.progress)(Progress { position: self.position, of: self.head.position });
    }

    /// A row of `streams`, after all events.
    pub fn stream(&mut self, row: &StreamRow<'_>) {
        self.streams.row(row, self.alone, &mut self.tally);
    }

    /// The verdict.
    pub fn finish(mut self) -> Report {
        self.settle();
        self.check_end();
        std::mem::take(&mut self.streams).finish(&mut self.tally);
        for derived in &mut self.derived {
            self.tally.count(Check::Derived, 1);
            derived.finish().into_iter().for_each(|finding| self.tally.add(finding));
        }
        Report {
            log_id: self.head.log_id,
            position: self.head.position,
            batch_no: self.head.batch_no,
            batch_hash: self.head.batch_hash,
            checks: self.tally.counts(),
            findings: self.tally.findings,
            skipped: self.tally.skipped,
        }
    }

    /// Counts a position; false if the event must be left out.
    fn next_position(&mut self, position: i64) -> bool {
        self.tally.count(Check::Positions, 1);
        let due = self.position.saturating_add(1);
        if position < due {
            let what = format!("position {position} comes again, where {due} was due");
            self.tally.find(Check::Positions, Some(position), None, what);
            return false;
        }
        if position > due {
            let what = format!("positions {due} to {} are missing", position - 1);
            self.tally.find(Check::Positions, Some(due), None, what);
        }
        self.position = position;
        true
    }

    fn expect(&mut self, anchor: Anchor, place: Place) {
        self.tally.count(Check::Anchors, 1);
        if !self.keys.is_empty()
            && let Err(error) = self.keys.check(&anchor)
        {
            let what = format!("the {} cannot be believed: {error}", describe(&anchor, place));
            self.tally.find(Check::Anchors, Some(anchor.position), Some(anchor.batch_no), what);
        }
        if anchor.log_id == self.head.log_id {
            self.anchors.entry(anchor.batch_no).or_default().push((anchor, place));
        }
    }

    fn compare(&mut self, anchor: &Anchor, place: Place, position: i64, hash: Hash) {
        if (anchor.position, anchor.batch_hash) == (position, hash) {
            return;
        }
        let what = format!(
            "the {} names another hash or position: the anchor or the log was changed",
            describe(anchor, place)
        );
        self.tally.find(Check::Anchors, Some(anchor.position), Some(anchor.batch_no), what);
    }

    /// The head row against the last batch, and anchors that nothing was found for.
    fn check_end(&mut self) {
        self.tally.count(Check::Head, 1);
        let (head, last) = (self.head, self.last);
        let (position, batch) = (Some(last.position), Some(last.batch_no));
        if (head.position, head.batch_no) != (last.position, last.batch_no) {
            let what = format!(
                "log_heads says batch {} and position {}; the last batch is {} and ends at {}",
                head.batch_no, head.position, last.batch_no, last.position
            );
            self.tally.find(Check::Head, position, batch, what);
        } else if head.batch_hash != last.hash {
            let what = "batch_hash of log_heads is not the hash of the last batch";
            self.tally.find(Check::Head, position, batch, what);
        } else if last.recorded_at.is_some_and(|at| at != head.recorded_at) {
            let what = "last_recorded_at of log_heads is not that of the last batch";
            self.tally.find(Check::Head, position, batch, what);
        }
        if self.position < last.position {
            let what = format!("positions {} to {} are missing", self.position + 1, last.position);
            self.tally.find(Check::Positions, Some(self.position + 1), batch, what);
        }
        let start = genesis(head.install_id, head.log_id);
        for (anchor, place) in self.anchors.remove(&0).unwrap_or_default() {
            self.compare(&anchor, place, 0, start);
        }
        for (anchor, place) in std::mem::take(&mut self.anchors).into_values().flatten() {
            let what = format!(
                "the {} is not in the log: it was cut, or restored from an older copy (a fork)",
                describe(&anchor, place)
            );
            self.tally.find(Check::Anchors, Some(anchor.position), Some(anchor.batch_no), what);
        }
        for anchor in std::mem::take(&mut self.outside).into_values() {
            if anchor.log_id == head.log_id && anchor.batch_no <= last.batch_no {
                let what = format!("the {} is not in the table", describe(&anchor, Place::Outside));
                self.tally.find(Check::Anchors, Some(anchor.position), Some(anchor.batch_no), what);
            }
        }
    }
}

fn name(anchor: &Anchor) -> (i16, i64, String) {
    (anchor.log_id, anchor.batch_no, anchor.key_id.clone())
}

fn describe(anchor: &Anchor, place: Place) -> String {
    let place = match place {
        Place::Table => "anchor in the table",
        Place::Outside => "anchor from outside",
    };
    format!("{place} of batch {}, signed at {}", anchor.batch_no, anchor.signed_at)
}

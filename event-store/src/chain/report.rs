//! What a verification came to.

use serde::Serialize;

use crate::canonical::Hash;
use crate::hex;

/// Findings that are kept; more are only counted.
const KEPT: usize = 1000;

/// One kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Positions follow each other without a gap, and each lies in one batch.
    Positions,
    /// Instants of recording never fall.
    Time,
    /// The leaf of each event is the hash of its columns.
    EventLeaves,
    /// The events root of each batch is that of its leaves.
    EventsRoots,
    /// The leaf of each receipt is the hash of its columns.
    ReceiptLeaves,
    /// The receipts root of each batch is that of its leaves.
    ReceiptsRoots,
    /// Each receipt names the events of its command, and each event has a receipt.
    Receipts,
    /// Batches follow each other, and each hash covers its header and the batch before.
    Batches,
    /// The head row is the last batch.
    Head,
    /// Signed anchors, in the table and from outside, fit the chain.
    Anchors,
    /// Sequences follow each other, and the table of streams says where each ends.
    Streams,
    /// What a `Rederive` derived fits what is stored.
    Derived,
}

impl Check {
    /// Every check, in the order of the report.
    pub const ALL: [Self; 12] = [
        Self::Positions,
        Self::Time,
        Self::EventLeaves,
        Self::EventsRoots,
        Self::ReceiptLeaves,
        Self::ReceiptsRoots,
        Self::Receipts,
        Self::Batches,
        Self::Head,
        Self::Anchors,
        Self::Streams,
        Self::Derived,
    ];

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Positions => "positions",
            Self::Time => "instants of recording",
            Self::EventLeaves => "events",
            Self::EventsRoots => "event roots",
            Self::ReceiptLeaves => "receipts",
            Self::ReceiptsRoots => "receipt roots",
            Self::Receipts => "receipts against events",
            Self::Batches => "batches",
            Self::Head => "head",
            Self::Anchors => "anchors",
            Self::Streams => "streams",
            Self::Derived => "derived tables",
        }
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check that failed.
    pub check: Check,
    /// The first position it concerns, if there is one.
    pub position: Option<i64>,
    /// The batch it concerns, if there is one.
    pub batch: Option<i64>,
    /// Which columns, what was found, what was due.
    pub what: String,
}

/// How often a check was made, and how often it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CheckCount {
    /// The check.
    pub check: Check,
    /// Rows (or places) that were checked.
    pub checked: u64,
    /// Findings.
    pub failed: u64,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The log.
    pub log_id: i16,
    /// Position of its head, as stored.
    pub position: i64,
    /// Its last batch, as stored.
    pub batch_no: i64,
    /// The hash of that batch, as stored; sound or not.
    #[serde(with = "hex::array")]
    pub batch_hash: Hash,
    /// Every check in its order.
    pub checks: Vec<CheckCount>,
    /// The first thousand findings, in the order they were met.
    pub findings: Vec<Finding>,
    /// Checks that could not be made, and why.
    pub skipped: Vec<String>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|count| count.failed == 0)
    }

    /// The finding at the lowest place of the log: where the damage begins.
    pub fn first(&self) -> Option<&Finding> {
        self.findings.iter().min_by_key(|finding| {
            let nowhere = finding.position.is_none() && finding.batch.is_none();
            (nowhere, finding.batch.unwrap_or(i64::MAX), finding.position.unwrap_or(i64::MAX))
        })
    }
}

/// Collects counts and findings.
#[derive(Debug, Default)]
pub(super) struct Tally {
    checked: [u64; Check::ALL.len()],
    failed: [u64; Check::ALL.len()],
    pub(super) findings: Vec<Finding>,
    pub(super) skipped: Vec<String>,
}

impl Tally {
    pub(super) fn count(&mut self, check: Check, times: u64) {
        if let Some(checked) = self.checked.get_mut(slot(check)) {
            *checked += times;
        }
    }

    pub(super) fn find(
        &mut self,
        check: Check,
        position: Option<i64>,
        batch: Option<i64>,
        what: impl Into<String>,
    ) {
        self.add(Finding { check, position, batch, what: what.into() });
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if let Some(failed) = self.failed.get_mut(slot(finding.check)) {
            *failed += 1;
        }
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        }
    }

    pub(super) fn counts(&self) -> Vec<CheckCount> {
        let numbers = self.checked.iter().zip(&self.failed);
        Check::ALL
            .into_iter()
            .zip(numbers)
            .map(|(check, (&checked, &failed))| CheckCount { check, checked, failed })
            .collect()
    }
}

fn slot(check: Check) -> usize {
    Check::ALL.iter().position(|other| *other == check).unwrap_or(0)
}

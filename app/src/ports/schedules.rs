//! Port: what comes next of what sellers have done by themselves, and who does it now.
//!
//! Contract: a job of a seller that is due is given to one process at a time, under a lease with an
//! epoch: only who holds the newest epoch may say how it ended. Leases go by the clock of the
//! database, due times by that of the installation. None of it is history: what a seller chose and
//! what a job did stands in the log.

use std::time::Duration;

use async_trait::async_trait;
use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// What stands for no time at all: a job that is stopped is due then.
pub const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// When a job of a seller comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// The key of the job.
    pub job: String,
    /// The words that its times follow from: cadence and time zone. Other words, other times.
    pub follows: String,
    /// When it is due next; [`NEVER`] if it does not run by itself.
    pub due_at: DateTime<Utc>,
}

/// A job that is due, and belongs to this process until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub tenant: TenantId,
    /// The key of the job.
    pub job: String,
    /// When it was due; a turn that is tried again keeps it.
    pub due_at: DateTime<Utc>,
    /// When it was taken first; what it works through follows from it, also when it is tried again.
    pub taken_at: DateTime<Utc>,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The number of the lease; each one has a higher number.
    pub epoch: i64,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnOutcome {
    /// It did what it had to.
    Done,
    /// It broke off; it is tried again, or waits for its next time.
    Failed,
}

impl TurnOutcome {
    /// The word that is stored and shown to programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What became of a turn, and what comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnEnd {
    /// How it ended.
    pub outcome: TurnOutcome,
    /// What it did, or why not, in a sentence; no personal data.
    pub summary: String,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Tries the same turn again at a time; otherwise the job is due next at `next`.
    pub again_at: Option<DateTime<Utc>>,
    /// When the job is due next.
    pub next: DateTime<Utc>,
}

/// A turn of the past, or one that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTurn {
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// When its last try began.
    pub began_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it ended; nothing while it is under way.
    pub ended_at: Option<DateTime<Utc>>,
    /// How its last try ended.
    pub outcome: Option<TurnOutcome>,
    /// What it did, or why not.
    pub summary: Option<String>,
}

/// How a job of a seller stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The key of the job.
    pub job: String,
    /// When it is looked at next: its next time, or the next try of a turn that broke off.
    pub next_at: DateTime<Utc>,
    /// Whether it is under way.
    pub is_running: bool,
    /// Its newest turn.
    pub last: Option<PastTurn>,
}

/// The times.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Keeps exactly these jobs of a seller as of a version of its settings; what was kept as of a
    /// later one stays. A job whose words are the same keeps its time, and one that is under way
    /// ends before another time counts.
    async fn keep(
        &self,
        tenant: TenantId,
        version: i64,
        jobs: &[Timetable],
    ) -> Result<(), StoreFailure>;

    /// Takes the turn that has been due longest at `now`, of any seller or `only` of a job of one;
    /// nothing if none is.
    async fn take(
        &self,
        process: &str,
        now: DateTime<Utc>,
        lease: Duration,
        only: Option<(TenantId, &str)>,
    ) -> Result<Option<Turn>, StoreFailure>;

    /// Goes on holding a turn; false if somebody else has it by now.
    async fn hold(&self, turn: &Turn, lease: Duration) -> Result<bool, StoreFailure>;

    /// Says how a turn ended; false if somebody else has it by now.
    async fn end(&self, turn: &Turn, end: &TurnEnd) -> Result<bool, StoreFailure>;

    /// How the jobs of a seller stand, by key.
    async fn standings(&self, tenant: TenantId) -> Result<Vec<Standing>, StoreFailure>;

    /// The newest turns of a job, newest first.
    async fn turns(
        &self,
        tenant: TenantId,
        job: &str,
        limit: u32,
    ) -> Result<Vec<PastTurn>, StoreFailure>;

    /// Lets a job be due at `now`; false if it is under way, or nothing of the seller is kept.
    async fn hasten(
        &self,
        tenant: TenantId,
        job: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;
}

//! What came of one try, and what follows for its row.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::row::EffectRow;
use crate::ports::driver::{CallFailure, Why};

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What came of it is recorded.
    Done,
    /// Nobody wants it any more.
    Moot,
    /// The provider works on it; ask again then.
    Later {
        /// In how long.
        after: Duration,
    },
    /// Nothing happened for certain.
    NotSent {
        /// What went wrong.
        why: Why,
        /// How long the provider asks to wait.
        after: Option<Duration>,
    },
    /// It may have happened.
    Unknown {
        /// What went wrong.
        why: Why,
    },
    /// The provider was asked, and it is not there.
    Absent {
        /// Whether that is certain; a provider may be slow to list what it did.
        is_certain: bool,
    },
    /// The settings do not let us in; nothing happened.
    Misconfigured {
        /// What went wrong.
        why: Why,
    },
    /// Our own rules refuse what came of it, or the provider refuses for good what nothing of
    /// ours can record: a person must look.
    Refused {
        /// What went wrong.
        why: Why,
    },
}

impl From<CallFailure> for Outcome {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::NotSent { why, after } => Self::NotSent { why, after },
            CallFailure::Unknown { why } => Self::Unknown { why },
            CallFailure::Misconfigured { why } => Self::Misconfigured { why },
            CallFailure::Rejected { why } => Self::Refused { why },
        }
    }
}

impl Outcome {
    /// The stored word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Moot => "moot",
            Self::Later { .. } => "later",
            Self::NotSent { .. } => "not_sent",
            Self::Unknown { .. } => "unknown",
            Self::Absent { .. } => "absent",
            Self::Misconfigured { .. } => "misconfigured",
            Self::Refused { .. } => "refused",
        }
    }

    /// What went wrong, if anything did.
    #[must_use]
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::NotSent { why, .. }
            | Self::Unknown { why }
            | Self::Misconfigured { why }
            | Self::Refused { why } => Some(why),
            Self::Done | Self::Moot | Self::Later { .. } | Self::Absent { .. } => None,
        }
    }
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is through.
    Done,
    /// Nobody wants it any more.
    Moot,
    /// It is tried again, and holds back those behind it until then.
    Again {
        /// When.
        at: DateTime<Utc>,
        /// Whether the provider is asked instead of told.
        asks: bool,
        /// Under a new key: see [`EffectRow::try_no`].
        anew: bool,
        /// Whether this try counts: one that the settings stopped does not.
        counts: bool,
    },
    /// Its time is to come, and it holds nobody back until then.
    Later {
        /// When.
        at: DateTime<Utc>,
    },
    /// A person must look.
    Dead,
}

/// A try of a row, ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The row as it was claimed: its epoch says whether the claim still holds.
    pub row: EffectRow,
    /// What becomes of it.
    pub next: Next,
    /// The provider's name for it, if the try told it.
    pub reference: Option<String>,
    /// Which process tried.
    pub owner: String,
    /// When the try began.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

/// How a lane fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaneWord {
    /// The provider answered, whatever it decided.
    Answered,
    /// The provider did not answer, or not so that it can be understood.
    Silent {
        /// When the breaker may let one through, if it is to open with this.
        now: DateTime<Utc>,
    },
    /// The provider asks for a pause.
    Slower {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The settings do not let us in: nothing is claimed but one probe now and then.
    Trouble {
        /// What went wrong.
        says: String,
        /// When it may be probed.
        probe_at: DateTime<Utc>,
    },
}

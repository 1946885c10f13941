//! What a decision sees and may do while the head is locked.
//!
//! Guarantees: a decision reads the newest committed facts plus what earlier commands of the same batch
//! appended. What it appends itself is kept apart until it has answered; a refusal drops it whole. A use of
//! the desk against its rules is remembered: the command ends as a bug even if the decision ignores the error.
//! Absent on purpose: any way to reach a stream, series or claim that `Needs` did not name.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::state::AnyState;
use crate::stream::{ClaimKey, StreamKey};

/// The facts under the lock, as one decision may use them.
pub struct Desk<'a> {
    facts: PhantomData<&'a ()>,
}

impl Desk<'_> {
    /// The instant the events of this batch will be recorded at.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    /// The state of a stream; blank if it has no events.
    ///
    /// # Errors
    /// The stream was not named in `Needs`, or its kind folds into another type.
    pub fn state<S: AnyState>(&self, stream: &StreamKey) -> Result<&S, DeskError> {
        Err(DeskError::StreamNotNeeded { stream: *stream })
    }

    /// How many events the stream has, those of this decision included; 0 if none.
    ///
    /// # Errors
    /// The stream was not named in `Needs`.
    pub fn version(&self, stream: &StreamKey) -> Result<i64, DeskError> {
        Err(DeskError::StreamNotNeeded { stream: *stream })
    }

    /// The last number of a series and the date it was taken for; nothing if none was taken yet.
    ///
    /// # Errors
    /// The series was not named in `Needs`.
    pub fn counter(&self, series: &str) -> Result<Option<(u64, NaiveDate)>, DeskError> {
        Err(DeskError::SeriesNotNeeded { series: series.to_owned() })
    }

    /// The stream that holds a claim; nothing if it is free.
    ///
    /// # Errors
    /// The claim was not named in `Needs`.
    pub fn holder(&self, claim: &ClaimKey) -> Result<Option<StreamKey>, DeskError> {
        Err(DeskError::ClaimNotNeeded { claim: claim.clone() })
    }

    /// Appends one event and applies it to the stream's state. Returns the event's sequence.
    ///
    /// # Errors
    /// A stream, series or claim that `Needs` did not name; a claim another stream holds; a number out of
    /// order. Nothing is appended then, and the command ends as a bug.
    pub fn append<S: AnyState>(
        &mut self,
        stream: &StreamKey,
        _draft: Draft,
        _apply: impl FnOnce(&mut S),
    ) -> Result<i64, DeskError> {
        Err(DeskError::StreamNotNeeded { stream: *stream })
    }
}

/// An event before it has a place in the log.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What happened, such as `invoice.issued`.
    pub event_type: Cow<'static, str>,
    /// Version of the payload's schema, such as `1`.
    pub event_version: Cow<'static, str>,
    /// The event as JSON.
    pub payload: String,
    /// When it holds in business time; cut to microseconds.
    pub effective_at: DateTime<Utc>,
    /// Claims the stream holds from now on. Taking one it already holds changes nothing.
    pub takes: Vec<ClaimKey>,
    /// Claims the stream gives up; it must hold them.
    pub releases: Vec<ClaimKey>,
    /// Numbers the event takes from series.
    pub numbers: Vec<TakenNumber>,
}

impl Draft {
    /// An event that takes nothing.
    pub fn new(
        event_type: impl Into<Cow<'static, str>>,
        event_version: impl Into<Cow<'static, str>>,
        payload: String,
        effective_at: DateTime<Utc>,
    ) -> Self {
        Self {
            event_type: event_type.into(),
            event_version: event_version.into(),
            payload,
            effective_at,
            takes: Vec::new(),
            releases: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

/// A number taken from a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenNumber {
    /// The series, such as `invoice/2026`.
    pub series: String,
    /// The number. In a series that was used before it must be the last one plus one, else at least 1.
    pub number: u64,
    /// The document's date.
    pub date: NaiveDate,
    /// The document got its number elsewhere and keeps it: any number from 1 is taken as it is, and the
    /// series goes on after the highest.
    pub imported: bool,
}

/// A use of the desk that its rules forbid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeskError {
    /// `Needs` did not name the stream.
    #[error("{stream} was not named in needs")]
    StreamNotNeeded {
        /// The stream.
        stream: StreamKey,
    },
    /// `Needs` did not name the series.
    #[error("series {series:?} was not named in needs")]
    SeriesNotNeeded {
        /// The series.
        series: String,
    },
    /// `Needs` did not name the claim.
    #[error("{claim} was not named in needs")]
    ClaimNotNeeded {
        /// The claim.
        claim: ClaimKey,
    },
    /// The stream's kind folds into a state of another type.
    #[error("the state of {stream} has another type than asked for")]
    WrongState {
        /// The stream.
        stream: StreamKey,
    },
    /// Another stream holds the claim; look at `holder` before appending.
    #[error("{claim} is held by {holder}")]
    ClaimHeld {
        /// The claim.
        claim: ClaimKey,
        /// Who holds it.
        holder: StreamKey,
    },
    /// The stream gives up what it does not hold.
    #[error("{claim} is not held by {stream}")]
    ClaimNotHeld {
        /// The claim.
        claim: ClaimKey,
        /// Who gave it up.
        stream: StreamKey,
    },
    /// The number is not the next one of its series.
    #[error("number {number} of series {series:?} does not follow {last}")]
    NumberOutOfOrder {
        /// The series.
        series: String,
        /// The number.
        number: u64,
        /// The last number of the series, 0 if none was taken.
        last: u64,
    },
}

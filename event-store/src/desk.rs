//! What a decision sees and may do while the head is locked.
//!
//! Guarantees: a decision reads the newest committed facts plus what earlier commands of the same
//! batch appended. What it appends itself is kept apart until it has answered; a refusal drops it
//! whole. A use of the desk against its rules is remembered: the command ends as a bug even if the
//! decision ignores the error. Absent on purpose: any way to reach a stream, series or claim that
//! `Needs` did not name.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::batch::{Facts, Holder, StreamFact};
use crate::state::AnyState;
use crate::stream::{ClaimKey, StreamKey};
use crate::submission::Needs;

/// The facts as of the head that the events will follow, as one decision may use them.
pub struct Desk<'a> {
    facts: &'a Facts,
    needs: &'a Needs,
    tenant: Uuid,
    recorded_at: DateTime<Utc>,
    staged: Staged,
    /// Streams named as fresh that the decision looked at; each once.
    seen: RefCell<Vec<StreamKey>>,
    fault: OnceCell<DeskError>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        facts: &'a Facts,
        needs: &'a Needs,
        tenant: Uuid,
        recorded_at: DateTime<Utc>,
    ) -> Self {
        let (staged, seen) = (Staged::default(), RefCell::default());
        Self { facts, needs, tenant, recorded_at, staged, seen, fault: OnceCell::new() }
    }

    /// The instant the events of this batch will be recorded at.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.recorded_at
    }

    /// The state of a stream; blank if it has no events.
    ///
    /// # Errors
    /// The stream was not named in `Needs`, or its kind folds into another type.
    pub fn state<S: AnyState>(&self, stream: &StreamKey) -> Result<&S, DeskError> {
        let state: &dyn Any = match self.staged.stream(stream) {
            Some(touched) => &*touched.state,
            None => match &self.fact(stream)?.state {
                Ok(state) => &**state,
                // refused before the decision was asked
                Err(_) => return Err(self.broken(DeskError::WrongState { stream: *stream })),
            },
        };
        state.downcast_ref().ok_or_else(|| self.broken(DeskError::WrongState { stream: *stream }))
    }

    /// How many events the stream has, those of this decision included; 0 if none.
    ///
    /// # Errors
    /// The stream was not named in `Needs`.
    pub fn version(&self, stream: &StreamKey) -> Result<i64, DeskError> {
        match self.staged.stream(stream) {
            Some(touched) => Ok(touched.version),
            None => Ok(self.fact(stream)?.version),
        }
    }

    /// The last number of a series and the date it was taken for; nothing if none was taken yet.
    ///
    /// # Errors
    /// The series was not named in `Needs`.
    pub fn counter(&self, series: &str) -> Result<Option<(u64, NaiveDate)>, DeskError> {
        if !self.needs.series.iter().any(|needed| needed == series) {
            return Err(self.broken(DeskError::SeriesNotNeeded { series: series.to_owned() }));
        }
        Ok(self.staged.counter(series).or_else(|| {
            let stored = self.facts.counters.get(&(self.tenant, series.to_owned()));
            stored.and_then(|counter| counter.last)
        }))
    }

    /// The stream that holds a claim; nothing if it is free.
    ///
    /// # Errors
    /// The claim was not named in `Needs`.
    pub fn holder(&self, claim: &ClaimKey) -> Result<Option<StreamKey>, DeskError> {
        if !self.needs.claims.contains(claim) {
            return Err(self.broken(DeskError::ClaimNotNeeded { claim: claim.clone() }));
        }
        if let Some(holder) = self.staged.holder(claim) {
            return Ok(holder);
        }
        let stored = self.facts.claims.get(&(claim.kept_by(self.tenant), claim.clone()));
        match stored.and_then(|fact| fact.holder.as_ref()) {
            Some(Holder::Stream(stream)) => Ok(Some(*stream)),
            // a holder of an unknown kind was refused before the decision was asked
            Some(Holder::Unknown { .. }) | None => Ok(None),
        }
    }

    /// Appends one event and applies it to the stream's state. Returns the event's sequence.
    ///
    /// # Errors
    /// A stream, series or claim that `Needs` did not name; a claim another stream holds; a number
    /// out of order. Nothing is appended then, and the command ends as a bug.
    pub fn append<S: AnyState>(
        &mut self,
        stream: &StreamKey,
        draft: Draft,
        apply: impl FnOnce(&mut S),
    ) -> Result<i64, DeskError> {
        let claims = self.check_claims(stream, &draft)?;
        let counters = self.check_numbers(&draft)?;
        let sequence = self.version(stream)? + 1;
        let mut state = match self.staged.take_stream(stream) {
            Some(touched) => touched.state,
            None => match &self.fact(stream)?.state {
                Ok(state) => state.clone_box(),
                Err(_) => return Err(self.broken(DeskError::WrongState { stream: *stream })),
            },
        };
        let any: &mut dyn Any = &mut *state;
        let Some(typed) = any.downcast_mut() else {
            return Err(self.broken(DeskError::WrongState { stream: *stream }));
        };
        apply(typed);
        self.staged.touched.push(Touched { stream: *stream, version: sequence, state });
        self.staged.claims.extend(claims);
        self.staged.counters.extend(counters);
        self.staged.events.push(StagedEvent { stream: *stream, sequence, draft });
        Ok(sequence)
    }

    /// The streams named as fresh that the decision looked at, and what was appended; the fault if
    /// the desk was used against its rules.
    pub(crate) fn finish(self) -> (Vec<StreamKey>, Result<Staged, DeskError>) {
        let appended = match self.fault.into_inner() {
            Some(fault) => Err(fault),
            None => Ok(self.staged),
        };
        (self.seen.into_inner(), appended)
    }

    fn fact(&self, stream: &StreamKey) -> Result<&'a StreamFact, DeskError> {
        let needed = self.needs.every_stream().any(|needed| needed == stream);
        if self.needs.fresh.contains(stream) {
            let mut seen = self.seen.borrow_mut();
            if !seen.contains(stream) {
                seen.push(*stream);
            }
        }
        match self.facts.streams.get(stream).filter(|_| needed) {
            Some(fact) => Ok(fact),
            None => Err(self.broken(DeskError::StreamNotNeeded { stream: *stream })),
        }
    }

    fn check_claims(
        &self,
        stream: &StreamKey,
        draft: &Draft,
    ) -> Result<Vec<StagedClaim>, DeskError> {
        let event = self.staged.events.len();
        let mut staged = Vec::with_capacity(draft.releases.len() + draft.takes.len());
        for claim in &draft.releases {
            if self.holder(claim)? != Some(*stream) {
                let (claim, stream) = (claim.clone(), *stream);
                return Err(self.broken(DeskError::ClaimNotHeld { claim, stream }));
            }
            staged.push(StagedClaim { claim: claim.clone(), holder: None, event });
        }
        for claim in &draft.takes {
            match self.holder(claim)? {
                Some(holder) if holder != *stream => {
                    let claim = claim.clone();
                    return Err(self.broken(DeskError::ClaimHeld { claim, holder }));
                }
                Some(_) if !draft.releases.contains(claim) => {}
                _ => {
                    let (claim, holder) = (claim.clone(), Some(*stream));
                    staged.push(StagedClaim { claim, holder, event });
                }
            }
        }
        Ok(staged)
    }

    fn check_numbers(&self, draft: &Draft) -> Result<Vec<StagedCounter>, DeskError> {
        let mut staged: Vec<StagedCounter> = Vec::with_capacity(draft.numbers.len());
        for taken in &draft.numbers {
            let (series, number) = (taken.series.clone(), taken.number);
            let before = match staged.iter().rev().find(|counter| counter.series == series) {
                Some(counter) => Some(counter.last),
                None => self.counter(&series)?,
            };
            let follows = match before {
                Some((last, _)) => last.checked_add(1) == Some(number),
                None => number > 0,
            };
            if number == 0 || i64::try_from(number).is_err() || !(follows || taken.imported) {
                let last = before.map_or(0, |(last, _)| last);
                return Err(self.broken(DeskError::NumberOutOfOrder { series, number, last }));
            }
            let last = match before {
                Some(before) if before.0 >= number => before,
                _ => (number, taken.date),
            };
            staged.push(StagedCounter { series, last });
        }
        Ok(staged)
    }

    fn broken(&self, error: DeskError) -> DeskError {
        self.fault.get_or_init(|| error.clone());
        error
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
    /// Claims the stream gives up; it must hold them. They are given up before any is taken.
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
    /// The number. In a series that was used before it must be the last one plus one, else at least
    /// 1.
    pub number: u64,
    /// The document's date.
    pub date: NaiveDate,
    /// The document got its number elsewhere and keeps it: any number from 1 is taken as it is, and
    /// the series goes on after the highest.
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

/// What one decision appended, apart from the facts until it has answered.
#[derive(Default)]
pub(crate) struct Staged {
    pub(crate) events: Vec<StagedEvent>,
    pub(crate) touched: Vec<Touched>,
    pub(crate) counters: Vec<StagedCounter>,
    pub(crate) claims: Vec<StagedClaim>,
}

impl Staged {
    fn stream(&self, stream: &StreamKey) -> Option<&Touched> {
        self.touched.iter().find(|touched| touched.stream == *stream)
    }

    fn take_stream(&mut self, stream: &StreamKey) -> Option<Touched> {
        let at = self.touched.iter().position(|touched| touched.stream == *stream)?;
        Some(self.touched.swap_remove(at))
    }

    fn counter(&self, series: &str) -> Option<(u64, NaiveDate)> {
        self.counters.iter().rev().find(|counter| counter.series == series).map(|c| c.last)
    }

    fn holder(&self, claim: &ClaimKey) -> Option<Option<StreamKey>> {
        self.claims.iter().rev().find(|staged| staged.claim == *claim).map(|staged| staged.holder)
    }
}

/// An event of a decision that has not answered yet.
pub(crate) struct StagedEvent {
    pub(crate) stream: StreamKey,
    pub(crate) sequence: i64,
    pub(crate) draft: Draft,
}

/// A stream as the decision left it.
pub(crate) struct Touched {
    pub(crate) stream: StreamKey,
    pub(crate) version: i64,
    pub(crate) state: Box<dyn AnyState>,
}

/// A counter as the decision left it.
pub(crate) struct StagedCounter {
    pub(crate) series: String,
    pub(crate) last: (u64, NaiveDate),
}

/// A claim as the decision left it.
pub(crate) struct StagedClaim {
    pub(crate) claim: ClaimKey,
    pub(crate) holder: Option<StreamKey>,
    /// Index of the event that took it or gave it up.
    pub(crate) event: usize,
}

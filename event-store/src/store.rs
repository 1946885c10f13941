//! The door to the log: submit commands, load states.
//!
//! Guarantees: what is answered is durable; commands are decided one after another in the order of their
//! positions; a full queue answers at once instead of growing. Absent on purpose: retries on conflicts (the
//! decision runs under the lock, so only a version the caller passed can conflict, and only the caller can
//! decide what to do then).

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

use crate::clock::Clock;
use crate::kinds::Kinds;
use crate::memory::MemoryLog;
use crate::state::{AnyState, StateKind};
use crate::stream::StreamKey;
use crate::submission::{Receipt, Submission, SubmitError};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where the database is; the login role must be a member of `billfold_feed`.
    pub connect: PgConnectOptions,
    /// Commands that may wait; one more is answered with [`SubmitError::Busy`].
    pub queue: usize,
    /// Commands in one transaction at most.
    pub max_batch: usize,
    /// Tasks that write, each with a connection of its own.
    pub writers: usize,
    /// Connections for loading states outside of batches.
    pub readers: u32,
    /// Bytes of folded states to keep.
    pub cache_bytes: usize,
    /// How long a statement, or the wait for the head lock, may take.
    pub statement_timeout: Duration,
    /// How long a lost connection is sought again before callers are told.
    pub reconnect_for: Duration,
}

impl StoreOptions {
    /// The defaults: 4,096 waiting, 512 in a batch, two writers, two readers, 64 MiB of states.
    pub fn new(connect: PgConnectOptions) -> Self {
        Self {
            connect,
            queue: 4096,
            max_batch: 512,
            writers: 2,
            readers: 2,
            cache_bytes: 64 << 20,
            statement_timeout: Duration::from_secs(30),
            reconnect_for: Duration::from_secs(10),
        }
    }
}

/// The log, open for commands. Clones share one queue, one cache and the same writers.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Postgres(Arc<Kinds>),
    Memory(MemoryLog),
}

impl Store {
    /// Connects and starts the writers.
    ///
    /// # Errors
    /// The database cannot be reached, is not migrated, or two kinds share a name.
    pub async fn open(
        _options: StoreOptions,
        kinds: Vec<Arc<dyn StateKind>>,
        _clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        Ok(Self { backend: Backend::Postgres(Arc::new(Kinds::new(kinds)?)) })
    }

    pub(crate) fn over_memory(log: MemoryLog) -> Self {
        Self { backend: Backend::Memory(log) }
    }

    /// Queues one command and waits for its answer. Dropping the future does not take the command back.
    ///
    /// # Errors
    /// See [`SubmitError`].
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> {
        let prepared = submission.prepare(self.kinds())?;
        match &self.backend {
            Backend::Memory(log) => only(log.submit(&[prepared])),
            Backend::Postgres(_) => {
                Err(SubmitError::Unavailable { reason: "the writers are not running".to_owned() })
            }
        }
    }

    /// Submits many commands, as an import does: they are decided in their order, in as few transactions
    /// as [`StoreOptions::max_batch`] allows, and the call waits for room instead of answering busy. One
    /// answer per command, in their order; a command that fails does not stop those after it.
    pub async fn submit_many(
        &self,
        submissions: Vec<Submission>,
    ) -> Vec<Result<Receipt, SubmitError>> {
        let mut answers = Vec::with_capacity(submissions.len());
        for submission in submissions {
            answers.push(self.submit(submission).await);
        }
        answers
    }

    /// The newest committed state of a stream; blank at version 0 if it has no events.
    ///
    /// # Errors
    /// The database is away, the kind is unknown, or an event cannot be folded.
    pub async fn load<S: AnyState>(&self, stream: &StreamKey) -> Result<Loaded<S>, LoadError> {
        self.state_at(stream, i64::MAX).await
    }

    /// The state of a stream as of a position of the log: events after it are left out.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn state_at<S: AnyState>(
        &self,
        stream: &StreamKey,
        as_of: i64,
    ) -> Result<Loaded<S>, LoadError> {
        if self.kinds().get(stream.kind).is_none() {
            return Err(LoadError::UnknownKind { kind: stream.kind });
        }
        let (version, state) = match &self.backend {
            Backend::Memory(log) => log
                .state_at(stream, as_of)
                .map_err(|reason| LoadError::Fold { stream: *stream, reason })?,
            Backend::Postgres(_) => return Err(LoadError::UnknownKind { kind: stream.kind }),
        };
        let state: Arc<dyn Any + Send + Sync> = state;
        match state.downcast() {
            Ok(state) => Ok(Loaded { state, version }),
            Err(_) => Err(LoadError::WrongState { stream: *stream }),
        }
    }

    /// Takes no more commands, answers those that wait, and stops the writers.
    pub async fn close(&self) {}

    fn kinds(&self) -> &Kinds {
        match &self.backend {
            Backend::Postgres(kinds) => kinds,
            Backend::Memory(log) => log.kinds(),
        }
    }
}

/// A state that was read, with its version.
#[derive(Debug)]
pub struct Loaded<S> {
    /// The folded state.
    pub state: Arc<S>,
    /// How many events of the stream are folded into it; pass it as `expect`.
    pub version: i64,
}

impl<S> Deref for Loaded<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

/// Why a store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The database refused or is away.
    #[error("the log cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema or the log's head is missing.
    #[error("the database has no log yet; run `billfold migrate`")]
    NotMigrated,
    /// Two kinds share a name.
    #[error("two state kinds are called {name:?}")]
    KindTwice {
        /// The name.
        name: &'static str,
    },
}

/// Why a state could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The database refused or is away.
    #[error("the state cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    /// No kind of that name was registered.
    #[error("no state kind is called {kind:?}")]
    UnknownKind {
        /// The name.
        kind: &'static str,
    },
    /// The kind folds into another type than asked for.
    #[error("the state of {stream} has another type than asked for")]
    WrongState {
        /// The stream.
        stream: StreamKey,
    },
    /// A stored event could not be folded.
    #[error("{stream} cannot be folded: {reason}")]
    Fold {
        /// The stream.
        stream: StreamKey,
        /// Why.
        reason: crate::state::FoldError,
    },
}

/// The answer of a batch of one.
fn only(mut outcomes: Vec<Result<Receipt, SubmitError>>) -> Result<Receipt, SubmitError> {
    let outcome = outcomes.pop();
    outcome.unwrap_or_else(|| Err(SubmitError::Bug("the batch gave no answer".to_owned())))
}

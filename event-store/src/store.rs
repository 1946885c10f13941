//! The door to the log: submit commands, load states.
//!
//! Guarantees: what is answered is durable; commands are decided one after another in the order of
//! their positions; a full queue answers at once instead of growing. Absent on purpose: retries on
//! conflicts (the decision runs under the lock, so only a version the caller passed can conflict,
//! and only the caller can decide what to do then).

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgPool};
use thiserror::Error;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::cache::Versioned;
use crate::clock::Clock;
use crate::kinds::Kinds;
use crate::memory::MemoryLog;
use crate::pool;
use crate::state::{AnyState, FoldError, StateKind};
use crate::stream::{ClaimKey, StreamKey, keeper};
use crate::submission::{Prepared, Receipt, Submission, SubmitError};
use crate::tenants;
use crate::versions::{self, Versions};
use crate::writer::states::{self, Tail};
use crate::writer::{LOG_ID, Queued, Shared, Writer};

/// How a store is opened. Not printable: the connection may hold a password.
#[derive(Clone)]
pub struct StoreOptions {
    /// Where the database is; the login role must be a member of `billfold_feed`.
    pub connect: PgConnectOptions,
    /// Commands that may wait; one more is answered with [`SubmitError::Busy`].
    pub queue: usize,
    /// Commands in one transaction at most.
    pub max_batch: usize,
    /// Commands of [`Store::submit_many`] in one transaction at most.
    pub import_batch: usize,
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
            import_batch: 1000,
            writers: 2,
            readers: 2,
            cache_bytes: 64 << 20,
            statement_timeout: Duration::from_secs(30),
            reconnect_for: Duration::from_secs(10),
        }
    }
}

/// The log, open for commands. Clones share one queue, one cache and the same writers.
///
/// Dropping the last clone stops the writers where they are: nothing that was answered is lost,
/// what waits is not decided. [`Store::close`] lets them finish.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Postgres(Arc<Postgres>),
    Memory(MemoryLog),
}

/// Whether a state that this process keeps is taken as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    AsItIs,
    IfNewest,
}

struct Postgres {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Vec<Queued>>,
    readers: PgPool,
    versions: Versions,
    stop: watch::Sender<bool>,
    writers: Mutex<JoinSet<()>>,
}

impl Store {
    /// Connects and starts the writers.
    ///
    /// # Errors
    /// The database cannot be reached, is not migrated, or two kinds share a name.
    pub async fn open(
        options: StoreOptions,
        kinds: Vec<Arc<dyn StateKind>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let kinds = Arc::new(Kinds::new(kinds)?);
        let readers = readers(&options);
        head_exists(&readers).await?;
        let (queue, waiting) = mpsc::channel(options.queue.max(1));
        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(Shared::new(options, kinds, clock, waiting));
        let mut writers = JoinSet::new();
        for _ in 0..shared.options.writers.max(1) {
            let writer = Writer::open(Arc::clone(&shared), stopping.clone()).await?;
            writers.spawn(writer.run());
        }
        let writers = Mutex::new(writers);
        let versions = Versions::over(readers.clone());
        let log = Postgres { shared, queue, readers, versions, stop, writers };
        Ok(Self { backend: Backend::Postgres(Arc::new(log)) })
    }

    pub(crate) fn over_memory(log: MemoryLog) -> Self {
        Self { backend: Backend::Memory(log) }
    }

    /// Queues one command and waits for its answer. Dropping the future does not take the command
    /// back.
    ///
    /// # Errors
    /// See [`SubmitError`].
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> {
        let prepared = submission.prepare(self.kinds())?;
        match &self.backend {
            Backend::Memory(log) => only(log.submit(&[prepared])),
            Backend::Postgres(log) => log.submit(prepared).await,
        }
    }

    /// Submits many commands, as an import does: they are decided in their order, in as few
    /// transactions as [`StoreOptions::import_batch`] allows, and the call waits for room instead
    /// of answering busy. One answer per command, in their order; a command that fails does not
    /// stop those after it.
    pub async fn submit_many(
        &self,
        submissions: Vec<Submission>,
    ) -> Vec<Result<Receipt, SubmitError>> {
        let mut answers = Vec::with_capacity(submissions.len());
        let mut submissions = submissions.into_iter().peekable();
        while submissions.peek().is_some() {
            let part = submissions.by_ref().take(self.import_batch());
            let prepared = part.map(|submission| submission.prepare(self.kinds())).collect();
            answers.extend(self.submit_part(prepared).await);
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

    /// The newest committed states of many streams, in their order, in two queries; blank at
    /// version 0 where there are no events.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn load_many<S: AnyState>(
        &self,
        streams: &[StreamKey],
    ) -> Result<Vec<Loaded<S>>, LoadError> {
        self.many(streams, Kept::IfNewest).await
    }

    /// States of many streams, in their order: those this process keeps as it saw them last,
    /// without asking whether others went on since, and the rest as [`Store::load_many`]. For
    /// preparing what is decided later: the decision has the newest states and must notice where
    /// what was prepared does not hold any more.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn recall_many<S: AnyState>(
        &self,
        streams: &[StreamKey],
    ) -> Result<Vec<Loaded<S>>, LoadError> {
        self.many(streams, Kept::AsItIs).await
    }

    async fn many<S: AnyState>(
        &self,
        streams: &[StreamKey],
        kept: Kept,
    ) -> Result<Vec<Loaded<S>>, LoadError> {
        let unknown = streams.iter().find(|stream| self.kinds().get(stream.kind).is_none());
        if let Some(stream) = unknown {
            return Err(LoadError::UnknownKind { kind: stream.kind });
        }
        let states = match &self.backend {
            Backend::Memory(log) => {
                let load = |stream: &StreamKey| {
                    let state = log.state_at(stream, i64::MAX);
                    state.map_err(|reason| LoadError::Fold { stream: *stream, reason })
                };
                streams.iter().map(load).collect::<Result<_, _>>()?
            }
            Backend::Postgres(log) => log.load_many(streams, kept).await?,
        };
        streams.iter().zip(states).map(|(stream, state)| Loaded::of(stream, state)).collect()
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
            Backend::Postgres(log) => log.load(stream, as_of).await?,
        };
        Loaded::of(stream, (version, state))
    }

    /// The ids of the streams that hold claims of a scope whose keys begin so, by key: who holds
    /// `DE/` among the tax rates. As committed a moment ago; whoever decides on it looks at the
    /// streams again under the lock.
    ///
    /// # Errors
    /// The database is away.
    pub async fn holders(
        &self,
        tenant: Uuid,
        scope: &str,
        beginning: &str,
    ) -> Result<Vec<Uuid>, LoadError> {
        let tenant = keeper(scope, tenant);
        match &self.backend {
            Backend::Memory(log) => Ok(log.holders(tenant, scope, beginning)),
            Backend::Postgres(log) => {
                let found = sqlx::query_scalar(
                    "select aggregate_id from reservations \
                     where tenant_id = $1 and scope = $2 and key >= $3 and key < $4 order by key",
                );
                let beyond = format!("{beginning}\u{10FFFF}");
                let found = found.bind(tenant).bind(scope).bind(beginning).bind(beyond);
                Ok(found.fetch_all(&log.readers).await?)
            }
        }
    }

    /// The lowest id of a tenant that has a stream; the oldest tenant where ids are made in the
    /// order of time. None while the log is empty.
    ///
    /// # Errors
    /// The database is away.
    pub async fn first_tenant(&self) -> Result<Option<Uuid>, LoadError> {
        match &self.backend {
            Backend::Memory(log) => Ok(log.first_tenant()),
            Backend::Postgres(log) => {
                let found =
                    sqlx::query_scalar("select tenant_id from streams order by tenant_id limit 1");
                Ok(found.fetch_optional(&log.readers).await?)
            }
        }
    }

    /// The ids of tenants that have a stream, in order, from the first behind `after` on, at most
    /// `limit`.
    ///
    /// # Errors
    /// The database is away.
    pub async fn tenants(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, LoadError> {
        match &self.backend {
            Backend::Memory(log) => Ok(log.tenants(after, limit)),
            Backend::Postgres(log) => Ok(tenants::after(&log.readers, after, limit).await?),
        }
    }

    /// The stream that holds something unique, perhaps a moment ago: a decision that depends on it
    /// asks its desk again. The kind is known from the scope.
    ///
    /// # Errors
    /// The database is away.
    pub async fn holder(&self, tenant: Uuid, claim: &ClaimKey) -> Result<Option<Uuid>, LoadError> {
        let tenant = claim.kept_by(tenant);
        match &self.backend {
            Backend::Memory(log) => Ok(log.holder(tenant, claim)),
            Backend::Postgres(log) => Ok(log.holder(tenant, claim).await?),
        }
    }

    /// Drops kept states of these streams, for example after a person's key was destroyed.
    pub fn forget(&self, streams: &[StreamKey]) {
        if let Backend::Postgres(log) = &self.backend {
            log.shared.cache.forget(streams.iter());
        }
    }

    /// Bytes of folded states that are kept now.
    pub fn cache_bytes(&self) -> usize {
        match &self.backend {
            Backend::Memory(_) => 0,
            Backend::Postgres(log) => log.shared.cache.bytes(),
        }
    }

    /// Takes no more commands, answers those that wait, and stops the writers.
    pub async fn close(&self) {
        if let Backend::Postgres(log) = &self.backend {
            log.close().await;
        }
    }

    fn kinds(&self) -> &Kinds {
        match &self.backend {
            Backend::Postgres(log) => &log.shared.kinds,
            Backend::Memory(log) => log.kinds(),
        }
    }

    fn import_batch(&self) -> usize {
        match &self.backend {
            Backend::Postgres(log) => log.shared.options.import_batch.max(1),
            Backend::Memory(_) => 1000,
        }
    }

    /// Submits what can be decided as one batch; the others have their answer already.
    async fn submit_part(
        &self,
        prepared: Vec<Result<Prepared, SubmitError>>,
    ) -> Vec<Result<Receipt, SubmitError>> {
        let mut sound = Vec::with_capacity(prepared.len());
        let unsound: Vec<Option<SubmitError>> = prepared
            .into_iter()
            .map(|command| command.map(|prepared| sound.push(prepared)).err())
            .collect();
        let decided = match &self.backend {
            Backend::Memory(log) => log.submit(&sound),
            Backend::Postgres(log) => log.submit_together(sound).await,
        };
        let mut decided = decided.into_iter();
        let answers = unsound.into_iter().map(|unsound| match unsound {
            Some(error) => Err(error),
            None => only(decided.next()),
        });
        answers.collect()
    }
}

impl Postgres {
    async fn submit(&self, prepared: Prepared) -> Result<Receipt, SubmitError> {
        let (queued, answer) = Queued::new(prepared);
        match self.queue.try_send(vec![queued]) {
            Ok(()) => answered(answer).await,
            Err(TrySendError::Closed(_)) => Err(closed()),
            Err(TrySendError::Full(_)) => {
                counter!("billfold_log_busy_total").increment(1);
                let retry_after = self.shared.likely_wait(self.queue.max_capacity());
                Err(SubmitError::Busy { retry_after })
            }
        }
    }

    async fn submit_together(&self, prepared: Vec<Prepared>) -> Vec<Result<Receipt, SubmitError>> {
        if prepared.is_empty() {
            return Vec::new();
        }
        let (queued, answers): (Vec<Queued>, Vec<_>) =
            prepared.into_iter().map(Queued::new).unzip();
        if self.queue.send(queued).await.is_err() {
            return answers.iter().map(|_| Err(closed())).collect();
        }
        let mut outcomes = Vec::with_capacity(answers.len());
        for answer in answers {
            outcomes.push(answered(answer).await);
        }
        outcomes
    }

    async fn load(&self, stream: &StreamKey, as_of: i64) -> Result<Versioned, LoadError> {
        let Shared { kinds, cache, .. } = &*self.shared;
        let newest = as_of == i64::MAX;
        let kept = cache.get([stream].into_iter()).pop().flatten().filter(|_| newest);
        let stored = match &kept {
            Some(_) => self.versions.of(*stream).await?,
            None => 0,
        };
        if let Some(kept) = kept.clone().filter(|kept| kept.0 == stored) {
            return Ok(kept);
        }
        let mut connection = self.readers.acquire().await?;
        let folded = match kept {
            // a state ahead of the log belongs to a history that is gone
            Some(kept) if kept.0 < stored => {
                let tail = vec![Tail::after(*stream, kept)];
                states::fold(&mut connection, kinds, tail, as_of).await?.pop()
            }
            _ if newest => states::whole(&mut connection, kinds, &[*stream]).await?.pop(),
            _ => {
                let tail = Tail::whole(kinds, *stream).into_iter().collect();
                states::fold(&mut connection, kinds, tail, as_of).await?.pop()
            }
        };
        let folded = folded.unwrap_or(Err(FoldError::Broken("no answer".to_owned())));
        let loaded = folded.map_err(|reason| LoadError::Fold { stream: *stream, reason })?;
        if newest && loaded.0 > 0 {
            cache.put(vec![(*stream, loaded.clone())]);
        }
        Ok(loaded)
    }

    async fn holder(&self, tenant: Uuid, claim: &ClaimKey) -> Result<Option<Uuid>, sqlx::Error> {
        let held = sqlx::query_scalar(
            "select aggregate_id from reservations \
             where tenant_id = $1 and scope = $2 and key = $3",
        );
        let held = held.bind(tenant).bind(claim.scope).bind(&claim.key);
        held.fetch_optional(&self.readers).await
    }

    async fn load_many(
        &self,
        streams: &[StreamKey],
        kept: Kept,
    ) -> Result<Vec<Versioned>, LoadError> {
        let Shared { kinds, cache, .. } = &*self.shared;
        let mut connection = self.readers.acquire().await?;
        let mut states = cache.get(streams.iter());
        if kept == Kept::IfNewest {
            let stored = versions::of_each(&mut *connection, streams).await?;
            for (state, stored) in states.iter_mut().zip(stored) {
                // a state that is behind is folded whole: that is rare, and simple
                state.take_if(|(version, _)| *version != stored);
            }
        }
        let places: Vec<usize> = (0..states.len()).filter(|at| states[*at].is_none()).collect();
        let missing: Vec<StreamKey> = places.iter().map(|at| streams[*at]).collect();
        let folded = states::whole(&mut connection, kinds, &missing).await?;
        let mut loaded = Vec::with_capacity(missing.len());
        for ((at, stream), state) in places.into_iter().zip(missing).zip(folded) {
            let state = state.map_err(|reason| LoadError::Fold { stream, reason })?;
            if state.0 > 0 {
                loaded.push((stream, state.clone()));
            }
            states[at] = Some(state);
        }
        cache.put(loaded);
        Ok(states.into_iter().flatten().collect())
    }

    async fn close(&self) {
        self.stop.send_replace(true);
        let mut writers = self.writers.lock().await;
        while writers.join_next().await.is_some() {}
        self.readers.close().await;
    }
}

fn readers(options: &StoreOptions) -> PgPool {
    pool::options(options.readers)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("set role billfold_feed").await.map(|_| ()) })
        })
        .connect_lazy_with(options.connect.clone())
}

async fn head_exists(pool: &PgPool) -> Result<(), OpenError> {
    let head = sqlx::query("select 1 from log_heads where log_id = $1").bind(LOG_ID);
    match head.fetch_optional(pool).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(OpenError::NotMigrated),
        // undefined table; undefined role
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some("42P01" | "22023")) =>
        {
            Err(OpenError::NotMigrated)
        }
        Err(error) => Err(error.into()),
    }
}

async fn answered(
    answer: oneshot::Receiver<Result<Receipt, SubmitError>>,
) -> Result<Receipt, SubmitError> {
    let lost = |_| Err(SubmitError::Unknown { reason: "the writer stopped".to_owned() });
    answer.await.unwrap_or_else(lost)
}

fn closed() -> SubmitError {
    SubmitError::Unavailable { reason: "the log is being closed".to_owned() }
}

/// A state that was read, with its version.
#[derive(Debug)]
pub struct Loaded<S> {
    /// The folded state.
    pub state: Arc<S>,
    /// How many events of the stream are folded into it; pass it as `expect`.
    pub version: i64,
}

impl<S: AnyState> Loaded<S> {
    fn of(stream: &StreamKey, (version, state): Versioned) -> Result<Self, LoadError> {
        let state: Arc<dyn Any + Send + Sync> = state;
        match state.downcast() {
            Ok(state) => Ok(Self { state, version }),
            Err(_) => Err(LoadError::WrongState { stream: *stream }),
        }
    }
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
        reason: FoldError,
    },
}

/// The answer to one command.
fn only(
    outcome: impl IntoIterator<Item = Result<Receipt, SubmitError>>,
) -> Result<Receipt, SubmitError> {
    outcome
        .into_iter()
        .next()
        .unwrap_or_else(|| Err(SubmitError::Bug("the batch gave no answer".to_owned())))
}

//! One attempt to decide and store a batch in one transaction.

use std::time::Instant;

use metrics::histogram;
use sqlx::Executor;
use sqlx::postgres::PgConnection;

use crate::batch::{self, Asked, Facts, Outcome, Plan, StreamFact};
use crate::cache::Versioned;
use crate::canonical::Hash;
use crate::state::FoldError;
use crate::stream::StreamKey;

use super::append::append;
use super::link::{Link, patience, within};
use super::read::{Presumption, Question};
use super::states::{self, Tail};
use super::trouble::Trouble;
use super::{LOG_ID, Shared, Way};

/// How an attempt ended.
pub(super) struct Done {
    /// The batch whose COMMIT was sent, if it came that far.
    pub(super) tried: Option<Hash>,
    pub(super) result: Result<Vec<Outcome>, Trouble>,
}

/// Decides the commands and commits what they append; whether under the head lock or ahead of it,
/// the log then goes on from the head they were decided on. After an error the transaction is
/// rolled back, or the connection is lost.
pub(super) async fn attempt(
    shared: &Shared,
    link: &mut Link,
    commands: &[Asked<'_>],
    way: &mut Way,
    presumption: Presumption,
) -> Done {
    let mut tried = None;
    let result = transaction(shared, link, commands, way, presumption, &mut tried).await;
    if way.has_turn() {
        shared.ahead.ended();
    }
    if matches!(result, Err(Trouble::Again(_) | Trouble::Unavailable(_) | Trouble::Refused(_))) {
        roll_back(shared, link).await;
    }
    Done { tried, result }
}

async fn transaction(
    shared: &Shared,
    link: &mut Link,
    commands: &[Asked<'_>],
    way: &mut Way,
    presumption: Presumption,
    tried: &mut Option<Hash>,
) -> Result<Vec<Outcome>, Trouble> {
    let connection = link.get().map_err(Trouble::before_commit)?;
    let prepared = prepare(shared, connection, commands, way, presumption).await;
    let plan = prepared.map_err(Trouble::before_commit)?;
    let Some(batch) = plan.batch else {
        // nothing to store; the answers rest on facts that are committed
        roll_back(shared, link).await;
        return Ok(plan.outcomes);
    };
    shared.cache.stage(batch.batch_hash, plan.states());
    *tried = Some(batch.batch_hash);
    let limit = patience(shared.options.statement_timeout);
    let began = Instant::now();
    let commit = within(limit, run(connection, "commit")).await;
    histogram!("billfold_log_commit_seconds").record(began.elapsed());
    commit.map_err(Trouble::at_commit)?;
    shared.cache.committed(&batch.batch_hash);
    Ok(plan.outcomes)
}

/// Everything up to COMMIT.
async fn prepare(
    shared: &Shared,
    connection: &mut PgConnection,
    commands: &[Asked<'_>],
    way: &mut Way,
    presumption: Presumption,
) -> Result<Plan, sqlx::Error> {
    let limit = patience(shared.options.statement_timeout);
    let question = Question::of(commands);
    let known = shared.cache.get(question.streams.iter());
    let mut undecided = Undecided { shared, commands, question, known };
    let ahead = match presumption {
        Presumption::Next => undecided.decide_ahead(connection).await?,
        under_lock => Err(under_lock),
    };
    if ahead.is_err() {
        // as much as possible before the lock is taken; what changes until then is made good by
        // its tail
        within(limit, undecided.load(connection, |_| true)).await?;
    }
    way.wait_for_turn(shared).await;
    within(limit, run(connection, "begin")).await?;
    let plan = match ahead {
        Ok(plan) => plan,
        Err(presumption) => undecided.decide_under_lock(connection, presumption).await?,
    };
    shared.ahead.decided(&plan);
    way.leave_door();
    if let Some(batch) = &plan.batch {
        within(limit, append(connection, batch, &plan, commands)).await?;
        shared.cache.settle(plan.head_before());
    }
    Ok(plan)
}

/// A batch with what it asks, and what is known of its streams without asking.
struct Undecided<'a> {
    shared: &'a Shared,
    commands: &'a [Asked<'a>],
    question: Question<'a>,
    known: Vec<Option<Versioned>>,
}

impl Undecided<'_> {
    /// Loads what the cache misses of the streams that are wanted, by their places in the question.
    async fn load(
        &mut self,
        connection: &mut PgConnection,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<(), sqlx::Error> {
        let Self { shared, question, known, .. } = self;
        let missing = |at: &usize| known[*at].is_none() && !question.fresh[*at] && wanted(*at);
        let places: Vec<usize> = (0..known.len()).filter(missing).collect();
        if places.is_empty() {
            return Ok(());
        }
        let streams: Vec<StreamKey> = places.iter().map(|at| question.streams[*at]).collect();
        let folded = states::whole(connection, &shared.kinds, &streams).await?;
        let mut loaded = Vec::new();
        for ((at, stream), state) in places.into_iter().zip(streams).zip(folded) {
            // what cannot be folded is found again when it is decided, and answered there
            if let Ok((version, state)) = state
                && version > 0
            {
                loaded.push((stream, (version, state.clone())));
                known[at] = Some((version, state));
            }
        }
        shared.cache.put(loaded);
        Ok(())
    }

    /// Decides the batch on what the one before it leaves behind, which may not be stored yet; or
    /// says how to decide it under the lock.
    async fn decide_ahead(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<Result<Plan, Presumption>, sqlx::Error> {
        let end = self.shared.ahead.end();
        let (mut facts, versions) = self.ask(connection, Presumption::Next).await?;
        if !self.shared.cache.continues(&facts.head) {
            self.forget();
        }
        if end.is_some_and(|end| !end.bring(&mut facts, &self.question)) {
            return Ok(Err(Presumption::New));
        }
        let limit = patience(self.shared.options.statement_timeout);
        let (streams, brought) = (&self.question.streams, &facts.streams);
        let wanted: Vec<bool> = streams
            .iter()
            .zip(&versions)
            .map(|(stream, version)| *version > 0 && !brought.contains_key(stream))
            .collect();
        within(limit, self.load(connection, |at| wanted[at])).await?;
        let plan = self.decide(connection, facts, versions).await?;
        if self.question.is_proved_by(&plan) {
            return Ok(Ok(plan));
        }
        self.shared.caution.look_up();
        Ok(Err(Presumption::None))
    }

    /// Locks the head, reads what the batch must know and decides it.
    async fn decide_under_lock(
        &mut self,
        connection: &mut PgConnection,
        presumption: Presumption,
    ) -> Result<Plan, sqlx::Error> {
        let (facts, versions) = self.ask(connection, presumption).await?;
        if !self.shared.cache.settle(&facts.head) {
            self.forget();
        }
        let plan = self.decide(connection, facts, versions).await?;
        if presumption == Presumption::None || self.question.is_proved_by(&plan) {
            return Ok(plan);
        }
        self.shared.caution.look_up();
        let (facts, versions) = self.ask(connection, Presumption::None).await?;
        self.decide(connection, facts, versions).await
    }

    /// What the cache knew is of another history.
    fn forget(&mut self) {
        self.known.fill(None);
    }

    async fn ask(
        &self,
        connection: &mut PgConnection,
        presumption: Presumption,
    ) -> Result<(Facts, Vec<i64>), sqlx::Error> {
        let limit = patience(self.shared.options.statement_timeout);
        let asking = self.question.ask(connection, &self.shared.kinds, LOG_ID, presumption);
        within(limit, asking).await
    }

    async fn decide(
        &self,
        connection: &mut PgConnection,
        mut facts: Facts,
        versions: Vec<i64>,
    ) -> Result<Plan, sqlx::Error> {
        let limit = patience(self.shared.options.statement_timeout);
        within(limit, self.add_states(connection, versions, &mut facts)).await?;
        let now = self.shared.clock.now();
        Ok(batch::plan(facts, self.commands, now, &mut rand::random::<u128>))
    }

    /// Adds the state of each stream at the version that was read.
    async fn add_states(
        &self,
        connection: &mut PgConnection,
        versions: Vec<i64>,
        facts: &mut Facts,
    ) -> Result<(), sqlx::Error> {
        let Self { shared, question, known, .. } = self;
        // another writer's states may have become part of the cache since
        let newer = shared.cache.get(question.streams.iter());
        let mut stale: Vec<(StreamKey, i64)> = Vec::new();
        let mut tails = Vec::new();
        for (at, (stream, version)) in question.streams.iter().zip(versions).enumerate() {
            if facts.streams.contains_key(stream) {
                continue;
            }
            let best = [&newer[at], &known[at]].into_iter().flatten();
            let best = best.filter(|(kept, _)| *kept <= version).max_by_key(|(kept, _)| *kept);
            let blank = || shared.kinds.blank(stream.kind).map(|state| (0, state));
            match best.cloned().or_else(blank) {
                Some((kept, state)) if kept == version => {
                    facts.streams.insert(*stream, StreamFact::stored(version, Ok(state)));
                }
                Some(known) => {
                    stale.push((*stream, version));
                    tails.push(Tail::after(*stream, known));
                }
                None => {}
            }
        }
        let folded = states::fold(connection, &shared.kinds, tails, i64::MAX).await?;
        for ((stream, version), state) in stale.into_iter().zip(folded) {
            let state = match state {
                Ok((folded, state)) if folded == version => Ok(state),
                Ok((folded, _)) => Err(FoldError::Broken(format!(
                    "it has {folded} events, but its row in streams says {version}"
                ))),
                Err(error) => Err(error),
            };
            facts.streams.insert(stream, StreamFact::stored(version, state));
        }
        Ok(())
    }
}

async fn roll_back(shared: &Shared, link: &mut Link) {
    let limit = patience(shared.options.statement_timeout);
    let rolled_back = match link.get() {
        Ok(connection) => within(limit, run(connection, "rollback")).await,
        Err(_) => return,
    };
    if rolled_back.is_err() {
        link.lose();
    }
}

/// A statement without arguments, in one round trip.
async fn run(connection: &mut PgConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    connection.execute(statement).await.map(|_| ())
}

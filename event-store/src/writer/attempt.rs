//! One attempt to decide and store a batch in one transaction.

use std::time::Instant;

use metrics::histogram;
use sqlx::Executor;
use sqlx::postgres::PgConnection;

use crate::batch::{self, Asked, Batch, Facts, Outcome, Plan, StreamFact};
use crate::cache::Versioned;
use crate::canonical::Hash;
use crate::state::FoldError;
use crate::stream::StreamKey;

use super::append::append;
use super::link::{Link, patience, within};
use super::read::{Presumption, Question};
use super::states::{self, Tail};
use super::trouble::Trouble;
use super::{Door, LOG_ID, Shared};

/// How an attempt ended.
pub(super) struct Done {
    /// The batch whose COMMIT was sent, if it came that far.
    pub(super) tried: Option<Hash>,
    pub(super) result: Result<Vec<Outcome>, Trouble>,
}

/// Decides the commands under the head lock and commits what they append. After an error the
/// transaction is rolled back, or the connection is lost.
pub(super) async fn attempt(
    shared: &Shared,
    link: &mut Link,
    commands: &[Asked<'_>],
    door: &mut Door,
    presumption: Presumption,
) -> Done {
    let mut tried = None;
    let result = transaction(shared, link, commands, door, presumption, &mut tried).await;
    if matches!(result, Err(Trouble::Again(_) | Trouble::Unavailable(_) | Trouble::Refused(_))) {
        roll_back(shared, link).await;
    }
    Done { tried, result }
}

async fn transaction(
    shared: &Shared,
    link: &mut Link,
    commands: &[Asked<'_>],
    door: &mut Door,
    presumption: Presumption,
    tried: &mut Option<Hash>,
) -> Result<Vec<Outcome>, Trouble> {
    let connection = link.get().map_err(Trouble::before_commit)?;
    let decided = prepare(shared, connection, commands, door, presumption).await;
    let (batch, plan) = match decided.map_err(Trouble::before_commit)? {
        (Some(batch), plan) => (batch, plan),
        (None, plan) => {
            // nothing to store; the answers rest on facts that are committed
            roll_back(shared, link).await;
            return Ok(plan.outcomes);
        }
    };
    shared.cache.stage(batch.batch_hash, new_states(&plan));
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
    door: &mut Door,
    presumption: Presumption,
) -> Result<(Option<Batch>, Plan), sqlx::Error> {
    let limit = patience(shared.options.statement_timeout);
    let question = Question::of(commands);
    let mut known = shared.cache.get(question.streams.iter());
    within(limit, load_ahead(shared, connection, &question, &mut known)).await?;
    within(limit, run(connection, "begin")).await?;
    let mut plan = decide(shared, connection, commands, &question, &known, presumption).await?;
    if presumption == Presumption::New && !question.is_proved_by(&plan) {
        shared.caution.raise();
        plan = decide(shared, connection, commands, &question, &known, Presumption::None).await?;
    }
    door.open();
    if let Some(batch) = plan.batch {
        within(limit, append(connection, &batch, &plan, commands)).await?;
    }
    Ok((plan.batch, plan))
}

/// Reads what the batch must know, under the head lock, and decides it.
async fn decide(
    shared: &Shared,
    connection: &mut PgConnection,
    commands: &[Asked<'_>],
    question: &Question<'_>,
    known: &[Option<Versioned>],
    presumption: Presumption,
) -> Result<Plan, sqlx::Error> {
    let limit = patience(shared.options.statement_timeout);
    let asking = question.ask(connection, &shared.kinds, LOG_ID, presumption);
    let (mut facts, versions) = within(limit, asking).await?;
    shared.cache.settle(&facts.head);
    let adding = add_states(shared, connection, question, versions, known, &mut facts);
    within(limit, adding).await?;
    Ok(batch::plan(facts, commands, shared.clock.now(), &mut rand::random::<u128>))
}

/// Loads what the cache misses, before the lock is taken. What changes until then is made good by
/// its tail.
async fn load_ahead(
    shared: &Shared,
    connection: &mut PgConnection,
    question: &Question<'_>,
    known: &mut [Option<Versioned>],
) -> Result<(), sqlx::Error> {
    let missing = |at: &usize| known[*at].is_none() && !question.fresh[*at];
    let places: Vec<usize> = (0..known.len()).filter(missing).collect();
    if places.is_empty() {
        return Ok(());
    }
    let streams: Vec<StreamKey> = places.iter().map(|at| question.streams[*at]).collect();
    let folded = states::whole(connection, &shared.kinds, &streams).await?;
    let mut loaded = Vec::new();
    for ((at, stream), state) in places.into_iter().zip(streams).zip(folded) {
        // what cannot be folded is found again under the lock, and answered there
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

/// Adds the state of each stream at the version that was read under the lock.
async fn add_states(
    shared: &Shared,
    connection: &mut PgConnection,
    question: &Question<'_>,
    versions: Vec<i64>,
    known: &[Option<Versioned>],
    facts: &mut Facts,
) -> Result<(), sqlx::Error> {
    // another writer's states may have become part of the cache since
    let newer = shared.cache.get(question.streams.iter());
    let mut stale: Vec<(StreamKey, i64)> = Vec::new();
    let mut tails = Vec::new();
    for (at, (stream, version)) in question.streams.iter().zip(versions).enumerate() {
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

fn new_states(plan: &Plan) -> Vec<(StreamKey, Versioned)> {
    plan.streams.iter().map(|row| (row.stream, (row.version, row.state.clone()))).collect()
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

//! One thing that is done by itself.

use async_trait::async_trait;
use billfold_domain::kernel::{Actor, TenantId};
use chrono::{DateTime, Utc};

use crate::billing_run::Runner;
use crate::commands::Door;
use crate::error::Error;
use crate::ports::Turn;

/// Who asks for what a job does.
const ACTOR: &str = "schedule";

/// What a job works with.
#[derive(Clone)]
pub struct JobRoom {
    /// The only way in for writes.
    pub door: Door,
    /// Conducts billing runs.
    pub runs: Runner,
}

/// One turn of a job.
#[derive(Clone, Debug)]
pub struct Task {
    /// For whom.
    pub tenant: TenantId,
    /// When it began first, however often it is tried: what it works through follows from it.
    pub at: DateTime<Utc>,
    /// Names the turn, however often it is tried: what it does is asked for under keys that begin
    /// with it.
    pub name: String,
    /// Who asks.
    pub actor: Actor,
}

impl Task {
    /// What a turn is, for its job.
    ///
    /// # Errors
    /// The name of whoever asks is not one, which is a bug.
    pub fn of(turn: &Turn) -> Result<Self, Error> {
        let due = turn.due_at.format("%Y-%m-%dT%H:%M:%S%.fZ");
        Ok(Self {
            tenant: turn.tenant,
            at: turn.taken_at,
            name: format!("schedule/{}/{due}", turn.job),
            actor: Actor::system(ACTOR).map_err(Error::bug)?,
        })
    }
}

/// Something that is done by itself.
#[async_trait]
pub trait Job: Send + Sync {
    /// Its key; never renamed, since sellers' choices and turns name it.
    fn key(&self) -> &'static str;

    /// What it does, for people: a sentence without its full stop.
    fn says(&self) -> &'static str;

    /// How often, unless a seller chose something else; as text, see
    /// [`Cadence`](billfold_domain::schedule::Cadence).
    fn cadence(&self) -> &'static str;

    /// Does it, and says what was done. Asked again with the same task, it goes on and does nothing
    /// twice.
    ///
    /// # Errors
    /// The ledger does not answer, or refuses; the turn is tried again.
    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error>;
}

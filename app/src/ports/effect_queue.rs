//! Port: the queue of effects, shared by every process that works on it.
//!
//! Guarantees asked of an implementation: a row is granted to one worker at a time, and only while
//! no earlier row of its order key is open; what ends or postpones a row names its epoch, and is
//! refused once the row was granted anew; a row whose lease ran out comes back as a question,
//! because what it was to do may have left.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::effects::{Claimed, EffectRow, Ending, Lane, LaneWord};
use crate::ports::StoreFailure;

/// How rows are claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claiming<'a> {
    /// Who claims: a process.
    pub owner: &'a str,
    /// The installation's clock.
    pub now: DateTime<Utc>,
    /// Rows at most.
    pub limit: u32,
    /// How long the grant holds.
    pub lease: Duration,
}

/// What a lane gave.
#[derive(Debug, Default)]
pub struct Granted {
    /// The rows, in order.
    pub rows: Vec<Claimed>,
    /// When the lane is worth another look, if it gave less than it has.
    pub wait_until: Option<DateTime<Utc>>,
    /// Whether nothing is wrong with the lane, so that an answer is no news.
    pub is_well: bool,
}

/// The queue.
#[async_trait]
pub trait EffectQueue: Send + Sync {
    /// Lanes that have due rows, those first that were served longest ago.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn due_lanes(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Lane>, StoreFailure>;

    /// Claims due rows of a lane, as many as its budget, breaker and pause allow.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn claim(&self, lane: &Lane, how: &Claiming<'_>) -> Result<Granted, StoreFailure>;

    /// Ends or postpones rows, each with the attempt that was made; answers those that were
    /// granted to somebody else meanwhile and stay as they are.
    ///
    /// # Errors
    /// The store cannot be reached; nothing is changed.
    async fn finish(&self, endings: &[Ending]) -> Result<Vec<EffectRow>, StoreFailure>;

    /// Lets rows whose lease ran out be claimed again, as questions, and those whose time has come;
    /// answers how many.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn take_back(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, StoreFailure>;

    /// Notes how a lane fares.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn note_lane(&self, lane: &Lane, word: &LaneWord) -> Result<(), StoreFailure>;
}

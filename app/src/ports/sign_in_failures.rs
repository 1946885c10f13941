//! Port: how often a sign-in failed, for all processes of the installation.
//!
//! Contract: a try counts as failed from its beginning, under one lock per key, so that tries at
//! the same time gain nothing wherever they are made; failures are forgotten after an hour.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// What failures are counted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureKey {
    /// A keyed hash of an address or a network.
    pub hash: [u8; 32],
    /// Failures before it has to wait.
    pub free: u32,
    /// Whether one success forgets its failures.
    pub forgiving: bool,
}

/// How a try begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BegunTry {
    /// It counts as failed so far.
    Counted {
        /// Whether its failure is the one that a lock-out begins with.
        slows: bool,
    },
    /// It has to wait, and does not count.
    Waits(Duration),
}

/// The counts.
#[async_trait]
pub trait SignInFailures: Send + Sync {
    /// Begins a try under all of the keys, or under none.
    async fn begin(
        &self,
        keys: &[FailureKey],
        now: DateTime<Utc>,
    ) -> Result<BegunTry, StoreFailure>;

    /// The try was good: forgiving keys begin anew, others have one failure less.
    async fn succeeded(&self, keys: &[FailureKey]) -> Result<(), StoreFailure>;

    /// The try was neither good nor bad.
    async fn undo(&self, keys: &[FailureKey]) -> Result<(), StoreFailure>;
}

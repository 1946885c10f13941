//! Port: what the pages ask of the node they run on, beyond one seller's books.
//!
//! Contract: every method answers for the whole installation and must be cheap enough for a page;
//! work that takes long is begun, never waited for. The composition root implements it. Absent on
//! purpose: SQL and tenants.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// What a node tells about itself.
#[async_trait]
pub trait Operations: Send + Sync {
    /// The newest position of the log, and word when it moves.
    fn head(&self) -> watch::Receiver<i64>;

    /// The head of the hash chain.
    async fn chain(&self) -> Result<Chain, OperationsError>;

    /// Signed checkpoints, newest first, at most `limit`.
    async fn anchors(&self, limit: u32) -> Result<Vec<Anchor>, OperationsError>;

    /// Every generation of every read model.
    async fn generations(&self) -> Result<Vec<Generation>, OperationsError>;

    /// Begins to build read models anew beside the live ones; all of them without a name.
    async fn rebuild(&self, name: Option<&str>) -> Result<(), OperationsError>;

    /// Holds a read model where it is; reads go on.
    async fn pause(&self, name: &str) -> Result<(), OperationsError>;

    /// Lets a paused or stopped read model follow the log again.
    async fn resume(&self, name: &str) -> Result<(), OperationsError>;

    /// What is known of the whole log.
    fn proof(&self) -> Proof;

    /// Begins to verify the whole log, unless that runs already.
    fn verify(&self);
}

/// Why the node did not answer.
#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    /// No read model is called so.
    #[error("no read model is called {0}")]
    Unknown(String),
    /// It is being built already.
    #[error("{0} is being rebuilt already; wait until it is done")]
    Busy(String),
    /// The read model is in a state that does not allow it; the text says which.
    #[error("{0}")]
    State(String),
    /// The database is away.
    #[error("the log cannot be asked now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The head of the hash chain.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The newest position.
    pub position: i64,
    /// Batches in the chain.
    pub batches: i64,
    /// The hash of the newest batch, in hexadecimal digits.
    pub hash: String,
    /// When the newest batch was recorded; none for an empty log.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// One signed checkpoint.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Up to where.
    pub position: i64,
    /// Its batch.
    pub batch: i64,
    /// The hash that was signed, in hexadecimal digits.
    pub hash: String,
    /// Which key signed.
    pub key: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One generation of a read model.
#[derive(Clone, Debug)]
pub struct Generation {
    /// The read model.
    pub name: String,
    /// Counted from 1.
    pub generation: i32,
    /// What it is doing.
    pub state: GenerationState,
    /// How far it has read.
    pub position: i64,
    /// Events it set aside because they could not be folded.
    pub parked: i64,
    /// What stopped it.
    pub error: Option<String>,
    /// When it last moved.
    pub moved_at: DateTime<Utc>,
}

/// What a generation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationState {
    /// It answers and follows the log.
    Live,
    /// It answers; its code is older than this program's.
    Outdated,
    /// It is being built.
    Building,
    /// It answers and was told to stand still.
    Paused,
    /// It answers and stands still because of an error.
    Stopped,
}

/// What is known about the whole log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nobody asked since the node started.
    NotRun,
    /// Under way.
    Running {
        /// Events read so far.
        events: i64,
        /// The share of the log, in thousandths.
        thousandths: i64,
    },
    /// Every hash, link, sequence and sum held.
    Whole {
        /// When that was known.
        at: DateTime<Utc>,
        /// Events read.
        events: i64,
        /// The position it holds for.
        up_to: i64,
        /// How long it took.
        seconds: i64,
    },
    /// Something did not hold.
    Broken {
        /// When that was known.
        at: DateTime<Utc>,
        /// The first bad position.
        position: i64,
        /// What was wrong there.
        what: String,
    },
    /// It could not be carried out.
    Failed {
        /// When it was given up.
        at: DateTime<Utc>,
        /// Why.
        what: String,
    },
}

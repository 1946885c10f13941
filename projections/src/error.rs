//! Why a read model could not be written, rebuilt or read.

use billfold_event_store::feed::ReadError;
use billfold_event_store::follower::GenerationError;
use thiserror::Error;

use crate::paging::CursorError;
use crate::projection::FoldError;

/// What went wrong, for which projection, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused or is away.
    #[error("the database does not answer as it should: {0}")]
    Database(#[from] sqlx::Error),
    /// An event cannot be folded.
    #[error("the event at position {position} cannot be folded into {name}: {error}")]
    Fold {
        /// The projection.
        name: &'static str,
        /// Where the event lies in the log.
        position: i64,
        /// Why.
        error: FoldError,
    },
    /// Rows hold the effect of a page already; writing it again would count it twice.
    #[error("{refused} rows of {table} hold the events from position {first} on already")]
    AppliedTwice {
        /// The generation's table.
        table: String,
        /// First position of the page.
        first: i64,
        /// Rows that refused.
        refused: u64,
    },
    /// No projection is called so.
    #[error("no projection is called {name:?}")]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The projection has no generation that answers reads.
    #[error("{name} has not been built yet; run `billfold rebuild {name}`")]
    NotBuilt {
        /// The projection.
        name: String,
    },
    /// An event that cannot be folded holds the projection already.
    #[error("{name} stands still already: an event cannot be folded; mend the cause, then resume")]
    Stopped {
        /// The projection.
        name: &'static str,
    },
    /// The read model is behind what the caller has seen.
    #[error("{name} has reached position {position}, not yet {wanted}")]
    NotYet {
        /// The projection.
        name: &'static str,
        /// Where it is.
        position: i64,
        /// What was asked for.
        wanted: i64,
    },
    /// Another process builds the same projection.
    #[error("{name} is being rebuilt by another process; wait for it or stop it")]
    Busy {
        /// The projection.
        name: &'static str,
    },
    /// The text is no cursor of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The work was cancelled; what was built can be resumed or dropped.
    #[error("the rebuild was cancelled")]
    Cancelled,
    /// A finished generation breaks a rule.
    #[error("{name}: {rule}; {violations} violations, first: {sample}")]
    Disproved {
        /// The projection.
        name: &'static str,
        /// The rule.
        rule: &'static str,
        /// How often it is broken.
        violations: usize,
        /// The first place.
        sample: String,
    },
    /// The list of generations cannot be changed.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// The log cannot be read, or is damaged.
    #[error("the log cannot be read: {0}")]
    Log(#[from] ReadError),
    /// A thread or task of ours ended early.
    #[error("the work broke off: {0}")]
    Broken(String),
}

//! What a read model must offer to be followed. A projector has no way to send anything: effects
//! belong to reactors, which are never rebuilt.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use thiserror::Error;

use crate::recorded::Recorded;

/// A read model that is kept up to date from the log.
#[async_trait]
pub trait Projector: Send + Sync {
    /// Its name, as in `projections.name`.
    fn name(&self) -> &'static str;

    /// Changes whenever the same events would give other rows. A generation is followed only by
    /// code with the hash it was registered with; other code needs a new generation.
    fn code_hash(&self) -> String;

    /// Folds a page of events into the tables of a generation, inside the transaction that moves
    /// the checkpoint: what it writes through `connection` happens exactly once per event. It
    /// must not commit, and must give the same rows however the events are cut into pages.
    ///
    /// # Errors
    /// See [`ProjectorError`]. Whatever was written for the page is undone then.
    async fn apply(
        &self,
        connection: &mut PgConnection,
        generation: i32,
        page: &[Arc<Recorded>],
    ) -> Result<(), ProjectorError>;

    /// What happens to an event that cannot be folded.
    fn on_error(&self) -> OnError {
        OnError::Park
    }
}

/// What happens to an event that cannot be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It and all later events of its stream are set aside; other streams go on.
    Park,
    /// The projection stops there until it is resumed: for read models whose totals must never be
    /// partial.
    Stop,
}

/// Why a page was not folded.
#[derive(Debug, Error)]
pub enum ProjectorError {
    /// It may work later (connection, lock, memory): the same page is tried again after a pause.
    #[error("the read model could not be written")]
    Transient(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This event can never be folded by this code.
    #[error("the event at position {position} cannot be folded: {error}")]
    Poison {
        /// The event.
        position: i64,
        /// Why; no personal data.
        error: String,
    },
    /// Some event of the page can never be folded. The follower cuts the page until one is left.
    #[error("an event of the page cannot be folded: {0}")]
    Unlocated(String),
}

impl From<sqlx::Error> for ProjectorError {
    /// Values the tables do not take (SQLSTATE classes 22 and 23) come from some event; the rest
    /// may pass.
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|cause| cause.code());
        match code.as_deref() {
            Some(code) if code.starts_with("22") || code.starts_with("23") => {
                Self::Unlocated(error.to_string())
            }
            _ => Self::Transient(Box::new(error)),
        }
    }
}

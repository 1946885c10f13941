//! Waits for read models that a command decides by: what was appended before the question counts.
//!
//! Guarantees: a read model that stands still is told apart from a database that does not answer.
//! Absent on purpose: what is read then.

use std::time::Duration;

use billfold_app::ports::StoreFailure;
use billfold_event_store::feed::Feed;
use billfold_projections::{Error, Reads};

/// Waits until each of the read models has reached the head of the log, no longer than `at_most`
/// for each; they are usually there within milliseconds.
pub(super) async fn catch_up(
    reads: &Reads,
    feed: &Feed,
    names: &[&'static str],
    at_most: Duration,
) -> Result<(), StoreFailure> {
    let head = feed.head().await.map_err(unavailable)?.position;
    for name in names {
        reads.wait(name, head, at_most).await.map_err(unread)?;
    }
    Ok(())
}

/// Why a read model did not answer.
pub(super) fn unread(error: Error) -> StoreFailure {
    match error {
        Error::NotYet { name, position, wanted } => {
            StoreFailure::Behind { read_model: name, position, head: wanted }
        }
        other => unavailable(other),
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreFailure {
    StoreFailure::Unavailable(error.into())
}

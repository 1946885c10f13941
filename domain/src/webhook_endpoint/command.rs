//! What may be asked of a webhook endpoint.

use crate::webhook_endpoint::{PauseReason, WebhookTerms};

/// A request about a webhook endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookEndpointCommand {
    /// Tell it of events from now on.
    Register(WebhookTerms),
    /// Set where it is and what it is told.
    Set(WebhookTerms),
    /// Sign with a new secret; the one before it signs beside it for a day.
    RotateSecret,
    /// Send again everything after a log position.
    Replay {
        /// The position.
        after: i64,
    },
    /// Send nothing for now.
    Pause {
        /// Why.
        reason: PauseReason,
    },
    /// Go on where it was paused.
    Resume,
    /// Send nothing any more.
    Delete,
}

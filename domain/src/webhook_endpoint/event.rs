//! What can have happened to a webhook endpoint.

use serde::{Deserialize, Serialize};

use crate::kernel::EventBody;
use crate::kernel::aggregate::name_events;

/// Where an endpoint is, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTerms {
    /// Its address; no secret, for it is kept for ever.
    pub url: String,
    /// What people call it.
    pub description: Option<String>,
    /// What it is told: types such as `invoice.issued`, or `invoice.*`; everything if empty.
    pub event_types: Vec<String>,
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Somebody asked for it.
    Asked,
    /// It could not be reached, or did not accept, as often as it was tried.
    Failing,
    /// It said that it is gone for good.
    Gone,
}

impl PauseReason {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

/// A fact about a webhook endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEndpointEvent {
    /// It is told of events after this one.
    Registered(WebhookTerms),
    /// It is somewhere else, or told something else, from now on.
    TermsSet(WebhookTerms),
    /// Messages are signed with another secret.
    SecretRotated {
        /// Its number; the first one has 1.
        secret_no: u32,
    },
    /// Everything after a log position is sent again.
    ReplayAsked {
        /// The position.
        after: i64,
    },
    /// Nothing is sent for now.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// It is told again, from where it was paused.
    Resumed {},
    /// Nothing is sent any more.
    Deleted {},
}

name_events!(WebhookEndpointEvent {
    Registered => "webhook_endpoint.registered" v "1",
    TermsSet => "webhook_endpoint.terms_set" v "1",
    SecretRotated => "webhook_endpoint.secret_rotated" v "1",
    ReplayAsked => "webhook_endpoint.replay_asked" v "1",
    Paused => "webhook_endpoint.paused" v "1",
    Resumed => "webhook_endpoint.resumed" v "1",
    Deleted => "webhook_endpoint.deleted" v "1",
});

impl EventBody for WebhookEndpointEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}

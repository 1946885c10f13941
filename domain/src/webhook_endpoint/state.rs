//! What is known of a webhook endpoint.

use serde::{Deserialize, Serialize};

use crate::webhook_endpoint::{PauseReason, WebhookEndpointEvent, WebhookTerms};

/// A webhook endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEndpoint {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    Registered {
        /// Where it is, and what it is told.
        terms: WebhookTerms,
        /// The number of the secret that signs.
        secret_no: u32,
        /// Whether something is sent.
        standing: Standing,
    },
    /// There was.
    Deleted,
}

/// Whether something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    Active,
    /// Not now.
    Paused(PauseReason),
}

impl WebhookEndpoint {
    pub(super) fn take(&mut self, event: &WebhookEndpointEvent) {
        use WebhookEndpointEvent as Event;
        match (self, event) {
            (this, Event::Registered(terms)) => {
                let (terms, standing) = (terms.clone(), Standing::Active);
                *this = Self::Registered { terms, secret_no: 1, standing };
            }
            (Self::Registered { terms, .. }, Event::TermsSet(set)) => terms.clone_from(set),
            (Self::Registered { secret_no, .. }, Event::SecretRotated { secret_no: new }) => {
                *secret_no = *new;
            }
            (Self::Registered { standing, .. }, Event::Paused { reason }) => {
                *standing = Standing::Paused(*reason);
            }
            (Self::Registered { standing, .. }, Event::Resumed {}) => *standing = Standing::Active,
            (this @ Self::Registered { .. }, Event::Deleted {}) => *this = Self::Deleted,
            (Self::Registered { .. }, Event::ReplayAsked { .. })
            | (Self::Absent | Self::Deleted, _) => {}
        }
    }
}

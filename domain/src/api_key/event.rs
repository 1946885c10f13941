//! What can have happened to an API key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::EventBody;
use crate::kernel::aggregate::name_events;
use crate::role::Permissions;

/// What an API key is; never what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyTerms {
    /// What people call it, 1 to 100 characters.
    pub name: String,
    /// What it may do, at least one thing, for any client of the seller.
    pub scopes: Permissions,
    /// When it ends; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A fact about an API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyEvent {
    /// It was made.
    Created(ApiKeyTerms),
    /// It is refused from now on.
    Revoked {
        /// What people called it.
        name: String,
    },
}

name_events!(ApiKeyEvent {
    Created => "api_key.created" v "1",
    Revoked => "api_key.revoked" v "1",
});

impl EventBody for ApiKeyEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}

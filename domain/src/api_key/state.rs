//! What is known of an API key.

use serde::{Deserialize, Serialize};

use crate::api_key::{ApiKeyEvent, ApiKeyTerms};

/// An API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKey {
    /// None was made under this id, as far as the log knows.
    #[default]
    Absent,
    /// It was made, and nobody took it back.
    Valid(ApiKeyTerms),
    /// Somebody took it back.
    Revoked,
}

impl ApiKey {
    pub(super) fn take(&mut self, event: &ApiKeyEvent) {
        *self = match event {
            ApiKeyEvent::Created(terms) => Self::Valid(terms.clone()),
            ApiKeyEvent::Revoked { .. } => Self::Revoked,
        };
    }
}

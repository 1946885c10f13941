//! What can have happened to an API key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::text::check_line;
use crate::kernel::{EventBody, Invalid};
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

impl ApiKeyTerms {
    /// Checks the name and that there is something it may do.
    ///
    /// # Errors
    /// Every part that breaks a rule.
    pub fn check(&self) -> Result<(), Invalid> {
        let some = if self.scopes.is_empty() {
            Err(Invalid::one("scopes", "api_key.no_scopes", "choose at least one scope"))
        } else {
            Ok(())
        };
        Invalid::gather([check_line("name", &self.name, 100), some])
    }
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

//! What may be asked of an API key.

use crate::api_key::ApiKeyTerms;
use crate::role::Rights;

/// A request about an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyCommand {
    /// Make it.
    Create {
        /// What it is.
        terms: ApiKeyTerms,
        /// What whoever asks may do.
        held: Rights,
    },
    /// Refuse it from now on.
    Revoke {
        /// What people call it.
        name: String,
    },
}

//! How webhook endpoints are called.

use serde::{Deserialize, Serialize};

/// How webhook endpoints are called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// For tests only: endpoints may be on this machine or in a private network, and in clear. Who
    /// may register endpoints can then reach whatever this program can.
    pub allow_private_addresses_for_tests: bool,
}

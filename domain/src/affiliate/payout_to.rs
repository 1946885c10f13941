//! Where a payout goes.

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::check_key;

/// Where a payout goes. Which account it is there, the channel knows; no event does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PayoutTo {
    /// Into the affiliate's own credit as a client.
    CustomerCredit,
    /// Out of our bank, by a channel.
    Channel {
        /// Its key, such as `manual_bank`.
        key: String,
    },
}

impl PayoutTo {
    /// Refuses a channel whose key is none.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::CustomerCredit => Ok(()),
            Self::Channel { key } => check_key("to/key", key),
        }
    }
}

//! Whether a service is to run, by what was paid for it.

use serde::{Deserialize, Serialize};

/// The status of a hosted service by its days and payments alone; what screens say of it also
/// knows its server, see [`DeliveryStatus`](crate::service::DeliveryStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// Ordered, not paid.
    Pending,
    /// It runs.
    Active,
    /// It stands still and can run again.
    Suspended,
    /// It is gone.
    Terminated,
    /// The order came to nothing.
    Cancelled,
}

impl ServiceStatus {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing can bring it back.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Terminated | Self::Cancelled)
    }
}

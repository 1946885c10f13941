//! How a server does, and what that means for new accounts.

use serde::{Deserialize, Serialize};

/// So many checks in a row fail before a server counts as gone.
const OFFLINE_AFTER: u32 = 3;

/// What checks say of a server.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answers.
    #[default]
    Online,
    /// It did not answer lately.
    Degraded,
    /// It does not answer.
    Offline,
}

impl Health {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Degraded => "degraded",
            Self::Offline => "offline",
        }
    }
}

/// What a server's health is after a check that was the last of so many that failed in a row: none
/// of them if it passed. A failure makes nothing better, whoever lost count.
pub fn health_after(before: Health, failed_in_a_row: u32) -> Health {
    match failed_in_a_row {
        0 => Health::Online,
        failed if failed >= OFFLINE_AFTER => Health::Offline,
        _ => before.max(Health::Degraded),
    }
}

/// What screens say of a server (SRV-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// It answers.
    Online,
    /// It did not answer lately.
    Degraded,
    /// It does not answer.
    Offline,
    /// Somebody is at work on it.
    Maintenance,
    /// It is not in use.
    Disabled,
}

impl ServerStatus {
    /// Every status, in the order screens list them.
    pub const ALL: [Self; 5] =
        [Self::Online, Self::Degraded, Self::Offline, Self::Maintenance, Self::Disabled];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Degraded => "degraded",
            Self::Offline => "offline",
            Self::Maintenance => "maintenance",
            Self::Disabled => "disabled",
        }
    }

    /// Whether it may be given another account.
    pub fn takes_accounts(self) -> bool {
        matches!(self, Self::Online | Self::Degraded)
    }
}

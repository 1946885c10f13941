//! The way to other programs' webhook endpoints.
//!
//! Guarantees asked of an implementation: it connects to public addresses only, and looks at the
//! address it connects to and not at an earlier answer of a name server; it follows no redirect,
//! and ends within [`LONGEST_SEND`]; it signs by Standard Webhooks 1.0 with every secret given.

use std::time::Duration;

use async_trait::async_trait;

use crate::access::Secret;

/// How long one message may take.
pub const LONGEST_SEND: Duration = Duration::from_secs(15);

/// Calls webhook endpoints.
#[async_trait]
pub trait WebhookChannel: Send + Sync {
    /// Whether an address may be called, as far as can be told now.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self, url: &str) -> Result<(), AddressRefusal>;

    /// Sends a message.
    async fn send(&self, message: &WebhookMessage) -> Sent;
}

/// A message as it is sent.
#[derive(Debug)]
pub struct WebhookMessage {
    /// To where.
    pub url: String,
    /// Its id, the same each time it is sent.
    pub id: String,
    /// When it is sent, in seconds since 1970.
    pub timestamp: i64,
    /// What it says: JSON.
    pub body: String,
    /// Secrets to sign with, `whsec_…`, the newest first.
    pub secrets: Vec<Secret>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The endpoint took it: an HTTP status of 200 to 299.
    Accepted(u16),
    /// The endpoint answered with another status.
    Refused(u16),
    /// There was no answer.
    Failed(SendFailure),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendFailure {
    /// Its address is not public.
    Address,
    /// Nobody could be reached, or the connection broke off.
    Connection,
    /// It took too long.
    Timeout,
}

impl SendFailure {
    /// The stored word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address_not_public",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
        }
    }
}

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefusal {
    /// Not a web address.
    #[error("is no web address")]
    Malformed,
    /// In clear.
    #[error("must begin with https://: what is sent is nobody else's business")]
    NotEncrypted,
    /// It leads into a private network, to this machine or to nobody.
    #[error("leads to a private, local or reserved address; only public ones are called")]
    NotPublic,
}

impl AddressRefusal {
    /// A stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "url.malformed",
            Self::NotEncrypted => "url.not_encrypted",
            Self::NotPublic => "url.not_public",
        }
    }
}

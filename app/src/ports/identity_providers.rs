//! Port: who else may vouch for staff: identity providers that speak OpenID Connect.
//!
//! Contract: `redeem` answers only for what the provider itself signed, for us, for this visit, and
//! not longer ago than it says; every other answer of a provider is a refusal.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::access::Secret;

/// A provider, as people choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderName {
    /// The key in addresses.
    pub key: String,
    /// What its button says.
    pub name: String,
}

/// What a visit takes along. Random, made for one visit.
#[derive(Clone, Copy, Debug)]
pub struct ProviderVisit<'a> {
    /// Comes back with the browser.
    pub state: &'a str,
    /// Comes back inside what is signed.
    pub nonce: &'a str,
    /// SHA-256 of the verifier, in base 64 for addresses (PKCE, RFC 7636).
    pub challenge: &'a str,
}

/// What a browser brought back.
#[derive(Clone, Copy, Debug)]
pub struct ProviderReturn<'a> {
    /// The authorization code.
    pub code: &'a Secret,
    /// What the challenge was made of.
    pub verifier: &'a Secret,
    /// The nonce of the visit.
    pub nonce: &'a str,
    /// The time, by the caller's clock.
    pub now: DateTime<Utc>,
}

/// Whom a provider vouches for.
#[derive(Clone)]
pub struct Vouched {
    /// The issuer that signed it.
    pub issuer: String,
    /// Its name for the person, which it never gives to another.
    pub subject: String,
    /// The address, if the provider says that it verified it.
    pub verified_email: Option<String>,
}

impl std::fmt::Debug for Vouched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vouched").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Why a provider is of no help.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFailure {
    /// There is none under this key.
    #[error("there is no identity provider of this name")]
    Unknown,
    /// It does not answer; trying again later is right.
    #[error("the identity provider does not answer: {0}")]
    Unavailable(String),
    /// It refused, or what it said does not hold.
    #[error("what the identity provider said does not hold: {0}")]
    NotValid(String),
}

/// The providers.
#[async_trait]
pub trait IdentityProviders: Send + Sync {
    /// All of them, in the order of the settings.
    fn names(&self) -> Vec<ProviderName>;

    /// Where a browser is sent.
    async fn address(&self, key: &str, visit: ProviderVisit<'_>)
    -> Result<String, ProviderFailure>;

    /// Whom the provider vouches for.
    async fn redeem(&self, key: &str, back: ProviderReturn<'_>)
    -> Result<Vouched, ProviderFailure>;
}

//! Who may come in: staff with a password and a session, programs with an API key, both per tenant.
//!
//! Guarantees: a token or secret is shown once and stored as a hash; a refused sign-in takes the
//! same time whether the account exists or not; repeated failures are slowed per address and
//! network; every attempt is an event; an `Actor` for a write comes from here alone.
//! Absent on purpose: cookies and headers, which belong to the edges, and client (portal) accounts.

mod api_key;
mod error;
mod identity;
mod import;
mod jwt;
mod note;
mod own;
mod passes;
mod program;
mod reset;
mod second_factor;
mod session;
mod sign_in;
mod staff;
mod throttle;
mod token;

use std::sync::Arc;

use billfold_event_store::Clock;

use crate::commands::Door;
use crate::ports::{
    ApiKeys, PasswordHashing, RefreshTokens, ResetCodes, SecondFactors, Sessions, StaffAccounts,
};
use crate::vault::Vault;
use passes::Passes;
use throttle::Throttle;

pub use crate::ports::SessionKind;
pub use api_key::{ApiKeySummary, NewApiKey};
pub use error::AccessError;
pub use identity::{Identity, Via};
pub use import::ImportedStaff;
pub use own::{OwnSession, SessionOrigin};
pub use program::ProgramTokens;
pub use second_factor::{Enrolment, SecondFactor};
pub use session::SignedIn;
pub use sign_in::Attempt;
pub use token::{Secret, is_api_key};

/// What `Access` is built over.
#[derive(Clone)]
pub struct AccessParts {
    /// The accounts.
    pub staff: Arc<dyn StaffAccounts>,
    /// The sessions.
    pub sessions: Arc<dyn Sessions>,
    /// What renews the access of programs.
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    /// What sets forgotten passwords anew.
    pub reset_codes: Arc<dyn ResetCodes>,
    /// The second steps.
    pub second_factors: Arc<dyn SecondFactors>,
    /// The API keys.
    pub api_keys: Arc<dyn ApiKeys>,
    /// How passwords are hashed.
    pub passwords: Arc<dyn PasswordHashing>,
    /// Makes the keyed hashes of addresses.
    pub vault: Arc<Vault>,
    /// Who works for a seller, what they may do, and where sign-ins are noted.
    pub door: Door,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Sign-in, sessions and API keys.
pub struct Access {
    parts: AccessParts,
    throttle: Throttle,
    passes: Passes,
}

impl Access {
    /// The service over its parts.
    #[must_use]
    pub fn new(parts: AccessParts) -> Self {
        Self { parts, throttle: Throttle::new(), passes: Passes::new() }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

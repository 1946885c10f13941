//! Who may come in: staff with a password and a session, programs with an API key, both per tenant.
//!
//! Guarantees: a token or secret is shown once and stored as a hash; a refused sign-in takes the
//! same time whether the account exists or not; repeated failures are slowed per address and
//! network; every attempt is an event; an `Actor` for a write comes from here alone.
//! Clients sign in apart from staff, by the same code.
//! Absent on purpose: cookies and headers, which belong to the edges.

mod address;
mod address_code;
mod api_key;
mod approver;
mod by;
mod changes;
mod client;
mod client_import;
mod error;
mod forgotten;
mod identity;
mod import;
mod jwt;
mod mail;
mod note;
mod own;
mod owner;
mod passes;
mod passkeys;
mod password;
mod program;
mod provider;
mod reach;
mod reset;
mod second_factor;
mod session;
mod sign_in;
mod staff;
mod throttle;
mod token;
mod tries;

use std::sync::Arc;

use billfold_event_store::Clock;

use crate::commands::Door;
use crate::ports::{
    AddressCodes, ApiKeys, ClientAccounts, IdentityProviders, Passkeys, PasswordHashing,
    ProviderLinks, RefreshTokens, ResetCodes, SecondFactors, Sessions, SignInFailures,
    SpentChallenges, StaffAccounts,
};
use crate::tenancy::HostNames;
use crate::vault::Vault;
use passes::Passes;
use throttle::Throttle;

pub use crate::ports::{Holder, SessionKind};
pub use address::Addressed;
pub use api_key::ApiKeySummary;
pub use by::By;
pub use client_import::{ImportedClient, KnownClient};
pub use error::AccessError;
pub use identity::{Identity, Via};
pub use import::ImportedStaff;
pub use mail::MailParts;
pub use own::{OwnSession, SessionOrigin};
pub use passkeys::{OwnPasskey, PasskeyQuestion, PasskeySite};
pub use program::ProgramTokens;
pub use provider::{BegunVisit, ProviderLink, Returned};
pub use reach::{Belonging, Belongs, holds};
pub use second_factor::{Enrolment, SecondFactor};
pub use session::SignedIn;
pub use sign_in::Attempt;
pub use token::{Secret, is_api_key};

/// What `Access` is built over.
#[derive(Clone)]
pub struct AccessParts {
    /// The accounts.
    pub staff: Arc<dyn StaffAccounts>,
    /// The accounts of clients.
    pub clients: Arc<dyn ClientAccounts>,
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
    /// Which addresses are proved to reach their owner.
    pub address_codes: Arc<dyn AddressCodes>,
    /// Who else vouches for staff.
    pub providers: Arc<dyn IdentityProviders>,
    /// Whom they let in.
    pub provider_links: Arc<dyn ProviderLinks>,
    /// How often sign-ins failed.
    pub failures: Arc<dyn SignInFailures>,
    /// Whether nothing else lets staff in.
    pub only_by_provider: bool,
    /// The passkeys.
    pub passkeys: Arc<dyn Passkeys>,
    /// Where they are for.
    pub passkey_site: PasskeySite,
    /// What was finished with a browser.
    pub spent_challenges: Arc<dyn SpentChallenges>,
    /// How mail leaves.
    pub mail: MailParts,
    /// Who works for a seller, what they may do, and where sign-ins are noted.
    pub door: Door,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Sign-in, sessions and API keys.
pub struct Access {
    parts: AccessParts,
    throttle: Throttle,
    client_throttle: Throttle,
    /// Askings for mail: they count like failures, and are never good.
    askings: Throttle,
    passes: Passes,
    host_names: HostNames,
}

impl Access {
    /// The service over its parts.
    #[must_use]
    pub fn new(parts: AccessParts) -> Self {
        let host_names = HostNames::new(parts.door.clone());
        Self {
            parts,
            throttle: Throttle::new(),
            client_throttle: Throttle::new(),
            askings: Throttle::new(),
            passes: Passes::new(),
            host_names,
        }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

//! Who is asking, once verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_domain::kernel::{Actor, ApiKeyId, SessionId, StaffId, TenantId};
use billfold_domain::role::{Permission, Reach, Rights};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

/// A verified caller.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The seller it acts for.
    pub tenant: TenantId,
    /// What it may do.
    pub rights: Rights,
    /// How it was verified.
    pub via: Via,
}

/// How a caller was verified.
#[derive(Clone)]
pub enum Via {
    /// A browser session.
    Session {
        /// Who signed in.
        staff: StaffId,
        /// Its id.
        session: SessionId,
        /// What forms must carry.
        csrf_secret: [u8; 32],
        /// Whether the seller wants a second step first, which this person has not set up: nothing
        /// but that may be done meanwhile.
        restricted: bool,
        /// Other sellers this person may switch to.
        also: Vec<TenantId>,
        /// When the session ends.
        expires_at: DateTime<Utc>,
    },
    /// An access token of a program that a person signed in.
    AccessToken {
        /// Who signed in.
        staff: StaffId,
        /// The session it belongs to.
        session: SessionId,
        /// As for a browser session.
        restricted: bool,
        /// When the token ends.
        expires_at: DateTime<Utc>,
    },
    /// An API key.
    ApiKey(ApiKeyId),
}

impl Identity {
    /// The actor that events name.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.via {
            Via::Session { staff, .. } | Via::AccessToken { staff, .. } => Actor::Staff(staff),
            Via::ApiKey(key) => Actor::ApiKey(key),
        }
    }

    /// Whether it may do what needs `permission`, for any client of the seller. Rights that reach
    /// fewer open nothing that shows or changes the data of all.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.rights.reach == Reach::Seller && self.rights.permissions.allow(permission)
    }

    /// The person who is signed in, and by which session; nobody for an API key.
    #[must_use]
    pub fn person(&self) -> Option<(StaffId, SessionId)> {
        match self.via {
            Via::Session { staff, session, .. } | Via::AccessToken { staff, session, .. } => {
                Some((staff, session))
            }
            Via::ApiKey(_) => None,
        }
    }

    /// Whether this person has to set up a second step before anything else.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        match self.via {
            Via::Session { restricted, .. } | Via::AccessToken { restricted, .. } => restricted,
            Via::ApiKey(_) => false,
        }
    }

    /// What a form of this session carries; none for a program, which needs no protection against
    /// forged forms.
    #[must_use]
    pub fn csrf_token(&self) -> Option<String> {
        match &self.via {
            Via::Session { csrf_secret, .. } => Some(URL_SAFE_NO_PAD.encode(csrf_secret)),
            Via::AccessToken { .. } | Via::ApiKey(_) => None,
        }
    }

    /// Whether `token` came from a form of this session, compared in constant time.
    #[must_use]
    pub fn csrf_holds(&self, token: &str) -> bool {
        match (&self.via, URL_SAFE_NO_PAD.decode(token)) {
            (Via::Session { csrf_secret, .. }, Ok(given)) => {
                csrf_secret.as_slice().ct_eq(&given).into()
            }
            _ => false,
        }
    }
}

impl std::fmt::Debug for Via {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Session { staff, expires_at, .. } => {
                write!(f, "Session({staff}, until {expires_at})")
            }
            Self::AccessToken { staff, expires_at, .. } => {
                write!(f, "AccessToken({staff}, until {expires_at})")
            }
            Self::ApiKey(key) => write!(f, "ApiKey({key})"),
        }
    }
}

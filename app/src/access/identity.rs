//! Who is asking, once verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_domain::kernel::{Actor, ApiKeyId, ClientId, SessionId, StaffId, TenantId};
use billfold_domain::role::{Permission, Reach, Rights};
use billfold_projections::Scope;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use crate::ports::Holder;

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
    /// A client, by a browser session or by an access token of a program.
    Client {
        /// Who signed in.
        client: ClientId,
        /// Its id.
        session: SessionId,
        /// What forms must carry; nothing for a program.
        csrf_secret: Option<[u8; 32]>,
        /// When the session, or the token, ends.
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
            Via::Client { client, .. } => Actor::Client(client),
            Via::ApiKey(key) => Actor::ApiKey(key),
        }
    }

    /// Whether it may do what needs `permission`, for any client of the seller. Rights that reach
    /// fewer open nothing that shows or changes the data of all.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.rights.reach == Reach::Seller && self.rights.permissions.allow(permission)
    }

    /// Whose things it may ask for on a route that serves any reach down to `narrowest`; nothing if
    /// it lacks the permission or reaches less.
    #[must_use]
    pub fn scope(&self, permission: Permission, narrowest: Reach) -> Option<Scope> {
        let Rights { permissions, reach } = self.rights;
        if !permissions.allow(permission) || reach < narrowest {
            return None;
        }
        match (reach, self.person(), self.client()) {
            (Reach::Seller, ..) => Some(Scope::Seller),
            (Reach::OwnClients, Some((staff, _)), _) => Some(Scope::ClientsOf(staff)),
            (Reach::OwnAccount, _, Some((client, _))) => Some(Scope::Only(client)),
            _ => None,
        }
    }

    /// The member of staff who is signed in, and by which session; nobody for a client or a key.
    #[must_use]
    pub fn person(&self) -> Option<(StaffId, SessionId)> {
        match self.via {
            Via::Session { staff, session, .. } | Via::AccessToken { staff, session, .. } => {
                Some((staff, session))
            }
            Via::Client { .. } | Via::ApiKey(_) => None,
        }
    }

    /// The client who is signed in, and by which session.
    #[must_use]
    pub fn client(&self) -> Option<(ClientId, SessionId)> {
        match self.via {
            Via::Client { client, session, .. } => Some((client, session)),
            _ => None,
        }
    }

    /// Whoever is signed in, staff or client, and by which session; nobody for an API key.
    #[must_use]
    pub fn holder(&self) -> Option<(Holder, SessionId)> {
        let staff = self.person().map(|(staff, session)| (Holder::Staff(staff), session));
        staff.or_else(|| self.client().map(|(client, session)| (client.into(), session)))
    }

    /// Whether this person has to set up a second step before anything else.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        match self.via {
            Via::Session { restricted, .. } | Via::AccessToken { restricted, .. } => restricted,
            Via::Client { .. } | Via::ApiKey(_) => false,
        }
    }

    /// What a form of this session carries; none for a program, which needs no protection against
    /// forged forms.
    #[must_use]
    pub fn csrf_token(&self) -> Option<String> {
        self.csrf_secret().map(|secret| URL_SAFE_NO_PAD.encode(secret))
    }

    /// Whether `token` came from a form of this session, compared in constant time.
    #[must_use]
    pub fn csrf_holds(&self, token: &str) -> bool {
        match (self.csrf_secret(), URL_SAFE_NO_PAD.decode(token)) {
            (Some(secret), Ok(given)) => secret.as_slice().ct_eq(&given).into(),
            _ => false,
        }
    }

    fn csrf_secret(&self) -> Option<&[u8; 32]> {
        match &self.via {
            Via::Session { csrf_secret, .. } => Some(csrf_secret),
            Via::Client { csrf_secret, .. } => csrf_secret.as_ref(),
            Via::AccessToken { .. } | Via::ApiKey(_) => None,
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
            Self::Client { client, expires_at, .. } => {
                write!(f, "Client({client}, until {expires_at})")
            }
            Self::ApiKey(key) => write!(f, "ApiKey({key})"),
        }
    }
}

//! What can have happened to a payment method.

use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody};
use crate::payment_method::Instrument;

/// A fact about a payment method. What names the client or the token also takes or gives up what
/// may exist only once, see [`PaymentMethodEvent::claims`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethodEvent {
    /// A gateway's token is kept.
    Attached {
        /// Whose it is.
        client_id: ClientId,
        /// Key of the gateway that made the token.
        gateway: String,
        /// The token; no card number.
        token: String,
        /// What a person sees of it.
        instrument: Instrument,
    },
    /// It is charged unless another is named.
    MadeDefault {
        /// Whose default it is.
        client_id: ClientId,
    },
    /// It is charged only when it is named.
    DefaultCleared {
        /// Whose default it was.
        client_id: ClientId,
    },
    /// It is good no longer.
    Expired {},
    /// It is forgotten; the gateway's token may be attached anew.
    Detached {
        /// Key of the gateway.
        gateway: String,
        /// The token.
        token: String,
        /// Why.
        reason: String,
    },
}

name_events!(PaymentMethodEvent {
    Attached => "payment_method.attached" v "1",
    MadeDefault => "payment_method.made_default" v "1",
    DefaultCleared => "payment_method.default_cleared" v "1",
    Expired => "payment_method.expired" v "1",
    Detached => "payment_method.detached" v "1",
});

impl PaymentMethodEvent {
    /// Scope of the claim on a gateway's token; see [`PaymentMethodEvent::token_key`].
    pub const TOKEN_SCOPE: &'static str = "payment_method.token";

    /// Scope of the claim on being a client's default; see [`PaymentMethodEvent::default_key`].
    pub const DEFAULT_SCOPE: &'static str = "payment_method.default";

    /// The key under which a gateway's token is claimed.
    pub fn token_key(gateway: &str, token: &str) -> String {
        format!("{gateway}/{token}")
    }

    /// The key under which being the default of a client is claimed.
    pub fn default_key(client_id: ClientId) -> String {
        client_id.to_string()
    }
}

impl EventBody for PaymentMethodEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = match self {
            Self::Attached { gateway, token, .. } => {
                Claim::Take { scope: Self::TOKEN_SCOPE, key: Self::token_key(gateway, token) }
            }
            Self::MadeDefault { client_id } => {
                Claim::Take { scope: Self::DEFAULT_SCOPE, key: Self::default_key(*client_id) }
            }
            Self::DefaultCleared { client_id } => {
                Claim::Release { scope: Self::DEFAULT_SCOPE, key: Self::default_key(*client_id) }
            }
            Self::Detached { gateway, token, .. } => {
                Claim::Release { scope: Self::TOKEN_SCOPE, key: Self::token_key(gateway, token) }
            }
            Self::Expired {} => return Vec::new(),
        };
        vec![claim]
    }
}

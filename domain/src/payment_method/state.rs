//! What is known of a payment method.

use serde::{Deserialize, Serialize};

use crate::kernel::ClientId;
use crate::payment_method::{Instrument, PaymentMethodEvent};

/// A payment method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Nothing exists under this id.
    #[default]
    Absent,
    /// It can be charged.
    Attached(AttachedMethod),
    /// It is good no longer.
    Expired(AttachedMethod),
    /// It is forgotten.
    Detached,
}

/// A token that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedMethod {
    /// Whose it is.
    pub client_id: ClientId,
    /// Key of the gateway that made the token.
    pub gateway: String,
    /// The token.
    pub token: String,
    /// What a person sees of it.
    pub instrument: Instrument,
    /// Whether it is the client's default.
    pub is_default: bool,
}

impl PaymentMethod {
    /// The method, if it can be charged.
    pub fn chargeable(&self) -> Option<&AttachedMethod> {
        match self {
            Self::Attached(method) => Some(method),
            Self::Absent | Self::Expired(_) | Self::Detached => None,
        }
    }

    pub(super) fn take(&mut self, event: &PaymentMethodEvent) {
        match event {
            PaymentMethodEvent::Attached { client_id, gateway, token, instrument } => {
                *self = Self::Attached(AttachedMethod {
                    client_id: *client_id,
                    gateway: gateway.clone(),
                    token: token.clone(),
                    instrument: instrument.clone(),
                    is_default: false,
                });
            }
            PaymentMethodEvent::MadeDefault { .. } => self.set_default(true),
            PaymentMethodEvent::DefaultCleared { .. } => self.set_default(false),
            PaymentMethodEvent::Expired {} => {
                *self = match std::mem::take(self) {
                    Self::Attached(method) => Self::Expired(method),
                    other => other,
                };
            }
            PaymentMethodEvent::Detached { .. } => *self = Self::Detached,
        }
    }

    fn set_default(&mut self, is_default: bool) {
        if let Self::Attached(method) | Self::Expired(method) = self {
            method.is_default = is_default;
        }
    }
}

//! What is known of an address at a seller.

use serde::{Deserialize, Serialize};

use crate::kernel::{BlindIndex, SessionId, SignInId, TenantId};
use crate::sign_in::SignInEvent;

/// How the last sign-ins went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    pub(super) refusals: u32,
    pub(super) last_session: Option<SessionId>,
}

impl SignIn {
    /// The stream of an address, known by its keyed hash, at a seller.
    pub fn id_of(tenant: TenantId, address: &BlindIndex) -> SignInId {
        SignInId::derive(tenant.uuid(), address.as_str())
    }

    /// Refusals since the last success.
    pub fn refusals(&self) -> u32 {
        self.refusals
    }

    pub(super) fn take(&mut self, event: &SignInEvent) {
        match event {
            SignInEvent::Succeeded { session_id, .. }
            | SignInEvent::ClientSucceeded { session_id, .. } => {
                self.refusals = 0;
                self.last_session = Some(*session_id);
            }
            SignInEvent::Refused { .. } => self.refusals = self.refusals.saturating_add(1),
            SignInEvent::Slowed { .. }
            | SignInEvent::Ended { .. }
            | SignInEvent::ResetAsked { .. }
            | SignInEvent::MeansChanged { .. }
            | SignInEvent::ClientMeansChanged { .. } => {}
        }
    }
}

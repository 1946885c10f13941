//! Tries that count as failed until they are known to be good, over all processes.
//!
//! Guarantees: what this process knows to have to wait is answered without the database; everything
//! else is counted there, so that neither more processes nor a new start give more tries. Askings
//! for mail are counted apart from sign-ins: who asks for a code may still sign in.

use std::net::IpAddr;
use std::time::Duration;

use billfold_domain::kernel::BlindIndex;

use super::throttle::{Throttle, Try};
use super::{Access, AccessError};
use crate::ports::{BegunTry, FailureKey, Holder};

/// What the hashes of counted keys are for.
const COUNTED: &str = "sign-in failures";

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trying {
    /// To come in, or to prove that one is who one says; by staff.
    SignIn,
    /// The same by a client of a seller; their failures slow no staff.
    ClientSignIn,
    /// To have a mail sent.
    Asking,
}

impl Trying {
    /// A holder of such an account tries to come in.
    pub(super) fn to_enter(holder: Holder) -> Self {
        match holder {
            Holder::Staff(_) => Self::SignIn,
            Holder::Client(_) => Self::ClientSignIn,
        }
    }
}

/// A try that counts as failed so far.
#[derive(Debug)]
pub(super) struct Tried {
    /// Whether its failure is the one that a lock-out begins with.
    pub(super) slows: bool,
    trying: Trying,
    here: Try,
    everywhere: Vec<FailureKey>,
}

impl Access {
    /// Begins a try, or tells how long to wait.
    pub(super) async fn begin_try(
        &self,
        trying: Trying,
        address: &BlindIndex,
        ip: Option<IpAddr>,
    ) -> Result<Result<Tried, Duration>, AccessError> {
        let now = self.parts.clock.now();
        let throttle = self.throttle_of(trying);
        let here = match throttle.begin(address, ip, now) {
            Ok(here) => here,
            Err(left) => return Ok(Err(left)),
        };
        let mut everywhere = Vec::new();
        for (name, free, forgiving) in here.named() {
            let name = format!("{trying:?}:{name}");
            let hash = self.parts.vault.installation_hash(COUNTED, &name, now).await?;
            everywhere.push(FailureKey { hash, free, forgiving });
        }
        match self.parts.failures.begin(&everywhere, now).await {
            Ok(BegunTry::Counted { slows }) => Ok(Ok(Tried { slows, trying, here, everywhere })),
            Ok(BegunTry::Waits(left)) => {
                throttle.undo(&here);
                Ok(Err(left))
            }
            Err(error) => {
                throttle.undo(&here);
                Err(error.into())
            }
        }
    }

    /// The try was good. Where the database does not answer, the failure stays for an hour.
    pub(super) async fn try_succeeded(&self, tried: &Tried) {
        self.throttle_of(tried.trying).succeeded(&tried.here);
        if let Err(error) = self.parts.failures.succeeded(&tried.everywhere).await {
            tracing::warn!(%error, "failed sign-ins could not be forgotten");
        }
    }

    /// The try was neither good nor bad.
    pub(super) async fn undo_try(&self, tried: &Tried) {
        self.throttle_of(tried.trying).undo(&tried.here);
        if let Err(error) = self.parts.failures.undo(&tried.everywhere).await {
            tracing::warn!(%error, "a sign-in could not be uncounted");
        }
    }

    fn throttle_of(&self, trying: Trying) -> &Throttle {
        match trying {
            Trying::SignIn => &self.throttle,
            Trying::ClientSignIn => &self.client_throttle,
            Trying::Asking => &self.askings,
        }
    }
}

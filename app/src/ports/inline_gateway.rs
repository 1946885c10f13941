//! Port: a payment gateway that answers while a command is planned; it gives way to
//! [`Gateway`](crate::ports::gateway::Gateway), whose calls are effects of what was recorded.
//!
//! Contract: `charge` is called with a key that is the same for every try of one intent, and
//! answers what the gateway decided. `Err` means that the outcome is unknown: the money may have
//! moved, and nobody may charge anew without asking the gateway first.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::kernel::{Money, TenantId};

/// One charge to make.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The seller.
    pub tenant: TenantId,
    /// The same for every try of this charge.
    pub idempotency_key: String,
    /// How much.
    pub amount: Money,
    /// What the payer's statement says.
    pub statement: String,
}

/// What a gateway decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeAnswer {
    /// The money moved.
    Settled {
        /// The gateway's own id of it.
        reference: String,
    },
    /// The money did not move.
    Declined {
        /// The gateway's reason, in plain words.
        reason: String,
        /// Whether trying later may help.
        retry_may_help: bool,
    },
}

/// Nobody knows whether the money moved.
#[derive(Debug, thiserror::Error)]
#[error("gateway {gateway} did not say whether the charge was made; look it up before another try")]
pub struct ChargeUnknown {
    /// Which gateway.
    pub gateway: &'static str,
    /// What went wrong.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A driver.
#[async_trait]
pub trait InlineGateway: Send + Sync {
    /// The key under which it is chosen and stored, such as `sandbox`.
    fn key(&self) -> &'static str;

    /// What people call it.
    fn label(&self) -> &'static str;

    /// Whether it moves no real money.
    fn is_sandbox(&self) -> bool;

    /// Makes a charge, once per idempotency key.
    async fn charge(&self, charge: &Charge) -> Result<ChargeAnswer, ChargeUnknown>;
}

/// The gateways this installation has, by key.
#[derive(Clone, Default)]
pub struct InlineGateways(Vec<Arc<dyn InlineGateway>>);

impl InlineGateways {
    /// A list of drivers; a later one with the same key is never found.
    #[must_use]
    pub fn new(drivers: Vec<Arc<dyn InlineGateway>>) -> Self {
        Self(drivers)
    }

    /// The driver with this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Arc<dyn InlineGateway>> {
        self.0.iter().find(|driver| driver.key() == key)
    }

    /// Every driver, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn InlineGateway>> {
        self.0.iter()
    }
}

impl std::fmt::Debug for InlineGateways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|driver| driver.key())).finish()
    }
}

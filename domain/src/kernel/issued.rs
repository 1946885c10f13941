//! A command with who asked, for which seller and when.
//!
//! Guarantees that a decision has all its inputs: it reads neither a clock nor a session.
//! Absent on purpose: the idempotency key and the cause, which the log keeps beside the events.

use chrono::{DateTime, NaiveDate, Utc};

use crate::kernel::actor::Actor;
use crate::kernel::id::TenantId;

/// A command as it reaches an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued<C> {
    /// What is asked for.
    pub command: C,
    /// The seller whose books these are.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// When it was asked; an input, cut to microseconds.
    pub at: DateTime<Utc>,
    /// The business day it counts for, at the seller's place. Imports use days of the past.
    pub effective_on: NaiveDate,
}

impl<C> Issued<C> {
    /// The same circumstances around another command.
    pub fn with<D>(&self, command: D) -> Issued<D> {
        Issued {
            command,
            tenant: self.tenant,
            actor: self.actor.clone(),
            at: self.at,
            effective_on: self.effective_on,
        }
    }
}

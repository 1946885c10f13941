//! A row of the queue, as a worker sees it.

use std::time::Instant;

use billfold_domain::kernel::{EffectId, TenantId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectRow {
    /// The seller.
    pub tenant: TenantId,
    /// Which effect; follows from the event that wants it.
    pub effect_id: EffectId,
    /// What is to be done, such as `gateway.charge`.
    pub kind: String,
    /// The event that wants it; 0 where none does.
    pub position: i64,
    /// What it is done to.
    pub subject: EffectSubject,
    /// Whose budget, breaker and pause it is under.
    pub lane: Lane,
    /// Whether the next call looks up instead of doing it: it may have happened.
    pub asks: bool,
    /// When it was last sent, or was about to be.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was wanted, by the seller's clock.
    pub wanted_at: DateTime<Utc>,
    /// How often it was tried, this time included if it is an act.
    pub tries: u32,
    /// How often the provider was asked, this time included if it asks.
    pub asked: u32,
    /// Part of the key under which the provider knows it; grows when a look-up showed that
    /// nothing had happened and the old key is of no use any more.
    pub try_no: u32,
    /// The provider's own name for it, once known.
    pub reference: Option<String>,
    /// Fences off whoever held it before.
    pub epoch: i64,
}

impl EffectRow {
    /// The idempotency key under which the provider knows this try: at most 45 characters.
    #[must_use]
    pub fn provider_key(&self) -> String {
        format!("{}-{}", self.effect_id, self.try_no)
    }
}

/// What an effect is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectSubject {
    /// The type of the aggregate, such as `payment`.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// A part of it, such as the number of a refund; 0 for the whole.
    pub part: u32,
}

/// One account at one provider: what shares a budget, a breaker and a pause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    /// The seller.
    pub tenant: TenantId,
    /// Such as `gateway/stripe`, `server/srv_…` or `policies`.
    pub key: String,
    /// The driver behind it, such as `stripe`; `policies` for our own.
    pub driver: String,
}

/// A row that a queue granted to one worker for a time.
#[derive(Debug)]
pub struct Claimed {
    row: EffectRow,
    until: Instant,
}

impl Claimed {
    /// What a queue answers that has stored the grant.
    #[must_use]
    pub fn granted(row: EffectRow, until: Instant) -> Self {
        Self { row, until }
    }

    /// The row.
    #[must_use]
    pub fn row(&self) -> &EffectRow {
        &self.row
    }

    /// When the grant ends, unless it was ended before.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.until
    }
}

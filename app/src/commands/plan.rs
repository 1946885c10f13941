//! A use case in two halves: what is prepared while waiting is allowed, and what is decided under
//! the head lock.
//!
//! `UseCase::plan` may read, seal and call; it ends in a `Plan`: the streams, series and claims the
//! decision will touch, and the decision itself, which is pure and may run more than once.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::kernel::{Aggregate, Claim, TenantId};
use billfold_event_store::{ClaimKey, Needs, StreamKey};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::ask::Cause;
use super::room::Room;
use super::table::{No, Table};
use crate::error::{Error, Refused};

/// Something that may be asked of the ledger. One file each.
#[async_trait]
pub trait UseCase: Serialize + Send + Sync + 'static {
    /// Its stable name; part of the request's fingerprint and of the audit log.
    const NAME: &'static str;
    /// What the caller learns.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Prepares the decision. Identities that are new are minted here, not by the caller, so that a
    /// retry with the same key is the same request.
    async fn plan(&self, room: &Room<'_>) -> Result<Plan<Self::Answer>, Error>;

    /// What must happen outside the log once the command is durable; runs again on a replay, so it
    /// must be harmless then.
    async fn after(&self, _room: &Room<'_>, _answer: &Self::Answer) -> Result<(), Error> {
        Ok(())
    }

    /// What is done in place of a decision that ended in [`No::Ungranted`].
    async fn instead(&self, _room: &Room<'_>, no: Refused) -> Result<Plan<Self::Answer>, Error> {
        Err(no.into())
    }
}

type Decision<A> = dyn Fn(&mut Table<'_, '_>) -> Result<A, No> + Send + Sync;

/// A prepared use case.
pub struct Plan<A> {
    pub(super) needs: Needs,
    pub(super) main: Option<StreamKey>,
    pub(super) effective_on: Option<NaiveDate>,
    pub(super) at_rest: bool,
    /// What led to it, when the plan knows better than the caller.
    pub(super) cause: Option<Cause>,
    pub(super) decide: Arc<Decision<A>>,
}

/// A plan whose decision is still missing.
pub struct Touches {
    tenant: TenantId,
    needs: Needs,
    main: Option<StreamKey>,
    effective_on: Option<NaiveDate>,
    at_rest: bool,
    cause: Option<Cause>,
}

impl Touches {
    /// Nothing but the seller's own stream, which every decision reads.
    #[must_use]
    pub fn new(tenant: TenantId) -> Self {
        let needs = Needs { streams: vec![tenant_stream(tenant)], ..Needs::default() };
        Self { tenant, needs, main: None, effective_on: None, at_rest: false, cause: None }
    }

    /// A plan that begins the seller's own stream.
    #[must_use]
    pub fn opening(tenant: TenantId) -> Self {
        let needs = Needs { fresh: vec![tenant_stream(tenant)], ..Needs::default() };
        let main = Some(tenant_stream(tenant));
        Self { tenant, needs, main, effective_on: None, at_rest: false, cause: None }
    }

    /// The stream that the caller's expected version is about; it probably exists.
    #[must_use]
    pub fn main<A: Aggregate>(mut self, id: Uuid) -> Self {
        self.main = Some(stream::<A>(self.tenant, id));
        self.reads::<A>(id)
    }

    /// A stream that probably exists.
    #[must_use]
    pub fn reads<A: Aggregate>(mut self, id: Uuid) -> Self {
        let stream = stream::<A>(self.tenant, id);
        if !self.needs.streams.contains(&stream) {
            self.needs.streams.push(stream);
        }
        self
    }

    /// A stream this command means to begin.
    #[must_use]
    pub fn begins<A: Aggregate>(mut self, id: Uuid) -> Self {
        self.needs.fresh.push(stream::<A>(self.tenant, id));
        self
    }

    /// The counters a document number moves.
    #[must_use]
    pub fn counts(mut self, series: impl IntoIterator<Item = String>) -> Self {
        self.needs.series.extend(series);
        self
    }

    /// Something unique that the command may take or give up.
    #[must_use]
    pub fn claims(mut self, scope: &'static str, key: Option<&str>) -> Self {
        self.needs.claims.extend(key.map(|key| ClaimKey { scope, key: key.to_owned() }));
        self
    }

    /// The business day the command counts for, when it is not today.
    #[must_use]
    pub fn effective_on(mut self, day: NaiveDate) -> Self {
        self.effective_on = Some(day);
        self
    }

    /// Done even while the books are suspended or closed: what is about the seller itself, what
    /// notes who came in to read, what the law asks for at any time, and what is taken over.
    #[must_use]
    pub fn at_rest(mut self) -> Self {
        self.at_rest = true;
        self
    }

    /// What led to it, when the plan knows better than the caller.
    pub(super) fn caused_by(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Everything that another plan touches.
    pub(super) fn and<A>(mut self, plan: &Plan<A>) -> Self {
        let Needs { streams, fresh, series, claims, expect } = plan.needs.clone();
        let new = streams.into_iter().filter(|stream| !self.needs.streams.contains(stream));
        let new: Vec<_> = new.collect();
        self.needs.streams.extend(new);
        self.needs.fresh.extend(fresh);
        self.needs.series.extend(series);
        self.needs.claims.extend(claims);
        self.needs.expect.extend(expect);
        self
    }

    /// The decision. It must be pure: it may run again with newer facts, and only the last run
    /// counts.
    #[must_use]
    pub fn decide<A>(
        self,
        decide: impl Fn(&mut Table<'_, '_>) -> Result<A, No> + Send + Sync + 'static,
    ) -> Plan<A> {
        let Self { tenant: _, needs, main, effective_on, at_rest, cause } = self;
        Plan { needs, main, effective_on, at_rest, cause, decide: Arc::new(decide) }
    }
}

/// The stream of an aggregate.
#[must_use]
pub fn stream<A: Aggregate>(tenant: TenantId, id: Uuid) -> StreamKey {
    StreamKey { tenant: tenant.uuid(), kind: A::TYPE, id }
}

/// The stream of a seller: its id is the tenant's own.
pub(crate) fn tenant_stream(tenant: TenantId) -> StreamKey {
    stream::<billfold_domain::tenant::Tenant>(tenant, tenant.uuid())
}

/// A domain claim as the log knows it, and whether it is taken or given up.
pub(super) fn claim_key(claim: Claim) -> (ClaimKey, bool) {
    match claim {
        Claim::Take { scope, key } => (ClaimKey { scope, key }, true),
        Claim::Release { scope, key } => (ClaimKey { scope, key }, false),
    }
}

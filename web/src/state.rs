//! What the handlers stand on.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use axum::http::{HeaderMap, header};
use billfold_api::layers::{Limits, Rates};
use billfold_app::access::{Access, Belongs, holds};
use billfold_app::billing_run::Runner;
use billfold_app::commands::{Ask, Done, Door, UseCase};
use billfold_app::pictures::Pictures;
use billfold_app::schedules::Scheduler;
use billfold_app::webhooks::Webhooks;
use billfold_domain::kernel::TenantId;
use billfold_domain::role::Permission;
use billfold_projections::{Reads, Scope};
use chrono::{DateTime, NaiveDate, Utc};

use crate::brand::Branding;
use crate::error::PageError;
use crate::names::Names;
use crate::operations::Operations;
use crate::reach::Needs;
use crate::visitor::Visitor;

/// How long a page waits for its own write to reach the read models.
const CATCH_UP: Duration = Duration::from_secs(2);

/// What the pages are built over.
#[derive(Clone)]
pub struct WebParts {
    /// The only way in for writes.
    pub door: Door,
    /// The read models.
    pub reads: Reads,
    /// The billing runs of this process.
    pub runs: Runner,
    /// What sellers have done by themselves.
    pub scheduler: Scheduler,
    /// Webhook endpoints as they are told.
    pub webhooks: Webhooks,
    /// Sign-in and sessions.
    pub access: Arc<Access>,
    /// The pictures of sellers.
    pub pictures: Pictures,
    /// The node itself.
    pub operations: Arc<dyn Operations>,
    /// How much is taken on of one address and one session, and which proxies are believed.
    pub limits: Limits,
}

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Inner>);

struct Inner {
    parts: WebParts,
    names: Names,
    rates: Rates,
}

impl WebState {
    /// A state over its parts.
    #[must_use]
    pub fn new(parts: WebParts) -> Self {
        let names = Names::new(parts.door.clone(), parts.reads.clone());
        let rates = Rates::of(&parts.limits);
        Self(Arc::new(Inner { parts, names, rates }))
    }

    pub(crate) fn door(&self) -> &Door {
        &self.0.parts.door
    }

    pub(crate) fn reads(&self) -> &Reads {
        &self.0.parts.reads
    }

    pub(crate) fn runs(&self) -> &Runner {
        &self.0.parts.runs
    }

    pub(crate) fn scheduler(&self) -> &Scheduler {
        &self.0.parts.scheduler
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.0.parts.webhooks
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.parts.access
    }

    pub(crate) fn operations(&self) -> &dyn Operations {
        &*self.0.parts.operations
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.0.parts.pictures
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.parts.limits
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn names(&self) -> &Names {
        &self.0.names
    }

    /// How pages look to whoever is not signed in: as those of the seller whose host name they
    /// were asked for by.
    pub(crate) async fn branding_at(&self, headers: &HeaderMap) -> Branding {
        let settings = match self.seller_at(headers).await {
            Some(tenant) => self.door().settings(tenant).await.ok(),
            None => None,
        };
        settings.map_or_else(Branding::default, |settings| Branding::of(&settings))
    }

    /// The seller whose host name a page was asked for by.
    pub(crate) async fn seller_at(&self, headers: &HeaderMap) -> Option<TenantId> {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok())?;
        self.access().seller_at(host).await.ok().flatten()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.door().clock().now()
    }

    /// The business day at the seller's place.
    pub(crate) async fn today(&self, tenant: TenantId) -> Result<NaiveDate, PageError> {
        let settings = self.door().settings(tenant).await?;
        Ok(settings.day_of(settings.at(self.now())))
    }

    /// Has a command done, once per key, and waits briefly until `projections` show it.
    pub(crate) async fn command<U: UseCase>(
        &self,
        ask: Ask<U>,
        projections: &[&'static str],
    ) -> Result<(Done<U::Answer>, Seen), billfold_app::Error> {
        let done = self.door().execute(ask).await?;
        let seen = self.seen(done.position, projections).await;
        Ok((done, seen))
    }

    /// Waits briefly until `projections` show what was written.
    pub(crate) async fn seen(&self, position: Option<i64>, projections: &[&'static str]) -> Seen {
        let Some(position) = position else { return Seen::Now };
        for name in projections {
            if self.reads().wait(name, position, CATCH_UP).await.is_err() {
                return Seen::Later;
            }
        }
        Seen::Now
    }

    /// Refuses whoever may not do what a permission names for every client of the seller.
    pub(crate) fn must(&self, visitor: &Visitor, permission: Permission) -> Result<(), PageError> {
        self.must_scope(visitor, Needs::of_all(permission)).map(drop)
    }

    /// Whose things the visitor may ask for; refuses whoever lacks the permission, or has it for
    /// fewer clients than is enough here.
    pub(crate) fn must_scope(&self, visitor: &Visitor, needs: Needs) -> Result<Scope, PageError> {
        let identity = &visitor.caller.identity;
        let scope = identity.scope(needs.permission, needs.narrowest);
        scope.ok_or(match identity.rights.permissions.allow(needs.permission) {
            true => PageError::BeyondReach,
            false => PageError::Forbidden(needs.permission),
        })
    }

    /// The same, and not found unless the thing that is asked for lies within that.
    pub(crate) async fn must_hold<I: Belongs>(
        &self,
        visitor: &Visitor,
        needs: Needs,
        thing: I,
    ) -> Result<Scope, PageError> {
        let scope = self.must_scope(visitor, needs)?;
        match holds(self.door(), visitor.tenant(), scope, thing).await? {
            true => Ok(scope),
            false => Err(PageError::NotFound),
        }
    }
}

/// Whether a page already shows what was just written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It does.
    Now,
    /// The read models are still behind.
    Later,
}

impl Seen {
    /// The word for the address: what was done, or that it takes a moment.
    pub(crate) fn word(self, done: &'static str) -> &'static str {
        match self {
            Seen::Now => done,
            Seen::Later => "late",
        }
    }
}

impl FromRef<WebState> for Arc<Access> {
    fn from_ref(state: &WebState) -> Self {
        Self::clone(&state.0.parts.access)
    }
}

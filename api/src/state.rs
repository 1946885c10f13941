//! What the handlers stand on.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use billfold_app::access::Access;
use billfold_app::billing_run::Runner;
use billfold_app::commands::{Ask, Done, Door, UseCase};
use billfold_app::pictures::Pictures;
use billfold_app::schedules::Scheduler;
use billfold_app::webhooks::Webhooks;
use billfold_domain::kernel::TenantId;
use billfold_projections::client_list::ClientList;
use billfold_projections::{Oversight, Projection, Reads, Scope};
use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::auth::Caller;
use crate::layers::Limits;
use crate::problem::{FieldError, Kind, Problem};
use crate::receive::IdempotencyKey;

/// Makes the figures of this process, as Prometheus text.
pub type Figures = Arc<dyn Fn() -> String + Send + Sync>;

/// What the API is built over.
#[derive(Clone)]
pub struct ApiParts {
    /// The only way in for writes.
    pub door: Door,
    /// The read models.
    pub reads: Reads,
    /// The billing runs of this process.
    pub runs: Runner,
    /// What sellers have done by themselves.
    pub scheduler: Scheduler,
    /// What is seen of the log as a whole.
    pub oversight: Oversight,
    /// Sign-in, sessions and keys.
    pub access: Arc<Access>,
    /// How much one process takes on.
    pub limits: Limits,
    /// Webhook endpoints as they are told.
    pub webhooks: Webhooks,
    /// The pictures of sellers.
    pub pictures: Pictures,
    /// The newest position of the log; ends when the node does.
    pub head: watch::Receiver<i64>,
    /// The figures of this process as Prometheus text, if they are served beside the API.
    pub figures: Option<Figures>,
}

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct ApiState(Arc<ApiParts>, Arc<Semaphore>);

impl ApiState {
    /// A state over its parts.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        let feeds = parts.limits.feeds.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(parts), Arc::new(Semaphore::new(feeds)))
    }

    pub(crate) fn door(&self) -> &Door {
        &self.0.door
    }

    pub(crate) fn reads(&self) -> &Reads {
        &self.0.reads
    }

    pub(crate) fn runs(&self) -> &Runner {
        &self.0.runs
    }

    pub(crate) fn scheduler(&self) -> &Scheduler {
        &self.0.scheduler
    }

    pub(crate) fn oversight(&self) -> &Oversight {
        &self.0.oversight
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.0.pictures
    }

    pub(crate) fn head(&self) -> watch::Receiver<i64> {
        self.0.head.clone()
    }

    /// A place for one more connection that follows events.
    pub(crate) fn feed_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.1).try_acquire_owned().map_err(|_| {
            let detail = "as many connections as this server takes follow events; try again later";
            Problem::new(Kind::Unavailable, "busy", detail).retry_after(Duration::from_secs(30))
        })
    }

    pub(crate) fn figures(&self) -> Option<String> {
        self.0.figures.as_ref().map(|figures| figures())
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.door.clock().now()
    }

    /// The business day at the seller's place.
    pub(crate) async fn today(&self, tenant: TenantId) -> Result<NaiveDate, Problem> {
        let settings = self.door().settings(tenant).await?;
        Ok(settings.day_of(settings.at(self.now())))
    }

    /// Has a command of the caller done, once per key.
    pub(crate) async fn command<U: UseCase>(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
        command: U,
    ) -> Result<Done<U::Answer>, Problem> {
        self.execute(caller.ask(key, command)).await
    }

    /// The same for a change of the version `seen`.
    pub(crate) async fn change<U: UseCase>(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
        seen: i64,
        command: U,
    ) -> Result<Done<U::Answer>, Problem> {
        self.execute(caller.ask(key, command).expect(seen)).await
    }

    /// Waits until a read model has reached the position that the caller asked for.
    pub(crate) async fn reach(
        &self,
        projection: &'static str,
        min_position: Option<i64>,
    ) -> Result<(), Problem> {
        not_negative(min_position)?;
        if let Some(position) = min_position {
            let at_most: Duration = self.limits().catch_up_time;
            self.reads().wait(projection, position, at_most).await?;
        }
        Ok(())
    }

    /// The same for a list that a scope narrows: whose clients are whose must be as new.
    pub(crate) async fn reach_within(
        &self,
        scope: Scope,
        projection: &'static str,
        min_position: Option<i64>,
    ) -> Result<(), Problem> {
        if matches!(scope, Scope::ClientsOf(_)) {
            self.reach(ClientList::NAME, min_position).await?;
        }
        self.reach(projection, min_position).await
    }

    async fn execute<U: UseCase>(&self, ask: Ask<U>) -> Result<Done<U::Answer>, Problem> {
        Ok(self.door().execute(ask).await?)
    }
}

/// Refuses a log position before the first.
pub(crate) fn not_negative(min_position: Option<i64>) -> Result<(), Problem> {
    if min_position.is_some_and(|position| position < 0) {
        let detail = "must not be negative";
        return Err(Problem::field(FieldError::query("min_position", "position.negative", detail)));
    }
    Ok(())
}

impl FromRef<ApiState> for Arc<Access> {
    fn from_ref(state: &ApiState) -> Self {
        Self::clone(&state.0.access)
    }
}

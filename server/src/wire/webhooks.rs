//! Tells webhook endpoints what happens, beside the requests.
//!
//! Guarantees: it follows the log by itself and is no projector, so that a rebuild sends nothing;
//! an endpoint that is slow holds back nobody else; so many are told at a time, and no more. What
//! was on its way when the node stops is sent again by the next one. Absent on purpose: what is
//! sent and when it is tried again, which `app` says.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use billfold_app::ports::EndpointRef;
use billfold_app::webhooks::Webhooks;
use billfold_domain::kernel::TenantId;
use billfold_event_store::feed::Feed;
use billfold_projections::event_index::EventIndex;
use billfold_projections::webhook_endpoint_list::{self, WebhookEndpointList};
use billfold_projections::{Projection as _, Reads};
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::stopped;

/// How often it looks whether something is to be tried again.
const LOOK: Duration = Duration::from_secs(1);
/// How long events are gathered before endpoints are told.
const GATHER: Duration = Duration::from_millis(100);
/// How long the read side may take to see what the log has.
const CATCH_UP: Duration = Duration::from_secs(2);
/// How long to wait after the database did not answer.
const PAUSE: Duration = Duration::from_secs(2);
/// Events read at a time.
const PAGE: u32 = 1000;
/// Endpoints that are told at a time.
const AT_A_TIME: usize = 16;
/// The stream of an endpoint.
const STREAM: &str = "webhook_endpoint";

/// Who tells.
pub(super) struct Deliverer {
    pub(super) webhooks: Webhooks,
    pub(super) reads: Reads,
    pub(super) feed: Feed,
    pub(super) pool: PgPool,
}

/// What it knows between two looks.
struct Known {
    /// Everything up to here was looked at.
    position: i64,
    /// Sellers that have, or had, an endpoint.
    sellers: BTreeSet<TenantId>,
}

impl Deliverer {
    /// Tells until the node stops.
    pub(super) async fn run(self, stopping: watch::Receiver<bool>) {
        tokio::select! {
            () = self.tell_all() => {}
            () = stopped(stopping) => {}
        }
    }

    async fn tell_all(&self) {
        let busy: Arc<Mutex<HashSet<EndpointRef>>> = Arc::default();
        let places = Arc::new(Semaphore::new(AT_A_TIME));
        let mut telling = JoinSet::new();
        let mut known = None;
        loop {
            let looked = match &mut known {
                Some(known) => self.look(known).await,
                none => self.begin().await.map(|begun| *none = Some(begun)),
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "webhook endpoints cannot be told now; trying again");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            for seller in known.iter().flat_map(|known| known.sellers.iter().copied()) {
                match self.active(seller).await {
                    Ok(active) => {
                        for of in active {
                            self.spawn(of, &busy, &places, &mut telling);
                        }
                    }
                    Err(error) => tracing::warn!(%error, "webhook endpoints cannot be read"),
                }
            }
            while telling.try_join_next().is_some() {}
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn begin(&self) -> anyhow::Result<Known> {
        let position = self.feed.head().await?.position;
        let sellers: Vec<Uuid> =
            sqlx::query_scalar("select distinct tenant_id from streams where aggregate_type = $1")
                .bind(STREAM)
                .fetch_all(&self.pool)
                .await?;
        Ok(Known { position, sellers: sellers.into_iter().map(TenantId::new).collect() })
    }

    /// Waits for events, and notes sellers that have an endpoint from now on.
    async fn look(&self, known: &mut Known) -> anyhow::Result<()> {
        self.feed.wait(known.position, LOOK).await?;
        loop {
            let page = self.feed.shared_page(known.position, PAGE).await?;
            let own = page.iter().filter(|event| event.aggregate_type == STREAM);
            known.sellers.extend(own.map(|event| TenantId::new(event.tenant_id)));
            let Some(last) = page.last() else { break };
            known.position = last.position;
        }
        if !known.sellers.is_empty() {
            for name in [EventIndex::NAME, WebhookEndpointList::NAME] {
                // What the read side cannot show yet is told of at the next look.
                let _ = self.reads.wait(name, known.position, CATCH_UP).await;
            }
        }
        Ok(())
    }

    async fn active(&self, tenant: TenantId) -> anyhow::Result<Vec<EndpointRef>> {
        let rows = webhook_endpoint_list::active(&self.reads, tenant).await?.value;
        Ok(rows
            .into_iter()
            .map(|row| EndpointRef { tenant, id: row.webhook_endpoint_id })
            .collect())
    }

    /// Tells an endpoint in a task of its own, unless one does already.
    fn spawn(
        &self,
        of: EndpointRef,
        busy: &Arc<Mutex<HashSet<EndpointRef>>>,
        places: &Arc<Semaphore>,
        telling: &mut JoinSet<()>,
    ) {
        if !busy.lock().unwrap_or_else(PoisonError::into_inner).insert(of) {
            return;
        }
        let (webhooks, busy) = (self.webhooks.clone(), Arc::clone(busy));
        let places = Arc::clone(places);
        telling.spawn(async move {
            if let Ok(_place) = places.acquire().await
                && let Err(error) = webhooks.deliver(of).await
            {
                tracing::warn!(endpoint = %of.id, %error, "a webhook endpoint cannot be told now");
            }
            busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&of);
        });
    }
}

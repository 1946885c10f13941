//! Billing runs that were started by a process which died: found at the start, and taken up.

use std::time::Duration;

use billfold_app::billing_run::Runner;
use billfold_domain::kernel::TenantId;
use billfold_event_store::feed::Feed;
use billfold_projections::billing_run_list::{BillingRunList, running};
use billfold_projections::{Projection as _, Reads};
use sqlx::PgPool;
use uuid::Uuid;

/// How long the list may take to be built.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where they are found.
pub(super) struct LeftBehind {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
    pub(super) pool: PgPool,
}

impl LeftBehind {
    /// Hands every run that is still under way to a runner.
    pub(super) async fn hand_to(&self, runs: &Runner) {
        if let Err(error) = self.find(runs).await {
            tracing::warn!(%error, "billing runs that were left behind are not taken up");
        }
    }

    async fn find(&self, runs: &Runner) -> anyhow::Result<()> {
        let head = self.feed.head().await?.position;
        self.reads.wait(BillingRunList::NAME, head, PATIENCE).await?;
        let sellers: Vec<Uuid> = sqlx::query_scalar(
            "select aggregate_id from streams where aggregate_type = 'tenant' order by 1",
        )
        .fetch_all(&self.pool)
        .await?;
        for tenant in sellers.into_iter().map(TenantId::new) {
            for run in running(&self.reads, tenant).await? {
                tracing::info!(%tenant, %run, "taking up a billing run");
                runs.take_up(tenant, run);
            }
        }
        Ok(())
    }
}

//! The port "what was billed ahead" over the read model of deferred revenue: two crates that may
//! not know each other meet here.
//!
//! Guarantee: what was posted before the question is in the answer, since it waits for the read
//! model to reach the head. Absent on purpose: recognising.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{Deferrals, StoreFailure};
use billfold_domain::kernel::TenantId;
use billfold_domain::recognition::Earned;
use billfold_event_store::feed::Feed;
use billfold_projections::deferred_revenue::{self, DeferredRevenue};
use billfold_projections::{Projection as _, Reads};
use chrono::NaiveDate;

/// How long to wait for the read model, which is usually there within milliseconds; somebody may
/// wait for the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Deferred lines, as the read model knows them.
pub(super) struct ListedDeferrals {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
}

impl ListedDeferrals {
    async fn catch_up(&self) -> Result<(), StoreFailure> {
        let head = self.feed.head().await.map_err(unavailable)?.position;
        self.reads.wait(DeferredRevenue::NAME, head, PATIENCE).await.map_err(unavailable)?;
        Ok(())
    }
}

#[async_trait]
impl Deferrals for ListedDeferrals {
    async fn first_day(&self, tenant: TenantId) -> Result<Option<NaiveDate>, StoreFailure> {
        self.catch_up().await?;
        deferred_revenue::first_day(&self.reads, tenant).await.map_err(unavailable)
    }

    async fn earned_by(
        &self,
        tenant: TenantId,
        day: NaiveDate,
    ) -> Result<Vec<Earned>, StoreFailure> {
        self.catch_up().await?;
        let found = deferred_revenue::earned_by(&self.reads, tenant, day).await;
        Ok(found.map_err(unavailable)?.value)
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreFailure {
    StoreFailure::Unavailable(error.into())
}

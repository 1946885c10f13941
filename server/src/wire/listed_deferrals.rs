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

use super::catch_up::{catch_up, unread};

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
        catch_up(&self.reads, &self.feed, &[DeferredRevenue::NAME], PATIENCE).await
    }
}

#[async_trait]
impl Deferrals for ListedDeferrals {
    async fn first_day(&self, tenant: TenantId) -> Result<Option<NaiveDate>, StoreFailure> {
        self.catch_up().await?;
        deferred_revenue::first_day(&self.reads, tenant).await.map_err(unread)
    }

    async fn earned_by(
        &self,
        tenant: TenantId,
        day: NaiveDate,
    ) -> Result<Vec<Earned>, StoreFailure> {
        self.catch_up().await?;
        let found = deferred_revenue::earned_by(&self.reads, tenant, day).await;
        Ok(found.map_err(unread)?.value)
    }
}

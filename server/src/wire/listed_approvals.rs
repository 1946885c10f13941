//! The port "approvals that nobody answered in time" over the list of approvals: two crates that
//! may not know each other meet here.
//!
//! Guarantee: what was asked or answered before the question counts. Absent on purpose: what the
//! approvals are about.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{StoreFailure, UnansweredApproval, UnansweredApprovals};
use billfold_domain::kernel::TenantId;
use billfold_event_store::feed::Feed;
use billfold_projections::approval_list::{ApprovalList, ApprovalRow, unanswered};
use billfold_projections::{Projection as _, Reads};
use chrono::{DateTime, Utc};

use super::catch_up::{catch_up, unread};

/// How long to wait for the list, which is usually there within milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Approvals, as their list knows them.
pub(super) struct ListedApprovals {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
}

#[async_trait]
impl UnansweredApprovals for ListedApprovals {
    async fn at(
        &self,
        tenant: TenantId,
        instant: DateTime<Utc>,
        after: Option<UnansweredApproval>,
        limit: u32,
    ) -> Result<Vec<UnansweredApproval>, StoreFailure> {
        catch_up(&self.reads, &self.feed, &[ApprovalList::NAME], PATIENCE).await?;
        let after = after.map(|last| (last.expires_at, last.approval_id));
        let found = unanswered(&self.reads, tenant, instant, after, limit).await.map_err(unread)?;
        Ok(found.value.iter().map(approval).collect())
    }
}

fn approval(row: &ApprovalRow) -> UnansweredApproval {
    UnansweredApproval { approval_id: row.approval_id, expires_at: row.expires_at }
}

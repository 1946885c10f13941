//! Port: approvals that nobody answered in time.
//!
//! Contract: what was asked, granted, declined or taken back before the question is in the answer.

use async_trait::async_trait;
use billfold_domain::kernel::{ApprovalId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// An approval that still waits though its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnansweredApproval {
    /// Which.
    pub approval_id: ApprovalId,
    /// When its time was over.
    pub expires_at: DateTime<Utc>,
}

/// Approvals that nobody can grant any more.
#[async_trait]
pub trait UnansweredApprovals: Send + Sync {
    /// Waiting approvals whose time was over at an instant, by the end of their time and id, those
    /// behind `after`; at most `limit`.
    async fn at(
        &self,
        tenant: TenantId,
        instant: DateTime<Utc>,
        after: Option<UnansweredApproval>,
        limit: u32,
    ) -> Result<Vec<UnansweredApproval>, StoreFailure>;
}

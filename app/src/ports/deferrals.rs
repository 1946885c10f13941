//! Port: what was billed ahead, and how much of it is earned.
//!
//! Contract: what was issued, credited or voided before the question is in the answer. What comes
//! after it may be missed: the recognition of a later day puts it right.

use async_trait::async_trait;
use billfold_domain::kernel::TenantId;
use billfold_domain::recognition::Earned;
use chrono::NaiveDate;

use super::StoreFailure;

/// Lines that were posted to deferred revenue.
#[async_trait]
pub trait Deferrals: Send + Sync {
    /// The first business day on which something was deferred.
    async fn first_day(&self, tenant: TenantId) -> Result<Option<NaiveDate>, StoreFailure>;

    /// What all lines that count by a day earned once it is over, since the beginning; by currency,
    /// kind of line and product.
    async fn earned_by(
        &self,
        tenant: TenantId,
        day: NaiveDate,
    ) -> Result<Vec<Earned>, StoreFailure>;
}

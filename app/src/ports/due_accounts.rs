//! Port: which accounts have something due.
//!
//! Contract: what was due before the question is in the answers, page after page. What becomes due
//! after it may be missed, and what was billed since may still be named: a decision under the lock
//! looks at each subscription again.

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, Currency, SubscriptionId, TenantId};
use chrono::NaiveDate;

use super::StoreFailure;

/// A client with subscriptions of one currency that are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueAccount {
    /// Who pays.
    pub client_id: ClientId,
    /// In what.
    pub currency: Currency,
    /// Which subscriptions.
    pub subscriptions: Vec<SubscriptionId>,
}

/// Accounts by client and currency.
#[async_trait]
pub trait DueAccounts: Send + Sync {
    /// Accounts with something due on a day or before, behind `after`; at most `limit`.
    async fn due(
        &self,
        tenant: TenantId,
        through: NaiveDate,
        after: Option<(ClientId, Currency)>,
        limit: u32,
    ) -> Result<Vec<DueAccount>, StoreFailure>;
}

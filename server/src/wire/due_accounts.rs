//! The port "which accounts have something due" over the subscription list: two crates that may not
//! know each other meet here.
//!
//! Guarantee: what was begun before the question is in the answer, since it waits for the list to
//! reach the head. Absent on purpose: billing.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{DueAccount, DueAccounts, StoreFailure};
use billfold_domain::kernel::{ClientId, Currency, TenantId};
use billfold_event_store::feed::Feed;
use billfold_projections::subscription_list::{SubscriptionList, due_accounts};
use billfold_projections::{Projection, Reads};
use chrono::NaiveDate;

use super::catch_up::{catch_up, unread};

/// How long to wait for the list; it is usually there within milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Due accounts, as the subscription list knows them.
pub struct ListedAccounts {
    /// The read models.
    pub reads: Reads,
    /// The log in order.
    pub feed: Feed,
}

#[async_trait]
impl DueAccounts for ListedAccounts {
    async fn due(
        &self,
        tenant: TenantId,
        through: NaiveDate,
        after: Option<(ClientId, Currency)>,
        limit: u32,
    ) -> Result<Vec<DueAccount>, StoreFailure> {
        if after.is_none() {
            catch_up(&self.reads, &self.feed, &[SubscriptionList::NAME], PATIENCE).await?;
        }
        let found = due_accounts(&self.reads, tenant, through, after, limit.into()).await;
        let account = |due: billfold_projections::subscription_list::DueAccount| DueAccount {
            client_id: due.client_id,
            currency: due.currency,
            subscriptions: due.subscriptions,
        };
        Ok(found.map_err(unread)?.value.into_iter().map(account).collect())
    }
}

//! The port "who is late with what" over the lists of invoices, payments and dunning: two crates
//! that may not know each other meet here.
//!
//! Guarantee: what happened before the question is in the answer, since it waits for each list to
//! reach the head. Absent on purpose: an old answer. A payment under way that was missed could end
//! a service.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{Arrears, ClientArrears, LateInvoice, StoreFailure};
use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{ClientId, DunningStrategyId, TenantId};
use billfold_event_store::feed::Feed;
use billfold_projections::Reads;
use billfold_projections::arrears::{self, LISTS, Of};
use chrono::NaiveDate;

use super::catch_up::{catch_up, unread};

/// How long to wait for a list; it is usually there within milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Arrears, as the lists know them.
pub(super) struct ListedArrears {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
}

impl ListedArrears {
    async fn catch_up(&self) -> Result<(), StoreFailure> {
        catch_up(&self.reads, &self.feed, &LISTS, PATIENCE).await
    }

    async fn of(
        &self,
        tenant: TenantId,
        on: NaiveDate,
        of: Of,
        limit: i64,
    ) -> Result<Vec<ClientArrears>, StoreFailure> {
        self.catch_up().await?;
        let found = arrears::clients(&self.reads, tenant, on, of, limit).await;
        let invoice = |late: arrears::LateInvoice| LateInvoice {
            invoice_id: late.invoice_id,
            payments: late.payments,
        };
        let client = |late: arrears::ClientArrears| ClientArrears {
            client_id: late.client_id,
            invoices: late.invoices.into_iter().map(invoice).collect(),
            strategies: late.strategies,
        };
        Ok(found.map_err(unread)?.value.into_iter().map(client).collect())
    }
}

#[async_trait]
impl Arrears for ListedArrears {
    async fn clients(
        &self,
        tenant: TenantId,
        on: NaiveDate,
        after: Option<ClientId>,
        limit: u32,
    ) -> Result<Vec<ClientArrears>, StoreFailure> {
        self.of(tenant, on, Of::Behind(after), limit.into()).await
    }

    async fn of_client(
        &self,
        tenant: TenantId,
        on: NaiveDate,
        client: ClientId,
    ) -> Result<Option<ClientArrears>, StoreFailure> {
        Ok(self.of(tenant, on, Of::Client(client), 1).await?.pop())
    }

    async fn strategies(
        &self,
        tenant: TenantId,
        client: Option<ClientId>,
    ) -> Result<Vec<(Holder, DunningStrategyId)>, StoreFailure> {
        self.catch_up().await?;
        let clients: Vec<_> = client.into_iter().collect();
        let held = arrears::strategies(&self.reads, tenant, &clients).await;
        Ok(held.map_err(unread)?.value)
    }
}

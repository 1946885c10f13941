//! The port "which invoices ask for money" over the invoice list: two crates that may not know each
//! other meet here.
//!
//! Guarantee: an invoice that was issued before the question is in the answer, since it waits for
//! the invoice list to reach the head. Absent on purpose: an old answer. Money that should have
//! paid an invoice would become credit, by chance.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{OpenInvoices, StoreFailure};
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, TenantId};
use billfold_event_store::Clock;
use billfold_event_store::feed::Feed;
use billfold_projections::invoice_list::{Filter, InvoiceList, Sort, page};
use billfold_projections::{Order, Projection, Reads, Wanted};

use super::catch_up::{catch_up, unread};

/// How long to wait for the invoice list; it is usually there within milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Unpaid invoices, as the invoice list knows them.
pub(super) struct ListedInvoices {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl OpenInvoices for ListedInvoices {
    async fn oldest_first(
        &self,
        tenant: TenantId,
        client: ClientId,
        currency: Currency,
        limit: u32,
    ) -> Result<Vec<InvoiceId>, StoreFailure> {
        catch_up(&self.reads, &self.feed, &[InvoiceList::NAME], PATIENCE).await?;
        // Which of the three an open invoice is depends on the day; all of them are asked for, so
        // that the seller's time zone does not matter here.
        let filter = Filter {
            status: vec![InvoiceStatus::Open, InvoiceStatus::PartiallyPaid, InvoiceStatus::Overdue],
            client: Some(client),
            currency: Some(currency),
            ..Filter::on(self.clock.now().date_naive())
        };
        let order = (Sort::DueDate, Order::Ascending);
        let wanted = Wanted { limit, ..Wanted::default() };
        let answer = page(&self.reads, tenant, &filter, order, &wanted).await;
        let answer = answer.map_err(unread)?;
        Ok(answer.value.rows.iter().map(|row| row.invoice_id).collect())
    }
}

//! The port "which invoices ask for money" over the invoice list: two crates that may not know each
//! other meet here.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_app::ports::{OpenInvoices, StoreFailure};
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, TenantId};
use billfold_event_store::Clock;
use billfold_projections::invoice_list::{Filter, Sort, page};
use billfold_projections::{Order, Reads, Wanted};

/// Unpaid invoices, as the invoice list knows them.
pub(super) struct ListedInvoices {
    pub(super) reads: Reads,
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
        let answer = answer.map_err(|error| StoreFailure::Unavailable(error.into()))?;
        Ok(answer.value.rows.iter().map(|row| row.invoice_id).collect())
    }
}

//! Port: which invoices of a client still ask for money, oldest first.
//!
//! Contract: an invoice that was issued before the question is in the answer. What happens after it
//! may be missed, because a decision under the lock looks at each invoice again.

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, TenantId};

use super::StoreFailure;

/// Unpaid invoices by client.
#[async_trait]
pub trait OpenInvoices: Send + Sync {
    /// The client's open invoices in one currency, by due date and number, at most `limit`.
    async fn oldest_first(
        &self,
        tenant: TenantId,
        client: ClientId,
        currency: Currency,
        limit: u32,
    ) -> Result<Vec<InvoiceId>, StoreFailure>;
}

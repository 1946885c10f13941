//! Port: who is late with what, and which dunning strategies may hold.
//!
//! Contract: an invoice that was late, a payment that was tried and a strategy that held before the
//! question are in the answer. What happens after it may be missed, and what was paid since may
//! still be named: a decision under the lock looks at each again.

use async_trait::async_trait;
use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{ClientId, DunningStrategyId, InvoiceId, PaymentId, TenantId};
use chrono::NaiveDate;

use super::StoreFailure;

/// A client who may be late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientArrears {
    /// Who.
    pub client_id: ClientId,
    /// With what, by due date.
    pub invoices: Vec<LateInvoice>,
    /// Which strategies hold for the seller, for products and for this client.
    pub strategies: Vec<(Holder, DunningStrategyId)>,
}

/// An invoice that may be late, or whose dunning case goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Every payment that was tried for it or paid it, oldest first, with its day.
    pub payments: Vec<(PaymentId, NaiveDate)>,
}

/// Arrears by client.
#[async_trait]
pub trait Arrears: Send + Sync {
    /// Clients with something late on a day, by id, behind `after`; at most `limit`.
    async fn clients(
        &self,
        tenant: TenantId,
        on: NaiveDate,
        after: Option<ClientId>,
        limit: u32,
    ) -> Result<Vec<ClientArrears>, StoreFailure>;

    /// What one client is late with on a day, if anything.
    async fn of_client(
        &self,
        tenant: TenantId,
        on: NaiveDate,
        client: ClientId,
    ) -> Result<Option<ClientArrears>, StoreFailure>;

    /// Which strategies hold for the seller, for products and for a client.
    async fn strategies(
        &self,
        tenant: TenantId,
        client: Option<ClientId>,
    ) -> Result<Vec<(Holder, DunningStrategyId)>, StoreFailure>;
}

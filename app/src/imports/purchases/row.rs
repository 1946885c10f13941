//! One purchase as the file states it, and the identities that follow from it.

use billfold_domain::kernel::{ClientId, InvoiceId, Money, OrderId, PaymentId, TenantId};
use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

/// The name of the format: origin of what is imported, and part of every identity.
pub const SOURCE: &str = "cdnow";

/// Namespace of the identities; never changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f2d_90c1_5b43_5e7a_9a1e_2c66_7d0b_41f8);

/// One purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its line in the file, from 1; not part of what it is, because another file may have it
    /// elsewhere.
    #[serde(skip)]
    pub line: u64,
    /// The customer's id as written.
    pub customer: String,
    /// The day of the purchase.
    pub date: NaiveDate,
    /// How many CDs.
    pub cds: u32,
    /// What was paid.
    pub amount: Money,
    /// Which of several rows with the same content this is, from 1.
    pub occurrence: u32,
}

impl Row {
    /// What makes this purchase the same in every file: format, customer, date, number of CDs,
    /// amount, occurrence.
    #[must_use]
    pub fn identity(&self) -> String {
        let Self { customer, date, cds, amount, occurrence, .. } = self;
        let day = date.format("%Y%m%d");
        format!("{customer}/{day}/{cds}/{}/{occurrence}", amount.to_major())
    }

    /// The idempotency key of its import.
    #[must_use]
    pub fn key(&self) -> String {
        format!("import/{SOURCE}/{}", self.identity())
    }

    /// The client it belongs to.
    #[must_use]
    pub fn client_id(&self, tenant: TenantId) -> ClientId {
        client_id(tenant, &self.customer)
    }

    /// Its order.
    #[must_use]
    pub fn order_id(&self, tenant: TenantId) -> OrderId {
        OrderId::derive(namespace(tenant), &format!("order/{}", self.identity()))
    }

    /// Its invoice.
    #[must_use]
    pub fn invoice_id(&self, tenant: TenantId) -> InvoiceId {
        InvoiceId::derive(namespace(tenant), &format!("invoice/{}", self.identity()))
    }

    /// Its payment.
    #[must_use]
    pub fn payment_id(&self, tenant: TenantId) -> PaymentId {
        PaymentId::derive(namespace(tenant), &format!("payment/{}", self.identity()))
    }
}

/// The client that stands for a customer of the file.
#[must_use]
pub fn client_id(tenant: TenantId, customer: &str) -> ClientId {
    ClientId::derive(namespace(tenant), &format!("client/{customer}"))
}

fn namespace(tenant: TenantId) -> Uuid {
    Uuid::new_v5(&NAMESPACE, tenant.uuid().as_bytes())
}

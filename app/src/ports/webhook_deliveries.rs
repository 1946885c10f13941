//! How far each webhook endpoint was told, and what was sent to it lately.

use async_trait::async_trait;
use billfold_domain::kernel::{TenantId, WebhookEndpointId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreFailure;

/// Deliveries kept of one endpoint.
pub const DELIVERIES_KEPT: i64 = 1_000;

/// The state of sending, which is not history.
#[async_trait]
pub trait WebhookDeliveries: Send + Sync {
    /// Where an endpoint is; nothing before something was to be sent.
    async fn cursor(&self, of: EndpointRef) -> Result<Option<WebhookCursor>, StoreFailure>;

    /// Makes the cursor unless there is one.
    async fn begin(&self, of: EndpointRef, cursor: &WebhookCursor) -> Result<(), StoreFailure>;

    /// Takes the sending over for a while; false if another process has it.
    async fn claim(&self, of: EndpointRef, lease: &Lease) -> Result<bool, StoreFailure>;

    /// Moves the cursor of the owner of the lease, and notes a delivery, in one transaction; the
    /// oldest deliveries beyond [`DELIVERIES_KEPT`] are forgotten. False if the lease is lost, and
    /// nothing is moved.
    async fn keep(
        &self,
        of: EndpointRef,
        lease: &Lease,
        cursor: &WebhookCursor,
        delivery: Option<&Delivery>,
    ) -> Result<bool, StoreFailure>;

    /// Deliveries before a number, the newest first.
    async fn page(
        &self,
        of: EndpointRef,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreFailure>;
}

/// An endpoint of a seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointRef {
    /// The seller.
    pub tenant: TenantId,
    /// The endpoint.
    pub id: WebhookEndpointId,
}

/// The right to send, for a while.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Which process.
    pub owner: String,
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookCursor {
    /// Everything up to this log position was told or is not wanted.
    pub position: i64,
    /// The newest instruction that was followed: the position of its event.
    pub turned_at: i64,
    /// Attempts at the next message that failed.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The number of the newest delivery.
    pub last_no: i64,
}

/// One attempt to tell an endpoint of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number, from 1.
    pub no: i64,
    /// The log position of the event.
    pub position: i64,
    /// The event.
    pub event_id: Uuid,
    /// What it says happened.
    pub event_type: String,
    /// The how manieth attempt it is, from 1.
    pub attempt: u32,
    /// When.
    pub attempted_at: DateTime<Utc>,
    /// `accepted`, `refused` or `failed`.
    pub outcome: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<String>,
}

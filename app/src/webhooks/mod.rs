//! Telling other programs what happened: signed messages to webhook endpoints (Standard Webhooks).
//!
//! Guarantees: an endpoint is told of every event it wants, in the order of the log, each until it
//! was accepted, so at least once and under the same id each time; what fails is tried again later
//! and later, and then the endpoint is paused, with nothing lost; one process sends to an endpoint
//! at a time. Absent on purpose: any way here from a read model's fold, so that a rebuild sends
//! nothing; personal data, which is sealed in events and stays so.

mod delivering;
mod message;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use billfold_domain::kernel::{TenantId, WebhookEndpointId};
use billfold_projections::Reads;

use crate::access::Secret;
use crate::commands::Door;
use crate::commands::webhook_endpoints::secret_of;
use crate::error::Error;
use crate::ports::{
    AddressRefusal, Delivery, EndpointRef, WebhookChannel, WebhookCursor, WebhookDeliveries,
};

/// What sending stands on.
pub struct WebhookParts {
    /// The only way in for writes.
    pub door: Door,
    /// The read models.
    pub reads: Reads,
    /// The way out.
    pub channel: Arc<dyn WebhookChannel>,
    /// How far each endpoint was told.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Names this process; differs from every other one.
    pub process: String,
}

/// Webhook endpoints as they are told. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks(Arc<WebhookParts>);

impl Webhooks {
    /// Over its parts.
    #[must_use]
    pub fn new(parts: WebhookParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether an address may be called.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self, url: &str) -> Result<(), AddressRefusal> {
        self.0.channel.check(url).await
    }

    /// The secret of an endpoint with a number; to be shown to whoever made it, once.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn secret(
        &self,
        tenant: TenantId,
        id: WebhookEndpointId,
        secret_no: u32,
    ) -> Result<Secret, Error> {
        let door = &self.0.door;
        secret_of(door.vault(), tenant, id, secret_no, door.clock().now()).await
    }

    /// How far an endpoint was told; nothing before something was to be sent.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cursor(&self, of: EndpointRef) -> Result<Option<WebhookCursor>, Error> {
        Ok(self.0.deliveries.cursor(of).await?)
    }

    /// What was sent to an endpoint lately: deliveries before a number, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn deliveries(
        &self,
        of: EndpointRef,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        Ok(self.0.deliveries.page(of, before, limit).await?)
    }
}

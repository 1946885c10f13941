//! Use cases about webhook endpoints: register, set, rotate the secret, replay, pause, resume,
//! delete.
//!
//! The secret of an endpoint follows from its id, a number and a key of the seller that is not in
//! the database in clear: it is kept nowhere, and events hold the number alone.

mod register;
mod turn;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::kernel::{TenantId, WebhookEndpointId};
use chrono::{DateTime, Utc};

pub use register::{EndpointRegistered, RegisterEndpoint};
pub use turn::{EndpointTurned, Turn, TurnEndpoint};

use crate::access::Secret;
use crate::error::Error;
use crate::vault::Vault;

/// The secret of an endpoint with a number, as Standard Webhooks writes it: `whsec_` and base 64.
///
/// # Errors
/// The key table does not answer.
pub async fn secret_of(
    vault: &Vault,
    tenant: TenantId,
    id: WebhookEndpointId,
    secret_no: u32,
    at: DateTime<Utc>,
) -> Result<Secret, Error> {
    let bytes = vault.webhook_secret(tenant, &format!("{id} {secret_no}"), at).await?;
    Ok(Secret::new(format!("whsec_{}", STANDARD.encode(bytes))))
}

//! Registers an endpoint: it is told of what happens from now on.

use async_trait::async_trait;
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::webhook_endpoint::{WebhookEndpoint, WebhookEndpointCommand, WebhookTerms};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Register an endpoint. Whoever asks has made sure that its address may be called.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterEndpoint {
    /// Where it is, and what it is told.
    pub terms: WebhookTerms,
}

/// The endpoint is registered. Its secret is not part of the answer, which is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRegistered {
    /// Its id.
    pub webhook_endpoint_id: WebhookEndpointId,
}

#[async_trait]
impl UseCase for RegisterEndpoint {
    const NAME: &'static str = "register_webhook_endpoint";
    type Answer = EndpointRegistered;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<EndpointRegistered>, Error> {
        let webhook_endpoint_id = WebhookEndpointId::new(room.mint());
        let (id, terms) = (webhook_endpoint_id.uuid(), self.terms.clone());
        let touches = Touches::new(room.tenant).begins::<WebhookEndpoint>(id);
        Ok(touches.decide(move |table| {
            let register = WebhookEndpointCommand::Register(terms.clone());
            table.decide::<WebhookEndpoint>(id, register)?;
            Ok(EndpointRegistered { webhook_endpoint_id })
        }))
    }
}

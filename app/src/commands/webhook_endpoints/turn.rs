//! Changes an endpoint: where it is, its secret, where it goes on, whether it is told at all.

use async_trait::async_trait;
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::webhook_endpoint::{
    PauseReason, WebhookEndpoint, WebhookEndpointCommand, WebhookTerms,
};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change an endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct TurnEndpoint {
    /// Which.
    pub webhook_endpoint_id: WebhookEndpointId,
    /// How.
    pub turn: Turn,
}

/// A change of an endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It is somewhere else, or told something else. Whoever asks has made sure that its address
    /// may be called.
    Set(WebhookTerms),
    /// Another secret signs.
    RotateSecret,
    /// Everything after a log position is sent again.
    Replay(i64),
    /// Nothing is sent for now.
    Pause(PauseReason),
    /// It goes on where it was paused.
    Resume,
    /// Nothing is sent any more.
    Delete,
}

/// The endpoint was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointTurned {
    /// The number of the secret that signs now; nothing once it is deleted.
    pub secret_no: Option<u32>,
}

#[async_trait]
impl UseCase for TurnEndpoint {
    const NAME: &'static str = "turn_webhook_endpoint";
    type Answer = EndpointTurned;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<EndpointTurned>, Error> {
        let id = self.webhook_endpoint_id.uuid();
        let command = match self.turn.clone() {
            Turn::Set(terms) => WebhookEndpointCommand::Set(terms),
            Turn::RotateSecret => WebhookEndpointCommand::RotateSecret,
            Turn::Replay(after) => WebhookEndpointCommand::Replay { after },
            Turn::Pause(reason) => WebhookEndpointCommand::Pause { reason },
            Turn::Resume => WebhookEndpointCommand::Resume,
            Turn::Delete => WebhookEndpointCommand::Delete,
        };
        Ok(Touches::new(room.tenant).main::<WebhookEndpoint>(id).decide(move |table| {
            table.decide::<WebhookEndpoint>(id, command.clone())?;
            let secret_no = match table.state::<WebhookEndpoint>(id)? {
                WebhookEndpoint::Registered { secret_no, .. } => Some(*secret_no),
                WebhookEndpoint::Absent | WebhookEndpoint::Deleted => None,
            };
            Ok(EndpointTurned { secret_no })
        }))
    }
}

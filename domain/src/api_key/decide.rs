//! What may happen to an API key in which state.

use crate::api_key::{ApiKey, ApiKeyCommand, ApiKeyEvent, ApiKeyRefusal};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, Issued};
use crate::role::{Reach, Rights};

impl Aggregate for ApiKey {
    const TYPE: &'static str = "api_key";
    type Command = ApiKeyCommand;
    type Event = ApiKeyEvent;
    type Refusal = ApiKeyRefusal;

    fn decide(&self, ask: &Issued<ApiKeyCommand>) -> Result<Vec<ApiKeyEvent>, ApiKeyRefusal> {
        match (self, &ask.command) {
            (Self::Absent, ApiKeyCommand::Create { terms, held }) => {
                terms.check()?;
                let given = Rights { permissions: terms.scopes, reach: Reach::Seller };
                match held.lacks(given) {
                    Some(permission) => Err(ApiKeyRefusal::Lacking { permission }),
                    None => Ok(vec![ApiKeyEvent::Created(terms.clone())]),
                }
            }
            (Self::Valid(_) | Self::Revoked, ApiKeyCommand::Create { .. }) => {
                Err(ApiKeyRefusal::AlreadyCreated)
            }
            (Self::Absent | Self::Valid(_), ApiKeyCommand::Revoke { name }) => {
                Ok(vec![ApiKeyEvent::Revoked { name: name.clone() }])
            }
            (Self::Revoked, ApiKeyCommand::Revoke { .. }) => Ok(Vec::new()),
        }
    }

    fn apply(&mut self, event: &ApiKeyEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let name = match self {
            Self::Valid(terms) => terms.name.len(),
            Self::Absent | Self::Revoked => 0,
        };
        size_of::<Self>().saturating_add(name)
    }
}

bridge_to_cqrs_es!(ApiKey);

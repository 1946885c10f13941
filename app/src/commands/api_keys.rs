//! Use cases about API keys: make and revoke one (AUT-10). Only `access` asks for them, which keeps
//! the hashes of the secrets in a table beside the log.

use async_trait::async_trait;
use billfold_domain::api_key::{ApiKey, ApiKeyCommand, ApiKeyTerms};
use billfold_domain::kernel::ApiKeyId;
use billfold_domain::role::Rights;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Make a key.
#[derive(Clone, Debug, Serialize)]
pub struct CreateApiKey {
    /// What it is.
    pub terms: ApiKeyTerms,
    /// What whoever asks may do.
    pub held: Rights,
}

/// There is a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    /// Its id.
    pub api_key_id: ApiKeyId,
}

#[async_trait]
impl UseCase for CreateApiKey {
    const NAME: &'static str = "create_api_key";
    type Answer = ApiKeyCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ApiKeyCreated>, Error> {
        let api_key_id = ApiKeyId::new(room.mint());
        let (id, terms, held) = (api_key_id.uuid(), self.terms.clone(), self.held);
        let touches = Touches::new(room.tenant).begins::<ApiKey>(id);
        Ok(touches.decide(move |table| {
            table.decide::<ApiKey>(id, ApiKeyCommand::Create { terms: terms.clone(), held })?;
            Ok(ApiKeyCreated { api_key_id })
        }))
    }
}

/// Refuse a key from now on. Asked for a key that is known to be there.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeApiKey {
    /// Which.
    pub api_key_id: ApiKeyId,
    /// What people call it.
    pub name: String,
}

#[async_trait]
impl UseCase for RevokeApiKey {
    const NAME: &'static str = "revoke_api_key";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, name) = (self.api_key_id.uuid(), self.name.clone());
        // A key that leaked is taken back whatever became of the seller.
        let touches = Touches::new(room.tenant).reads::<ApiKey>(id).at_rest();
        Ok(touches.decide(move |table| {
            table.decide::<ApiKey>(id, ApiKeyCommand::Revoke { name: name.clone() })?;
            Ok(())
        }))
    }
}

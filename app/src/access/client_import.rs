//! Passwords of clients that another system kept, taken over as hashes (AUT-03).
//!
//! Guarantees: a client who has a password keeps it, so that a second run adds nothing; that a
//! password came along is an event; a hash that is not as good as our own is replaced at the next
//! sign-in. Suspended clients are taken over too, and come in once they are active again.
//! Absent on purpose: making clients, who are registered before.

use billfold_domain::client::Client;
use billfold_domain::kernel::{Actor, BlindIndex, ClientId, TenantId};
use billfold_domain::sign_in::{MeansChange, SignInCommand};
use uuid::Uuid;

use super::{Access, AccessError, Secret};
use crate::commands::RequestOrigin;
use crate::error::Error;
use crate::ports::ClientAccountRow;

/// How another system let a client in.
#[derive(Clone, Debug)]
pub struct ImportedClient {
    /// Which client; may be left out if the address is given.
    pub client: Option<ClientId>,
    /// The address of the client's own contact; may be left out if the client is given.
    pub email: Option<String>,
    /// An argon2id or bcrypt hash, as PHP, Python, Node and Rust write them.
    pub password_hash: Secret,
}

/// The client whom a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownClient {
    /// Who it is.
    pub client: ClientId,
    /// Whether there is a password already, which stays.
    pub has_password: bool,
}

impl Access {
    /// Whether a client's password can be taken over.
    ///
    /// # Errors
    /// A field breaks a rule: nobody is named, or two are, or somebody who is not a client of this
    /// seller or has no mail address to sign in with; or the hash could not be verified.
    pub async fn check_client_import(
        &self,
        tenant: TenantId,
        account: &ImportedClient,
    ) -> Result<KnownClient, AccessError> {
        self.check_hash(&account.password_hash)?;
        let (client, _) = self.named(tenant, account).await?;
        let has_password = self.knows_client(tenant, client).await?;
        Ok(KnownClient { client, has_password })
    }

    /// Takes a client's password over, on the word of whoever runs the program; false when there
    /// is one already, which stays.
    ///
    /// # Errors
    /// As [`Access::check_client_import`].
    pub async fn import_client(
        &self,
        tenant: TenantId,
        account: &ImportedClient,
    ) -> Result<bool, AccessError> {
        self.check_hash(&account.password_hash)?;
        let (client, email_index) = self.named(tenant, account).await?;
        if self.knows_client(tenant, client).await? {
            return Ok(false);
        }
        // Noted first, once for each client and address: whoever is interrupted in between runs it
        // again.
        let id = Uuid::new_v5(&client.uuid(), email_index.as_str().as_bytes());
        let by = Actor::import("clients").map_err(Error::bug)?;
        let (client_id, what) = (client, MeansChange::PasswordBroughtAlong);
        let what = SignInCommand::ChangeClientMeans { client_id, what };
        let nowhere = RequestOrigin::default();
        self.note_once_by(by, id, tenant, &email_index, &nowhere, what).await?;
        let row = ClientAccountRow {
            tenant,
            client,
            email_index,
            password_hash: account.password_hash.reveal().to_owned(),
            created_at: self.parts.clock.now(),
            email_verified_at: None,
        };
        Ok(self.parts.clients.add(&row).await?)
    }

    /// The client whom a row names, and the address to sign in with.
    async fn named(
        &self,
        tenant: TenantId,
        account: &ImportedClient,
    ) -> Result<(ClientId, BlindIndex), AccessError> {
        let wrong = |field, detail| Err(AccessError::Malformed { field, detail });
        let by_address = match &account.email {
            Some(email) => {
                let now = self.parts.clock.now();
                let index = self.parts.vault.email_index(tenant, email, now).await?;
                self.client_with_address(tenant, &index).await?
            }
            None => None,
        };
        if account.email.is_some() && by_address.is_none() {
            return wrong("/email", "no client of this seller has this address");
        }
        let (client, field) = match (account.client, by_address) {
            (None, None) => return wrong("/client_id", "name the client by id or mail address"),
            (Some(named), Some(found)) if named != found => {
                return wrong("/email", "this is the address of another client");
            }
            (Some(named), _) => (named, "/client_id"),
            (None, Some(found)) => (found, "/email"),
        };
        let (state, _) = self.parts.door.load::<Client>(tenant, client.uuid()).await?;
        match state {
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                match profile.email_index {
                    Some(index) => Ok((client, index)),
                    None => wrong(field, "the client has no mail address to sign in with"),
                }
            }
            Client::Erased => wrong(field, "the client was erased"),
            Client::Absent => wrong(field, "this seller has no such client"),
        }
    }
}

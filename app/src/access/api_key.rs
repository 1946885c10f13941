//! API keys: made, verified, listed, revoked. The log says who made and revoked which, a table
//! beside it keeps the hash of each secret.
//!
//! Guarantees: the log first. A crash in between leaves a key that nobody was told, or one that
//! still works though the log calls it revoked; asking again mends both.

use billfold_domain::api_key::ApiKeyTerms;
use billfold_domain::kernel::{ApiKeyId, TenantId};
use billfold_domain::role::{Permission, Permissions, Reach, Rights};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use super::by::By;
use super::identity::{Identity, Via};
use super::token::{self, Secret};
use super::{Access, AccessError};
use crate::commands::Ask;
use crate::commands::api_keys::{CreateApiKey, RevokeApiKey};
use crate::error::{Error, Kind, Refused};
use crate::mint;
use crate::ports::ApiKeyRow;

/// A key as it is listed.
#[derive(Clone, Debug)]
pub struct ApiKeySummary {
    /// Its id.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Permissions,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Access {
    /// Makes a key; the secret is shown this once. Asking again with the same `key` makes no other
    /// one; without one, every asking makes its own.
    ///
    /// # Errors
    /// A field breaks a rule, whoever asks may do less than the key, the key was made and shown
    /// already, or the database does not answer.
    pub async fn add_api_key(
        &self,
        tenant: TenantId,
        by: &By,
        key: Option<&str>,
        new: ApiKeyTerms,
    ) -> Result<(ApiKeyId, Secret), AccessError> {
        let now = self.parts.clock.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            let detail = "choose an end in the future";
            return Err(AccessError::Malformed { field: "/expires_at", detail });
        }
        let key = key.map_or_else(|| format!("api-key:{}", mint::uuid_v7(now)), str::to_owned);
        let create = CreateApiKey { terms: new.clone(), held: by.held };
        let ask = Ask::new(tenant, by.actor.clone(), key, create).from_origin(by.origin.clone());
        let done = self.parts.door.execute(ask).await?;
        let id = done.answer.api_key_id;
        if done.replayed && self.parts.api_keys.find(tenant, id).await?.is_some() {
            let detail = "this key was made already and is shown once only; \
                          revoke it and make another one";
            let refused = Refused::new("api_key.shown_already", Kind::State, detail);
            return Err(Error::from(refused).into());
        }
        let (secret, secret_hash) = token::new_api_key(tenant, id);
        let row = ApiKeyRow {
            tenant,
            id,
            name: new.name,
            secret_hash,
            scopes: words(new.scopes),
            created_by: by.actor.to_string(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        self.parts.api_keys.add(&row).await?;
        Ok((id, secret))
    }

    /// Who an API key belongs to.
    ///
    /// # Errors
    /// `NotValid` when it is unknown, ended or revoked.
    pub async fn api_key(&self, key: &Secret) -> Result<Identity, AccessError> {
        let (tenant, id, hash) = token::read_api_key(key.reveal()).ok_or(AccessError::NotValid)?;
        if let Some(identity) = self.passes.get(&hash) {
            return Ok(identity);
        }
        let row = self.parts.api_keys.find(tenant, id).await?.ok_or(AccessError::NotValid)?;
        let matches: bool = row.secret_hash.ct_eq(&hash).into();
        let ended = row.expires_at.is_some_and(|end| end <= self.parts.clock.now());
        if !matches || ended || row.revoked_at.is_some() {
            return Err(AccessError::NotValid);
        }
        let rights = Rights { permissions: permissions(&row.scopes), reach: Reach::Seller };
        let identity = Identity { tenant, rights, via: Via::ApiKey(id) };
        self.passes.put(hash, &identity);
        Ok(identity)
    }

    /// The keys of a tenant, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_api_keys(&self, tenant: TenantId) -> Result<Vec<ApiKeySummary>, AccessError> {
        let summary = |row: ApiKeyRow| ApiKeySummary {
            id: row.id,
            name: row.name,
            scopes: permissions(&row.scopes),
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        };
        Ok(self.parts.api_keys.list(tenant).await?.into_iter().map(summary).collect())
    }

    /// Refuses a key from now on; false when it is unknown or refused already.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_api_key(
        &self,
        tenant: TenantId,
        by: &By,
        id: ApiKeyId,
    ) -> Result<bool, AccessError> {
        let row = self.parts.api_keys.find(tenant, id).await?;
        let Some(row) = row.filter(|row| row.revoked_at.is_none()) else { return Ok(false) };
        let now = self.parts.clock.now();
        let key = format!("api-key-revoked:{}", mint::uuid_v7(now));
        let revoke = RevokeApiKey { api_key_id: id, name: row.name };
        let ask = Ask::new(tenant, by.actor.clone(), key, revoke).from_origin(by.origin.clone());
        self.parts.door.execute(ask).await?;
        let done = self.parts.api_keys.revoke(tenant, id, now).await?;
        self.passes.drop_all();
        Ok(done)
    }
}

fn words(scopes: Permissions) -> Vec<String> {
    scopes.iter().map(|permission| permission.slug().to_owned()).collect()
}

/// The permissions that stored words name. A word that this release does not know allows nothing;
/// `admin`, which keys of old hold, allows all.
fn permissions(words: &[String]) -> Permissions {
    if words.iter().any(|word| word == "admin") {
        return Permissions::all();
    }
    words.iter().filter_map(|word| Permission::parse(word)).collect()
}

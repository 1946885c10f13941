//! API keys: made, verified, listed, revoked.

use billfold_domain::kernel::text::check_line;
use billfold_domain::kernel::{Actor, ApiKeyId, TenantId};
use billfold_domain::role::{Permission, Permissions, Reach, Rights};
use billfold_domain::tenant::{Tenant, TenantRefusal};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use super::identity::{Identity, Via};
use super::token::{self, Secret};
use super::{Access, AccessError};
use crate::error::{Error, Refused};
use crate::mint;
use crate::ports::ApiKeyRow;

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What people call it, at most 100 characters.
    pub name: String,
    /// What it may do.
    pub scopes: Permissions,
    /// When it ends; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

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
    /// Makes a key; the secret is shown this once.
    ///
    /// # Errors
    /// A field breaks a rule, or the database does not answer.
    pub async fn add_api_key(
        &self,
        tenant: TenantId,
        by: &Actor,
        new: &NewApiKey,
    ) -> Result<(ApiKeyId, Secret), AccessError> {
        let refuse = |field, detail| AccessError::Malformed { field, detail };
        check_line("name", &new.name, 100)
            .map_err(|_| refuse("/name", "give a name of 1 to 100 characters on one line"))?;
        if new.scopes.is_empty() {
            return Err(refuse("/scopes", "choose at least one scope"));
        }
        self.must_be_open(tenant).await?;
        let now = self.parts.clock.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(refuse("/expires_at", "choose an end in the future"));
        }
        let id = ApiKeyId::new(mint::uuid_v7(now));
        let (secret, secret_hash) = token::new_api_key(tenant, id);
        let row = ApiKeyRow {
            tenant,
            id,
            name: new.name.clone(),
            secret_hash,
            scopes: words(new.scopes),
            created_by: by.to_string(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        self.parts.api_keys.add(&row).await?;
        Ok((id, secret))
    }

    /// Refuses what would change something at a seller whose books are closed or suspended.
    async fn must_be_open(&self, tenant: TenantId) -> Result<(), AccessError> {
        let (seller, _) = self.parts.door.load::<Tenant>(tenant, tenant.uuid()).await?;
        let no = match seller {
            Tenant::Suspended(_) => TenantRefusal::Suspended,
            Tenant::Closed(_) => TenantRefusal::Closed,
            Tenant::Absent | Tenant::Open(_) => return Ok(()),
        };
        Err(Error::from(Refused::of(&no)).into())
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
        id: ApiKeyId,
    ) -> Result<bool, AccessError> {
        let done = self.parts.api_keys.revoke(tenant, id, self.parts.clock.now()).await?;
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

//! Keys with which programs call the API.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use billfold_app::access::ApiKeySummary;
use billfold_domain::api_key::ApiKeyTerms;
use billfold_domain::kernel::ApiKeyId;
use billfold_domain::role::{Permission, Permissions};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{ApiKeysWrite, May, refused};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident};
use crate::state::ApiState;

/// Lists the seller's API keys, newest first, at most 1,000.
#[utoipa::path(
    get, path = "", tag = "access", responses((status = 200, body = WireKeys)),
)]
pub(super) async fn list_keys(
    State(state): State<ApiState>,
    May(caller, _): May<ApiKeysWrite>,
) -> Result<Json<WireKeys>, Problem> {
    let keys = state.access().list_api_keys(caller.tenant).await;
    let keys = keys.map_err(refused)?;
    Ok(Json(WireKeys { items: keys.into_iter().map(WireKey::from).collect() }))
}

/// Makes an API key.
///
/// The answer is the only one that ever shows the secret. A key can hold no scope that its maker
/// lacks. Who sends the same request with the same key again is told that it was made.
#[utoipa::path(
    post, path = "", tag = "access", request_body = NewKey,
    responses((status = 201, body = MadeKey)),
)]
pub(super) async fn create_key(
    State(state): State<ApiState>,
    May(caller, _): May<ApiKeysWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewKey>,
) -> Result<(StatusCode, [(axum::http::HeaderName, String); 1], Json<MadeKey>), Problem> {
    let terms = new.read()?;
    let key = key.command_key();
    let made = state.access().add_api_key(caller.tenant, &caller.by(), Some(&key), terms).await;
    let (id, secret) = made.map_err(refused)?;
    let body = MadeKey { id: id.to_string(), key: secret.reveal().to_owned() };
    Ok((StatusCode::CREATED, [(LOCATION, format!("/api/v1/api-keys/{id}"))], Json(body)))
}

/// Refuses an API key from now on.
#[utoipa::path(
    delete, path = "/{id}", tag = "access",
    params(("id" = String, Path, example = "key_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 204, description = "The key is refused from now on")),
)]
pub(super) async fn revoke_key(
    State(state): State<ApiState>,
    May(caller, _): May<ApiKeysWrite>,
    Ident(id): Ident<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    let done = state.access().revoke_api_key(caller.tenant, &caller.by(), id).await;
    if done.map_err(refused)? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found())
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What people call it.
    #[schema(example = "order import", min_length = 1, max_length = 100)]
    name: String,
    /// What it may do: permissions by their slugs, see `GET /permissions`.
    #[schema(example = json!(["orders:write", "clients:read"]), min_items = 1)]
    scopes: Vec<String>,
    /// When it ends; never if absent.
    expires_at: Option<DateTime<Utc>>,
}

impl NewKey {
    fn read(self) -> Result<ApiKeyTerms, Problem> {
        let mut check = Check::default();
        let mut scopes = Vec::with_capacity(self.scopes.len());
        for (at, word) in self.scopes.iter().enumerate() {
            match Permission::parse(word) {
                Some(scope) => scopes.push(scope),
                None => check.wrong(
                    format!("/scopes/{at}"),
                    "scope.unknown",
                    format!("is none of {}", words().join(", ")),
                ),
            }
        }
        check.finish()?;
        let scopes: Permissions = scopes.into_iter().collect();
        let terms = ApiKeyTerms { name: self.name, scopes, expires_at: self.expires_at };
        let mut check = Check::default();
        check.parts("", terms.check());
        check.finish()?;
        Ok(terms)
    }
}

fn words() -> Vec<&'static str> {
    Permission::all().map(Permission::slug).collect()
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeKey {
    /// Its id.
    #[schema(example = "key_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Send it as `Authorization: Bearer <key>`. It is never shown again.
    #[schema(example = "bfk_AZov…")]
    key: String,
}

/// The keys of a seller.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeys)]
pub(super) struct WireKeys {
    /// The keys, newest first.
    items: Vec<WireKey>,
}

/// A key as it is listed.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(super) struct WireKey {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// Who made it.
    created_by: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends; never if null.
    expires_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<ApiKeySummary> for WireKey {
    fn from(key: ApiKeySummary) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            scopes: key.scopes.iter().map(|scope| scope.slug().to_owned()).collect(),
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

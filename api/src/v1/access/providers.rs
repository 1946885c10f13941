//! Identity providers, and those that open one's own account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::Secret;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{SignedIn, refused};
use crate::problem::Problem;
use crate::receive::Body;
use crate::state::ApiState;

/// Lists the identity providers that staff may sign in by, on the pages.
#[utoipa::path(
    get, path = "/identity-providers", tag = "access", security(()),
    responses((status = 200, body = IdentityProviderList)),
)]
pub(super) async fn list_identity_providers(
    State(state): State<ApiState>,
) -> Json<IdentityProviderList> {
    let item = |name: billfold_app::ports::ProviderName| IdentityProvider {
        sign_in_path: format!("/admin/sign-in/with/{}", name.key),
        key: name.key,
        name: name.name,
    };
    Json(IdentityProviderList {
        items: state.access().providers().into_iter().map(item).collect(),
        only_by_provider: state.access().only_by_provider(),
    })
}

/// Lists the identity providers that open your own account.
#[utoipa::path(
    get, path = "/identity-links", tag = "access",
    security(("session" = []), ("access_token" = [])),
    responses((status = 200, body = IdentityLinkList)),
)]
pub(super) async fn list_identity_links(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<IdentityLinkList>, Problem> {
    let links = state.access().own_links(&caller.identity).await.map_err(refused)?;
    let item = |link: billfold_app::access::ProviderLink| IdentityLink {
        issuer: link.issuer,
        linked_at: link.linked_at,
        last_used_at: link.last_used_at,
    };
    Ok(Json(IdentityLinkList { items: links.into_iter().map(item).collect() }))
}

/// Takes the link of an issuer to your own account away.
///
/// Signing in by it again links it again, while it vouches for the address of the account.
#[utoipa::path(
    post, path = "/identity-links/remove", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = RemovedLink,
    responses((status = 204, description = "The link is gone")),
)]
pub(super) async fn remove_identity_link(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(link): Body<RemovedLink>,
) -> Result<StatusCode, Problem> {
    let (who, password) = (&caller.identity, Secret::new(link.password));
    let gone = state.access().unlink_own(who, (&link.issuer, &password), &caller.origin).await;
    if gone.map_err(refused)? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// Whose link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemovedLink {
    /// The issuer, as the list names it.
    #[schema(example = "https://id.example.org", max_length = 1000)]
    issuer: String,
    /// Your password.
    #[schema(example = "correct horse battery staple", max_length = 256, format = Password)]
    password: String,
}

/// The identity providers.
#[derive(Serialize, ToSchema)]
pub(super) struct IdentityProviderList {
    /// The providers, in the order of the settings.
    items: Vec<IdentityProvider>,
    /// Whether nothing else lets staff in.
    only_by_provider: bool,
}

/// An identity provider.
#[derive(Serialize, ToSchema)]
pub(super) struct IdentityProvider {
    /// Its key.
    #[schema(example = "company")]
    key: String,
    /// What its button says.
    #[schema(example = "Company account")]
    name: String,
    /// Where the form of its button goes.
    #[schema(example = "/admin/sign-in/with/company")]
    sign_in_path: String,
}

/// Your links.
#[derive(Serialize, ToSchema)]
pub(super) struct IdentityLinkList {
    /// The links, oldest first.
    items: Vec<IdentityLink>,
}

/// A provider that opens your account.
#[derive(Serialize, ToSchema)]
pub(super) struct IdentityLink {
    /// Its issuer.
    #[schema(example = "https://id.example.org")]
    issuer: String,
    /// When it was linked.
    linked_at: DateTime<Utc>,
    /// When it opened the account last; null if never since.
    last_used_at: Option<DateTime<Utc>>,
}

//! Changes of webhook endpoints.

use axum::extract::State;
use billfold_app::commands::webhook_endpoints::{RegisterEndpoint, Turn, TurnEndpoint};
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::webhook_endpoint::{PauseReason, WebhookTerms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{Caller, May, WebhooksWrite};
use crate::problem::{FieldError, Problem};
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// The number of the first secret.
const FIRST: u32 = 1;

/// Registers an endpoint, which is told of what happens from now on.
///
/// Its secret is in this answer and nowhere else; the same request with the same key tells it
/// again. Messages are signed by Standard Webhooks.
#[utoipa::path(
    post, path = "", tag = "webhooks", request_body = Terms,
    responses((status = 201, body = Secret)),
)]
pub(super) async fn register_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    key: IdempotencyKey,
    Body(new): Body<Terms>,
) -> Result<Answer<Secret>, Problem> {
    let terms = new.read(&state).await?;
    let done = state.command(&caller, &key, RegisterEndpoint { terms }).await?;
    let id = done.answer.webhook_endpoint_id;
    let body = Secret::of(&state, &caller, id, FIRST, Stamp::of(&done, id.uuid())).await?;
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/webhook-endpoints/{id}")))
}

/// Sets where an endpoint is and what it is told, from the next message on.
#[utoipa::path(
    put, path = "/{id}", tag = "webhooks", request_body = Terms,
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<Terms>,
) -> Result<Answer<Changed>, Problem> {
    let terms = new.read(&state).await?;
    turn(&state, &caller, &key, seen, (id, Turn::Set(terms))).await
}

/// Signs with a new secret; the one before it signs beside it for a day.
///
/// The secret is in this answer and nowhere else; the same request with the same key tells it
/// again.
#[utoipa::path(
    post, path = "/{id}/rotate-secret", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Secret)),
)]
pub(super) async fn rotate_webhook_secret(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Secret>, Problem> {
    let rotate = TurnEndpoint { webhook_endpoint_id: id, turn: Turn::RotateSecret };
    let done = state.change(&caller, &key, seen, rotate).await?;
    let secret_no = done.answer.secret_no.ok_or_else(Problem::not_found)?;
    let body = Secret::of(&state, &caller, id, secret_no, Stamp::of(&done, id.uuid())).await?;
    Ok(Answer::of(&done, id.uuid(), body))
}

/// Sends an endpoint again everything it wants after a log position, under the same ids.
#[utoipa::path(
    post, path = "/{id}/replay", tag = "webhooks", request_body = Replay,
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn replay_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(replay): Body<Replay>,
) -> Result<Answer<Changed>, Problem> {
    turn(&state, &caller, &key, seen, (id, Turn::Replay(replay.after))).await
}

/// Sends an endpoint nothing for now; nothing is lost.
#[utoipa::path(
    post, path = "/{id}/pause", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn pause_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    turn(&state, &caller, &key, seen, (id, Turn::Pause(PauseReason::Asked))).await
}

/// Goes on with an endpoint where it was paused, at once.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn resume_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    turn(&state, &caller, &key, seen, (id, Turn::Resume)).await
}

/// Sends an endpoint nothing any more.
#[utoipa::path(
    delete, path = "/{id}", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn delete_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksWrite>,
    Ident(id): Ident<WebhookEndpointId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    turn(&state, &caller, &key, seen, (id, Turn::Delete)).await
}

async fn turn(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    seen: i64,
    (id, turn): (WebhookEndpointId, Turn),
) -> Result<Answer<Changed>, Problem> {
    let command = TurnEndpoint { webhook_endpoint_id: id, turn };
    let done = state.change(caller, key, seen, command).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

/// Where an endpoint is, and what it is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookTerms)]
pub(super) struct Terms {
    /// Its address: HTTPS, in the public internet, with no name and no password in it. It is kept
    /// for ever.
    #[schema(example = "https://shop.example/hooks/billfold", max_length = 500)]
    url: String,
    /// What people call it; no personal data.
    #[schema(max_length = 200)]
    description: Option<String>,
    /// What it is told: types such as `invoice.issued`, or `invoice.*`; everything if absent.
    #[serde(default)]
    #[schema(example = json!(["invoice.*", "payment.settled"]), max_items = 100)]
    event_types: Vec<String>,
}

impl Terms {
    /// The terms, if the address may be called.
    async fn read(self, state: &ApiState) -> Result<WebhookTerms, Problem> {
        let mut check = Check::default();
        let about = check.optional_text("/description", self.description.as_deref(), 200);
        check.finish()?;
        if let Err(refusal) = state.webhooks().check(&self.url).await {
            let error = FieldError::body("/url", refusal.code(), refusal.to_string());
            return Err(Problem::field(error));
        }
        Ok(WebhookTerms { url: self.url, description: about, event_types: self.event_types })
    }
}

/// From where everything is sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    /// The log position after which it begins; later than what was told already changes nothing.
    #[schema(minimum = 0, example = 1842)]
    after: i64,
}

/// The secret of an endpoint, for whoever made it.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub(super) struct Secret {
    /// The endpoint.
    #[schema(example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What messages are signed with from now on. It is kept nowhere and told only here.
    #[schema(
        example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
        pattern = "^whsec_[A-Za-z0-9+/=]+$"
    )]
    secret: String,
    /// Its number.
    #[schema(example = 1)]
    secret_no: u32,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl Secret {
    async fn of(
        state: &ApiState,
        caller: &Caller,
        id: WebhookEndpointId,
        secret_no: u32,
        stamp: Stamp,
    ) -> Result<Self, Problem> {
        let secret = state.webhooks().secret(caller.tenant, id, secret_no).await?;
        Ok(Self { id: id.to_string(), secret: secret.reveal().to_owned(), secret_no, stamp })
    }
}

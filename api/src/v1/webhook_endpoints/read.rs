//! Reads of webhook endpoints.

use axum::Json;
use axum::extract::State;
use billfold_app::ports::{Delivery, EndpointRef, WebhookCursor};
use billfold_domain::kernel::{EventId, WebhookEndpointId};
use billfold_domain::webhook_endpoint::{Standing, WebhookEndpoint, WebhookTerms};
use billfold_projections::Projection;
use billfold_projections::webhook_endpoint_list::{self, WebhookEndpointList, WebhookEndpointRow};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{May, WebhooksRead};
use crate::problem::{FieldError, Problem};
use crate::receive::{Filter, Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging};

/// Deliveries of a page unless said otherwise, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 100;

/// Lists endpoints, the oldest first.
#[utoipa::path(
    get, path = "", tag = "webhooks", params(Paging),
    responses((status = 200, body = Page<WireEndpoint>)),
)]
pub(super) async fn list_webhook_endpoints(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksRead>,
    ListOf(NoFilter {}, part): ListOf<NoFilter>,
) -> Result<Json<Page<WireEndpoint>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(WebhookEndpointList::NAME, part.min_position).await?;
    let page = webhook_endpoint_list::page(state.reads(), caller.tenant, &wanted).await?;
    Ok(Json(Page::of(page, WireEndpoint::from)))
}

/// Reads one endpoint, with how far it was told.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = ReadEndpoint)),
)]
pub(super) async fn read_webhook_endpoint(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksRead>,
    Ident(id): Ident<WebhookEndpointId>,
) -> Result<Versioned<ReadEndpoint>, Problem> {
    let (endpoint, version) =
        state.door().load::<WebhookEndpoint>(caller.tenant, id.uuid()).await?;
    let endpoint = WireEndpoint::of(id, endpoint).ok_or_else(Problem::not_found)?;
    let told = state.webhooks().cursor(EndpointRef { tenant: caller.tenant, id }).await?;
    let body = ReadEndpoint { endpoint, told: told.map(Told::from) };
    Ok(Versioned { body, version })
}

/// Lists what was sent to an endpoint lately, the newest first.
///
/// The newest thousand attempts are kept.
#[utoipa::path(
    get, path = "/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path, example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f"), ListDeliveries),
    responses((status = 200, body = Deliveries)),
)]
pub(super) async fn list_webhook_deliveries(
    State(state): State<ApiState>,
    May(caller, _): May<WebhooksRead>,
    Ident(id): Ident<WebhookEndpointId>,
    Filter(query): Filter<ListDeliveries>,
) -> Result<Json<Deliveries>, Problem> {
    let (before, limit) = query.read()?;
    let (endpoint, _) = state.door().load::<WebhookEndpoint>(caller.tenant, id.uuid()).await?;
    if endpoint == WebhookEndpoint::Absent {
        return Err(Problem::not_found());
    }
    let of = EndpointRef { tenant: caller.tenant, id };
    let mut found = state.webhooks().deliveries(of, before, limit + 1).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next_cursor = found.last().filter(|_| more).map(|last| last.no.to_string());
    let items = found.into_iter().map(WireDelivery::from).collect();
    Ok(Json(Deliveries { items, next_cursor }))
}

/// Nothing but the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoFilter {}

/// Which deliveries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListDeliveries {
    /// Most rows, 1 to 100; 50 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
}

impl ListDeliveries {
    fn read(&self) -> Result<(Option<i64>, u32), Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let detail = "must lie between 1 and 100";
            return Err(Problem::field(FieldError::query("limit", "limit.out_of_range", detail)));
        }
        let Some(text) = &self.cursor else { return Ok((None, limit)) };
        let plain = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse().ok().filter(|_| plain) {
            Some(before) => Ok((Some(before), limit)),
            None => {
                let detail = "is not one of this list; take next_cursor of the page before";
                Err(Problem::field(FieldError::query("cursor", "cursor.malformed", detail)))
            }
        }
    }
}

/// A webhook endpoint.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(super) struct WireEndpoint {
    /// Its id.
    #[schema(example = "whk_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Where it is.
    #[schema(example = "https://shop.example/hooks/billfold")]
    url: String,
    /// What people call it.
    description: Option<String>,
    /// What it is told: types such as `invoice.issued`, or `invoice.*`; everything if empty.
    #[schema(example = json!(["invoice.*", "payment.settled"]))]
    event_types: Vec<String>,
    /// The number of the secret that signs.
    #[schema(example = 1)]
    secret_no: i64,
    /// Whether it is told.
    #[schema(pattern = "^(active|paused)$", example = "active")]
    status: String,
    /// Why not, if it is paused: somebody asked for it, it failed too often, or it said that it is
    /// gone.
    #[schema(pattern = "^(asked|failing|gone)$", example = "failing")]
    paused_for: Option<String>,
}

impl WireEndpoint {
    fn of(id: WebhookEndpointId, endpoint: WebhookEndpoint) -> Option<Self> {
        let WebhookEndpoint::Registered { terms, secret_no, standing } = endpoint else {
            return None;
        };
        let WebhookTerms { url, description, event_types } = terms;
        let (status, paused_for) = match standing {
            Standing::Active => ("active", None),
            Standing::Paused(reason) => ("paused", Some(reason.word().to_owned())),
        };
        let (id, status, secret_no) = (id.to_string(), status.to_owned(), i64::from(secret_no));
        Some(Self { id, url, description, event_types, secret_no, status, paused_for })
    }
}

impl From<WebhookEndpointRow> for WireEndpoint {
    fn from(row: WebhookEndpointRow) -> Self {
        let types = row.event_types.split(',').filter(|name| !name.is_empty());
        Self {
            id: row.webhook_endpoint_id.to_string(),
            event_types: types.map(str::to_owned).collect(),
            url: row.url,
            description: row.description,
            secret_no: row.secret_no,
            status: row.status.as_str().to_owned(),
            paused_for: row.paused_for,
        }
    }
}

/// A webhook endpoint, and how far it was told.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadEndpoint {
    #[serde(flatten)]
    endpoint: WireEndpoint,
    /// How far it was told; null before something was to be sent.
    told: Option<Told>,
}

/// How far an endpoint was told.
#[derive(Serialize, ToSchema)]
pub(super) struct Told {
    /// Everything up to this log position was accepted or is not wanted.
    #[schema(example = 1842)]
    position: i64,
    /// Failed attempts at the next message.
    #[schema(example = 0)]
    attempts: u32,
    /// When it is tried again, if an attempt failed.
    next_attempt_at: Option<DateTime<Utc>>,
}

impl From<WebhookCursor> for Told {
    fn from(cursor: WebhookCursor) -> Self {
        let WebhookCursor { position, attempts, next_attempt_at, .. } = cursor;
        Self { position, attempts, next_attempt_at }
    }
}

/// Attempts to tell an endpoint of events.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveries)]
pub(super) struct Deliveries {
    /// The attempts, the newest first.
    items: Vec<WireDelivery>,
    /// Send it as `cursor` for older ones; null at the end of the list.
    #[schema(pattern = "^[0-9]{1,18}$", example = "17")]
    next_cursor: Option<String>,
}

/// An attempt to tell an endpoint of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct WireDelivery {
    /// Its number at this endpoint, from 1.
    #[schema(example = 18)]
    no: i64,
    /// The event, which is also `webhook-id`.
    #[schema(example = "evt_01kchkq7w7fc9r6a8b9c0d1e2f")]
    event_id: String,
    /// What it says happened.
    #[schema(example = "invoice.issued")]
    event_type: String,
    /// Its log position.
    #[schema(example = 1842)]
    position: i64,
    /// The how manieth attempt at this event it was, from 1.
    #[schema(example = 1)]
    attempt: u32,
    /// When.
    attempted_at: DateTime<Utc>,
    /// What became of it: taken, answered with another status than 200 to 299, or not answered.
    #[schema(pattern = "^(accepted|refused|failed)$", example = "accepted")]
    outcome: String,
    /// The HTTP status, if there was an answer.
    #[schema(example = 204)]
    status: Option<u16>,
    /// Why there was none.
    #[schema(pattern = "^(address_not_public|connection|timeout)$", example = "timeout")]
    failure: Option<String>,
}

impl From<Delivery> for WireDelivery {
    fn from(delivery: Delivery) -> Self {
        Self {
            no: delivery.no,
            event_id: EventId::new(delivery.event_id).to_string(),
            event_type: delivery.event_type,
            position: delivery.position,
            attempt: delivery.attempt,
            attempted_at: delivery.attempted_at,
            outcome: delivery.outcome,
            status: delivery.status,
            failure: delivery.failure,
        }
    }
}

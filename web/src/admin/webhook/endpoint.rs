//! One endpoint: how far it was told, what was sent to it lately, what may be done.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::ports::{Delivery, EndpointRef};
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::role::Permission;
use billfold_domain::webhook_endpoint::WebhookEndpoint;
use serde::Deserialize;

use super::{PATH, actions, standing, told};
use crate::admin::confirm::Action;
use crate::admin::list::{Pager, address};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Ident, Moment, Tone};
use crate::visitor::Visitor;

/// Attempts of a page.
const ROWS: u32 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/webhook/endpoint.html")]
pub(crate) struct EndpointPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What people call it, else where it is.
    pub(crate) title: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// Where it is.
    pub(crate) url: String,
    /// Whether it is told.
    pub(crate) status: Badge,
    /// What it is told.
    pub(crate) told: String,
    /// The number of the secret that signs.
    pub(crate) secret_no: u32,
    /// Up to which position it was told; nothing before something was to be sent.
    pub(crate) position: Option<i64>,
    /// Failed attempts at the next message, and when it is tried again.
    pub(crate) retry: Option<(u32, Moment)>,
    /// What was sent, newest first.
    pub(crate) deliveries: Vec<DeliveryRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// What may be done.
    pub(crate) actions: Vec<Action>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryRow {
    /// Its number.
    pub(crate) no: i64,
    /// What it says happened.
    pub(crate) event_type: String,
    /// The event.
    pub(crate) position: i64,
    /// The how manieth attempt it was.
    pub(crate) attempt: u32,
    /// When.
    pub(crate) at: Moment,
    /// What became of it.
    pub(crate) outcome: Badge,
    /// The answer's code, or why there was none.
    pub(crate) answer: String,
}

/// Which attempts are wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Before {
    before: Option<i64>,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/webhooks/{id}", get(show_one))
}

async fn show_one(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(part): Query<Before>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::WebhooksRead)?;
    let id: WebhookEndpointId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let (endpoint, _) = state.door().load::<WebhookEndpoint>(tenant, id.uuid()).await?;
    let (href, of) = (format!("{PATH}/{id}"), EndpointRef { tenant, id });
    let cursor = state.webhooks().cursor(of).await?;
    let found = state.webhooks().deliveries(of, part.before, ROWS).await?;
    let full = u32::try_from(found.len()).is_ok_and(|shown| shown >= ROWS);
    let last = found.last().map(|last| last.no).filter(|_| full);
    let (title, url, status, told, secret_no, actions) = match endpoint {
        WebhookEndpoint::Absent => return Err(PageError::NotFound),
        WebhookEndpoint::Deleted => {
            let deleted = Badge::new(Tone::Grey, "Deleted");
            ("Deleted endpoint".to_owned(), String::new(), deleted, String::new(), 0, Vec::new())
        }
        WebhookEndpoint::Registered { terms, secret_no, standing: stands } => {
            let title = terms.description.unwrap_or_else(|| terms.url.clone());
            let may = visitor.caller.identity.may(Permission::WebhooksWrite);
            let actions = if may { actions::actions(&href, stands) } else { Vec::new() };
            (title, terms.url, standing(stands), told(&terms.event_types), secret_no, actions)
        }
    };
    let head = *state.operations().head().borrow();
    page(&EndpointPage {
        shell: visitor.shell(&state, PATH, head).await?,
        title,
        id: Ident(id.to_string()),
        url,
        status,
        told,
        secret_no,
        position: cursor.as_ref().map(|cursor| cursor.position),
        retry: cursor
            .as_ref()
            .and_then(|cursor| cursor.next_attempt_at.map(|at| (cursor.attempts, Moment(at)))),
        pager: Pager {
            text: format!("{} attempts on this page; the newest thousand are kept", found.len()),
            newer: part.before.map(|_| href.clone()),
            older: last.map(|no| address(&href, &[("before", &no.to_string())])),
        },
        deliveries: found.into_iter().map(delivery).collect(),
        actions,
    })
}

fn delivery(sent: Delivery) -> DeliveryRow {
    let tone = if sent.outcome == "accepted" { Tone::Green } else { Tone::Red };
    let failure = sent.failure.as_deref().map(show::words);
    DeliveryRow {
        no: sent.no,
        event_type: sent.event_type,
        position: sent.position,
        attempt: sent.attempt,
        at: Moment(sent.attempted_at),
        outcome: Badge::new(tone, show::words(&sent.outcome)),
        answer: sent.status.map_or_else(|| failure.unwrap_or_default(), |code| code.to_string()),
    }
}

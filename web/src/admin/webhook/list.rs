//! Which webhook endpoints there are.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_domain::webhook_endpoint::{PauseReason, Standing};
use billfold_projections::webhook_endpoint_list::{self, EndpointStatus, WebhookEndpointRow};

use super::{PATH, standing, told};
use crate::admin::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::state::WebState;
use crate::view::Badge;
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/webhook/list.html")]
pub(crate) struct Webhooks {
    /// The frame.
    pub(crate) shell: Shell,
    /// Oldest first.
    pub(crate) rows: Vec<EndpointRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// Whether one may be added.
    pub(crate) may_add: bool,
}

/// One endpoint.
#[derive(Clone, Debug)]
pub(crate) struct EndpointRow {
    /// Its page.
    pub(crate) href: String,
    /// Where it is.
    pub(crate) url: String,
    /// What people call it.
    pub(crate) description: String,
    /// What it is told.
    pub(crate) told: String,
    /// Whether it is told.
    pub(crate) status: Badge,
    /// The newest event.
    pub(crate) position: i64,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::WebhooksRead)?;
    let (tenant, wanted) = (visitor.tenant(), at.wanted()?);
    let found = webhook_endpoint_list::page(state.reads(), tenant, &wanted).await?;
    let rows: Vec<EndpointRow> = found.value.rows.iter().map(row).collect();
    page(&Webhooks {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "endpoints"), found.value.next),
        may_add: visitor.caller.identity.may(Permission::WebhooksWrite),
        rows,
    })
}

fn row(row: &WebhookEndpointRow) -> EndpointRow {
    let types = row.event_types.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
    EndpointRow {
        href: format!("{PATH}/{}", row.webhook_endpoint_id),
        url: row.url.clone(),
        description: row.description.clone().unwrap_or_default(),
        told: told(&types.collect::<Vec<_>>()),
        status: standing(stands(row)),
        position: row.last_position,
    }
}

fn stands(row: &WebhookEndpointRow) -> Standing {
    match (row.status, row.paused_for.as_deref()) {
        (EndpointStatus::Active | EndpointStatus::Deleted, _) => Standing::Active,
        (EndpointStatus::Paused, Some("failing")) => Standing::Paused(PauseReason::Failing),
        (EndpointStatus::Paused, Some("gone")) => Standing::Paused(PauseReason::Gone),
        (EndpointStatus::Paused, _) => Standing::Paused(PauseReason::Asked),
    }
}

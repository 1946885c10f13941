//! What waits for me, what I asked for, what is decided.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_projections::approval_list::{self, ApprovalRow, ApprovalStatus, Filter};
use serde::Deserialize;

use super::{PATH, involved, kind, status};
use crate::admin::list::{Chip, Pager, address, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Moment};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/approval/inbox.html")]
pub(crate) struct Inbox {
    /// The frame.
    pub(crate) shell: Shell,
    /// What is shown: waiting for me, asked by me, decided.
    pub(crate) chips: Vec<Chip>,
    /// The newest first.
    pub(crate) rows: Vec<InboxRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// Whether the limits may be seen.
    pub(crate) limits: bool,
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct InboxRow {
    /// Its page.
    pub(crate) href: String,
    /// What it is.
    pub(crate) kind: String,
    /// How much.
    pub(crate) amount: Amount,
    /// Who asked.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Moment,
    /// Why.
    pub(crate) reason: String,
    /// How it stands.
    pub(crate) status: Badge,
    /// The newest event.
    pub(crate) position: i64,
}

/// Which part of the inbox is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    show: String,
    cursor: String,
}

/// The parts of the inbox, as addresses name them; the first is shown unless one is named.
const PARTS: [(&str, &str); 3] =
    [("", "Waiting for me"), ("mine", "Asked by me"), ("decided", "Decided")];

pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    involved(&visitor)?;
    let (tenant, me) = (visitor.tenant(), visitor.caller.actor.to_string());
    let now = state.door().now(tenant).await?;
    let waiting = approval_list::count_for(state.reads(), tenant, &me, now).await?;
    let filter = match asked.show.as_str() {
        "mine" => Filter { asked_by: Some(me), ..Filter::default() },
        "decided" => Filter { over: true, ..Filter::default() },
        _ => Filter {
            status: Some(ApprovalStatus::Waiting),
            not_asked_by: Some(me),
            ..Filter::default()
        },
    };
    let part = wanted(&asked.cursor)?;
    let found = approval_list::page(state.reads(), tenant, &filter, now, &part).await?;
    let actors = state.names().actors(&visitor).await?;
    let row = |row: &ApprovalRow| InboxRow {
        href: format!("{PATH}/{}", row.approval_id),
        kind: kind(&row.kind),
        amount: show::minor(row.amount, row.currency),
        by: actors.name(&row.asked_by),
        at: Moment(row.asked_at),
        reason: row.reason.clone().unwrap_or_default(),
        status: status(row.status_at(now)),
        position: row.last_position,
    };
    let rows: Vec<InboxRow> = found.value.rows.iter().map(row).collect();
    let here = address(PATH, &[("show", &asked.show)]);
    page(&Inbox {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: chips(&asked.show, waiting),
        pager: Pager {
            text: format!("{} approvals on this page", rows.len()),
            newer: (!asked.cursor.is_empty()).then_some(here),
            older: found
                .value
                .next
                .map(|next| address(PATH, &[("show", &asked.show), ("cursor", &next.to_string())])),
        },
        limits: visitor.caller.identity.may(Permission::SettingsRead),
        rows,
    })
}

fn chips(shown: &str, waiting: i64) -> Vec<Chip> {
    let chip = |(part, label): &(&str, &str)| Chip {
        label: (*label).to_owned(),
        count: part.is_empty().then_some(waiting),
        href: address(PATH, &[("show", part)]),
        on: *part == shown,
    };
    PARTS.iter().map(chip).collect()
}

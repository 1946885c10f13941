//! The audit log: who did what, when, from where, and why; a view of the same events.

use super::list::{address, day, wanted};
use crate::error::PageError;
use crate::happened::happened;
use crate::names::Actors;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_projections::event_index::{self, Stored};
use billfold_projections::{Order, audit_log};
use chrono::Days;
use serde::Deserialize;

use super::list::Pager;
use crate::layout::Shell;
use crate::view::Moment;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/audit.html")]
pub(crate) struct Audit {
    /// The frame.
    pub(crate) shell: Shell,
    /// The actor in force.
    pub(crate) actor: String,
    /// Recorded on or after.
    pub(crate) from: String,
    /// Recorded on or before.
    pub(crate) to: String,
    /// Newest first.
    pub(crate) rows: Vec<AuditRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    /// When it was recorded.
    pub(crate) at: Moment,
    /// Who: a name and the kind of actor.
    pub(crate) who: (String, String),
    /// A sentence.
    pub(crate) what: String,
    /// What it was about, with its page.
    pub(crate) subject: Option<(String, String)>,
    /// The network address.
    pub(crate) from: String,
    /// The reason that was given.
    pub(crate) reason: String,
    /// The event.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/audit";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    actor: String,
    from: String,
    to: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::EventsRead)?;
    let tenant = visitor.tenant();
    let settings = state.door().settings(tenant).await?;
    let after_last = day(&wishes.to)?.and_then(|day| day.checked_add_days(Days::new(1)));
    let filter = audit_log::Filter {
        actor: Some(wishes.actor.trim().to_owned()).filter(|actor| !actor.is_empty()),
        from: day(&wishes.from)?.map(|day| settings.start_of(day)),
        to: after_last.map(|day| settings.start_of(day) - chrono::TimeDelta::microseconds(1)),
        ..audit_log::Filter::default()
    };
    let wanted = wanted(&wishes.cursor)?;
    let found = audit_log::page(state.reads(), tenant, &filter, &wanted).await?;
    let positions: Vec<i64> = found.value.rows.iter().map(|row| row.position).collect();
    let order = Order::Descending;
    let events = event_index::at(state.reads(), tenant, &positions, order).await?.value;
    let actors = state.names().actors(tenant).await?;
    let rows: Vec<AuditRow> = events.iter().map(|event| row(event, &actors)).collect();
    let this = |cursor: &str| {
        let (actor, from, to) = (&wishes.actor, &wishes.from, &wishes.to);
        address(PATH, &[("actor", actor), ("from", from), ("to", to), ("cursor", cursor)])
    };
    page(&Audit {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: Pager {
            text: format!("{} acts on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
        actor: wishes.actor.clone(),
        from: wishes.from.clone(),
        to: wishes.to.clone(),
    })
}

fn row(event: &Stored, actors: &Actors) -> AuditRow {
    let id = show::stream_id(&event.aggregate_type, event.aggregate_id);
    let subject = show::stream_href(&event.aggregate_type, event.aggregate_id);
    let noted = |name: &str| event.metadata.get(name).cloned().unwrap_or_default();
    AuditRow {
        at: Moment(event.recorded_at),
        who: (actors.name(&event.actor), Actors::kind(&event.actor).to_owned()),
        what: happened(event).0,
        subject: subject.map(|href| (show::short_id(&id), href)),
        from: noted("ip"),
        reason: noted("reason"),
        position: event.position,
    }
}

//! Who may do something, or could at the end of a past day or up to a position of the log (EVT-35).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::roles::{Able, who_could};
use billfold_domain::role::{Permission, Permissions, Reach};
use billfold_projections::{AsOf, rights_log};
use chrono::{Days, TimeDelta};
use serde::Deserialize;

use super::list::{day, position};
use super::roles::by_module;
use super::staff::title;
use crate::error::PageError;
use crate::layout::Shell;
use crate::names::Actors;
use crate::router::page;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::Visitor;

/// A permission: its slug, what it allows, whether it is asked about.
type Choice = (&'static str, &'static str, bool);

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/rights.html")]
pub(crate) struct WhoCould {
    /// The frame.
    pub(crate) shell: Shell,
    /// By module.
    pub(crate) choices: Vec<(&'static str, Vec<Choice>)>,
    /// At the end of which day; empty for now.
    pub(crate) on: String,
    /// Up to which position; empty for all.
    pub(crate) before: String,
    /// What is asked about, and whether about the past; nothing before somebody chose.
    pub(crate) asked: Option<(&'static str, bool)>,
    /// People, then keys.
    pub(crate) rows: Vec<AbleRow>,
}

/// Somebody who may.
#[derive(Clone, Debug)]
pub(crate) struct AbleRow {
    /// Name and page.
    pub(crate) who: (String, String),
    /// Staff, or API key.
    pub(crate) kind: &'static str,
    /// Name and page of each role that allows it; none for a key.
    pub(crate) roles: Vec<(String, String)>,
    /// For whose data.
    pub(crate) reach: &'static str,
    /// When it ends, of a key that does.
    pub(crate) ends: Option<Moment>,
}

const PATH: &str = "/admin/rights";
/// The place it belongs to.
const ROLES: &str = "/admin/roles";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(show))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    permission: String,
    on: String,
    before: String,
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let head = *state.operations().head().borrow();
    let permission = Permission::parse(&wishes.permission);
    let past = moment(&state, &visitor, &wishes).await?;
    let rows = match permission {
        Some(permission) => able(&state, &visitor, permission, past).await?,
        None => Vec::new(),
    };
    let choice = |one: Permission| (one.slug(), one.description(), permission == Some(one));
    page(&WhoCould {
        shell: visitor.shell(&state, ROLES, head).await?,
        choices: by_module(Permissions::all(), choice),
        asked: permission.map(|permission| (permission.description(), past != AsOf::Now)),
        rows,
        on: wishes.on,
        before: wishes.before,
    })
}

/// The end of the day at the seller's place, or the position; now for today and for neither.
async fn moment(state: &WebState, visitor: &Visitor, wishes: &Wishes) -> Result<AsOf, PageError> {
    if let Some(position) = position(&wishes.before)? {
        return Ok(AsOf::Position(position));
    }
    let Some(on) = day(&wishes.on)? else { return Ok(AsOf::Now) };
    let settings = state.door().settings(visitor.tenant()).await?;
    let today = settings.day_of(state.now());
    if on > today {
        let text = "That day is still to come; nobody knows who will be able to.".to_owned();
        return Err(PageError::Malformed(text));
    }
    let next = on.checked_add_days(Days::new(1)).filter(|_| on < today);
    let end = |next| settings.start_of(next) - TimeDelta::microseconds(1);
    Ok(next.map_or(AsOf::Now, |next| AsOf::Instant(end(next))))
}

async fn able(
    state: &WebState,
    visitor: &Visitor,
    permission: Permission,
    past: AsOf,
) -> Result<Vec<AbleRow>, PageError> {
    let tenant = visitor.tenant();
    let then = rights_log::then(state.reads(), tenant, past).await?.value;
    let able = who_could(state.door(), tenant, permission, &then, state.now()).await?;
    let actors = state.names().actors(visitor).await?;
    Ok(able.iter().map(|one| row(one, &actors)).collect())
}

fn row(able: &Able, actors: &Actors) -> AbleRow {
    let reach = match able.reach() {
        Reach::Seller => "all of the seller",
        Reach::OwnClients => "clients they look after",
        Reach::OwnAccount => "their own account",
    };
    match able {
        Able::Staff { staff_id, roles } => AbleRow {
            who: (
                actors.name(&format!("staff:{}", staff_id.uuid())),
                format!("/admin/staff/{staff_id}"),
            ),
            kind: "staff",
            roles: roles
                .iter()
                .map(|role| (title(role), format!("{ROLES}/{}", role.role_id)))
                .collect(),
            reach,
            ends: None,
        },
        Able::ApiKey { terms, .. } => AbleRow {
            who: (terms.name.clone(), "/admin/api-keys".to_owned()),
            kind: "API key",
            roles: Vec::new(),
            reach,
            ends: terms.expires_at.map(Moment),
        },
    }
}

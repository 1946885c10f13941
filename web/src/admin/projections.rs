//! Read models: how far each has followed the log, what stopped it, and rebuilding beside the live
//! one.

use super::confirm::Confirm;
use super::list::address;
use crate::error::PageError;
use crate::fields::new_key;
use crate::operations::{Generation, GenerationState, OperationsError};
use crate::router::{go, page};
use crate::state::WebState;
use crate::view::Tone;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_app::access::Scope;
use serde::Deserialize;

use crate::layout::Shell;
use crate::view::{Badge, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/projections.html", blocks = ["rows"])]
pub(crate) struct Projections {
    /// The frame.
    pub(crate) shell: Shell,
    /// The newest position of the log.
    pub(crate) head: i64,
    /// One per generation, live ones first.
    pub(crate) rows: Vec<ProjectionRow>,
    /// Whether one is being built, so that the page asks again by itself.
    pub(crate) building: bool,
}

/// One generation of a read model.
#[derive(Clone, Debug)]
pub(crate) struct ProjectionRow {
    /// Its name.
    pub(crate) name: String,
    /// The question it answers.
    pub(crate) question: &'static str,
    /// Live, building, paused, stopped.
    pub(crate) status: Badge,
    /// Counted from 1; a rebuild makes the next.
    pub(crate) generation: i32,
    /// How far it has read.
    pub(crate) position: i64,
    /// Events it is behind.
    pub(crate) lag: i64,
    /// Share of the log, in thousandths, for the meter.
    pub(crate) thousandths: i64,
    /// When it last moved.
    pub(crate) moved: Moment,
    /// What stopped it, if anything.
    pub(crate) error: String,
    /// Events set aside because they could not be folded.
    pub(crate) parked: i64,
    /// Whether a rebuild may be started.
    pub(crate) can_rebuild: bool,
}

const PATH: &str = "/admin/projections";
const QUESTIONS: [(&str, &str); 9] = [
    ("account_balances", "What does every account hold, on any day and as known at any time?"),
    ("client_list", "Who are the clients, and what do they owe?"),
    ("event_index", "Which events are there, by type, actor and process?"),
    ("invoice_list", "Which invoices are there, and how does each stand?"),
    ("journal", "What was posted, entry by entry?"),
    ("order_list", "What was ordered, and what became of it?"),
    ("payment_list", "What came in, and where did it go?"),
    ("product_list", "What is on sale, and at which price?"),
    ("revenue_by_day", "What was invoiced and collected, day by day?"),
];

/// The page's and the question's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/projections/rebuild", get(question).post(rebuild))
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Scope::Admin)?;
    let head = *state.operations().head().borrow();
    let mut generations = state.operations().generations().await?;
    generations.sort_by(|a, b| (&a.name, b.generation).cmp(&(&b.name, a.generation)));
    let building = |one: &Generation| one.state == GenerationState::Building;
    let rows = Projections {
        shell: visitor.shell(&state, PATH, head).await?,
        head,
        building: generations.iter().any(building),
        rows: generations.iter().map(|one| row(one, head)).collect(),
    };
    if visitor.partial {
        return Ok(Html(rows.as_rows().render()?).into_response());
    }
    page(&rows)
}

fn row(one: &Generation, head: i64) -> ProjectionRow {
    let lag = head.saturating_sub(one.position).max(0);
    let (tone, word) = match one.state {
        GenerationState::Live => (Tone::Green, "Live"),
        GenerationState::Outdated => (Tone::Amber, "Older code"),
        GenerationState::Building => (Tone::Blue, "Building"),
        GenerationState::Paused => (Tone::Grey, "Paused"),
        GenerationState::Stopped => (Tone::Red, "Stopped"),
    };
    let question = QUESTIONS.iter().find(|(name, _)| *name == one.name);
    ProjectionRow {
        name: one.name.clone(),
        question: question.map_or("", |(_, question)| question),
        status: Badge::new(tone, word),
        generation: one.generation,
        position: one.position,
        lag,
        thousandths: one.position.clamp(0, head.max(1)).saturating_mul(1000) / head.max(1),
        moved: Moment(one.moved_at),
        error: one.error.clone().unwrap_or_default(),
        parked: one.parked,
        can_rebuild: one.state != GenerationState::Building,
    }
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    name: String,
}

async fn question(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    confirm(&state, &visitor, &wishes.name, "").await?.ask(visitor.partial)
}

async fn confirm(
    state: &WebState,
    visitor: &Visitor,
    name: &str,
    error: &str,
) -> Result<Confirm, PageError> {
    state.must(visitor, Scope::Admin)?;
    let head = *state.operations().head().borrow();
    let what = match name {
        "" | "all" => "all read models".to_owned(),
        name => name.to_owned(),
    };
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: format!("Rebuild {what}?"),
        text: "A new generation is folded from the whole log beside the live one, proved, and \
               takes its place. Reads go on meanwhile."
            .to_owned(),
        action: address("/admin/projections/rebuild", &[("name", name)]),
        back: PATH.to_owned(),
        verb: "Rebuild",
        danger: false,
        key: new_key(),
        version: String::new(),
        fields: Vec::new(),
        error: error.to_owned(),
    })
}

async fn rebuild(
    State(state): State<WebState>,
    Query(wishes): Query<Wishes>,
    posted: Posted,
) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    state.must(&visitor, Scope::Admin)?;
    let name = Some(wishes.name.as_str()).filter(|name| !matches!(*name, "" | "all"));
    match state.operations().rebuild(name).await {
        Ok(()) => Ok(go(&address(PATH, &[("done", "rebuild")]))),
        Err(error @ OperationsError::Busy(_)) => {
            let error = crate::fields::sentence(&error.to_string());
            confirm(&state, &visitor, &wishes.name, &error).await?.again()
        }
        Err(error) => Err(error.into()),
    }
}

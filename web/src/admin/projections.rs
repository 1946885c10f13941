//! Read models: how far each has followed the log, what stopped it; holding one where it is, and
//! rebuilding beside the live one.

use super::confirm::{Action, Confirm};
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
use axum::extract::{Path, Query, State};
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
    /// Whether it waits to be resumed.
    pub(crate) paused: bool,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
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
        .route("/admin/projections/{verb}", get(question).post(answer))
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
        paused: one.state == GenerationState::Paused,
        actions: actions(one),
    }
}

fn actions(one: &Generation) -> Vec<Action> {
    let brake = match one.state {
        GenerationState::Building => return Vec::new(),
        GenerationState::Live | GenerationState::Outdated => Deed::Pause,
        GenerationState::Paused | GenerationState::Stopped => Deed::Resume,
    };
    [brake, Deed::Rebuild].map(|deed| deed.action(&one.name)).into()
}

/// What may be done with a read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Pause,
    Resume,
    Rebuild,
}

impl Deed {
    /// Word in the address, verb, icon, and what is said on the page after it.
    fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Deed::Pause => ("pause", "Pause", "pause", "paused"),
            Deed::Resume => ("resume", "Resume", "play", "resumed"),
            Deed::Rebuild => ("rebuild", "Rebuild", "refresh-cw", "rebuild"),
        }
    }

    fn href(self, name: &str) -> String {
        address(&format!("{PATH}/{}", self.words().0), &[("name", name)])
    }

    fn action(self, name: &str) -> Action {
        let (_, verb, icon, _) = self.words();
        Action::new(self.href(name), verb, icon)
    }

    /// What will happen, for whoever is asked.
    fn text(self) -> &'static str {
        match self {
            Deed::Pause => {
                "It stays where it is until you resume or rebuild it, also when the server starts \
                 again. Pages and the API go on showing what it knows now; what is written from \
                 now on is kept in the log, but does not appear here yet."
            }
            Deed::Resume => {
                "It reads what was written since it stood still, and follows the log again. \
                 Nothing was lost meanwhile. One that an event stopped tries that event again."
            }
            Deed::Rebuild => {
                "A new generation is folded from the whole log beside the live one, proved, and \
                 takes its place. Reads go on meanwhile."
            }
        }
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
    Path(deed): Path<Deed>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    confirm(&state, &visitor, deed, &wishes.name, "").await?.ask(visitor.partial)
}

async fn confirm(
    state: &WebState,
    visitor: &Visitor,
    deed: Deed,
    name: &str,
    error: &str,
) -> Result<Confirm, PageError> {
    state.must(visitor, Scope::Admin)?;
    let head = *state.operations().head().borrow();
    let (_, verb, _, _) = deed.words();
    let what = match (deed, name) {
        (Deed::Rebuild, "" | "all") => "all read models",
        (_, name) => name,
    };
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: format!("{verb} {what}?"),
        text: deed.text().to_owned(),
        action: deed.href(name),
        back: PATH.to_owned(),
        verb,
        danger: false,
        key: new_key(),
        version: String::new(),
        fields: Vec::new(),
        error: error.to_owned(),
    })
}

async fn answer(
    State(state): State<WebState>,
    Path(deed): Path<Deed>,
    Query(wishes): Query<Wishes>,
    posted: Posted,
) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    state.must(&visitor, Scope::Admin)?;
    let (operations, name) = (state.operations(), wishes.name.as_str());
    let done = match deed {
        Deed::Pause => operations.pause(name).await,
        Deed::Resume => operations.resume(name).await,
        Deed::Rebuild => {
            operations.rebuild(Some(name).filter(|name| !matches!(*name, "" | "all"))).await
        }
    };
    let (word, _, _, flash) = deed.words();
    match done {
        Ok(()) => {
            let actor = &visitor.caller.actor;
            tracing::info!(projection = name, %actor, deed = word, "asked for");
            Ok(go(&address(PATH, &[("done", flash)])))
        }
        Err(error @ (OperationsError::Busy(_) | OperationsError::State(_))) => {
            let error = crate::fields::sentence(&error.to_string());
            confirm(&state, &visitor, deed, name, &error).await?.again()
        }
        Err(error) => Err(error.into()),
    }
}

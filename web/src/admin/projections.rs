//! Read models: how far each has followed the log, what stopped it; holding one where it is, and
//! rebuilding beside the live one.

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::{Wrong, sentence};
use crate::operations::{Generation, GenerationState, OperationsError};
use crate::router::page;
use crate::state::{Seen, WebState};
use crate::view::Tone;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::invoice_list::InvoiceList;

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
/// What else stands still with the invoice list: a payment must not miss the invoice it should pay.
const PAYMENTS_WAIT: &str = " Meanwhile payments that pay the oldest invoices first are refused; \
     those that name their invoice are not.";
const QUESTIONS: [(&str, &str); 11] = [
    ("account_balances", "What does every account hold, on any day and as known at any time?"),
    ("affiliate_list", "Who brings clients, what did it earn, and what was paid?"),
    ("client_list", "Who are the clients, and what do they owe?"),
    ("event_index", "Which events are there, by type, actor and process?"),
    ("invoice_list", "Which invoices are there, and how does each stand?"),
    ("journal", "What was posted, entry by entry?"),
    ("order_list", "What was ordered, and what became of it?"),
    ("payment_list", "What came in, and where did it go?"),
    ("product_list", "What is on sale, and at which price?"),
    ("revenue_by_day", "What was invoiced and collected, day by day?"),
    ("unusual", "Which days had far more of something than those before?"),
];

/// The page's and the question's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).merge(deed::routes::<Verb>())
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::OperationsRun)?;
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
        GenerationState::Live | GenerationState::Outdated => (Verb::Pause, "Pause", "pause"),
        GenerationState::Paused | GenerationState::Stopped => (Verb::Resume, "Resume", "play"),
    };
    let back = format!("{PATH}/{}", one.name);
    let rebuild = (Verb::Rebuild, "Rebuild", "refresh-cw");
    [brake, rebuild].map(|(verb, label, icon)| deed::action(verb, &back, label, icon)).into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Pause,
    Resume,
    Rebuild,
}

impl Verb {
    /// What will happen, for whoever is asked.
    fn text(self) -> &'static str {
        match self {
            Verb::Pause => {
                "It stays where it is until you resume or rebuild it, also when the server starts \
                 again. Pages and the API go on showing what it knows now; what is written from \
                 now on is kept in the log, but does not appear here yet."
            }
            Verb::Resume => {
                "It reads what was written since it stood still, and follows the log again. \
                 Nothing was lost meanwhile. One that an event stopped tries that event again."
            }
            Verb::Rebuild => {
                "A new generation is folded from the whole log beside the live one, proved, and \
                 takes its place. Reads go on meanwhile."
            }
        }
    }
}

impl Deed for Verb {
    /// A read model's name, or `all`, which only a rebuild takes.
    type Id = String;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::OperationsRun;
    const ALL: &'static [Verb] = &[Verb::Pause, Verb::Resume, Verb::Rebuild];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Pause => ("pause", "Pause", "paused"),
            Verb::Resume => ("resume", "Resume", "resumed"),
            Verb::Rebuild => ("rebuild", "Rebuild", "rebuild"),
        };
        Words { path, button, done, danger: false }
    }

    fn back(_: &String) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let what = match (self, asked.id.as_str()) {
            (Verb::Rebuild, "all") => "all read models",
            (_, name) if QUESTIONS.iter().any(|(known, _)| *known == name) => name,
            _ => return Err(PageError::NotFound),
        };
        let title = format!("{} {what}?", self.words().button);
        let mut text = self.text().to_owned();
        if (self, what) == (Verb::Pause, InvoiceList::NAME) {
            text.push_str(PAYMENTS_WAIT);
        }
        Ok(Question { title, text, version: None, fields: Vec::new() })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (operations, name) = (asked.state.operations(), asked.id.as_str());
        let done = match self {
            Verb::Pause => operations.pause(name).await,
            Verb::Resume => operations.resume(name).await,
            Verb::Rebuild => operations.rebuild(Some(name).filter(|name| *name != "all")).await,
        };
        match done {
            Ok(()) => {
                let actor = &asked.visitor.caller.actor;
                tracing::info!(projection = name, %actor, deed = self.words().path, "asked for");
                Ok(Ok(Seen::Now))
            }
            Err(error @ (OperationsError::Busy(_) | OperationsError::State(_))) => {
                let whole = sentence(&error.to_string());
                Ok(Err(Wrong::of_whole(whole)))
            }
            Err(error) => Err(error.into()),
        }
    }
}

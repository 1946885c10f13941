//! Schedules: what is done by itself, when it comes next, what came of it (ES-19, OPS-06, ADM).
//!
//! Guarantees: times are those of the seller's place, with UTC in their titles; whoever may only
//! read is offered no change.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tenants::SetSchedule;
use billfold_app::ports::{PastTurn, Standing, TurnOutcome};
use billfold_app::schedules::Plan;
use billfold_domain::kernel::{Refusal, Zone};
use billfold_domain::role::Permission;
use billfold_domain::schedule::{Cadence, ScheduleChoice};
use billfold_domain::tenant::Tenant;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::{Wrong, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::page;
use crate::state::{Seen, WebState};
use crate::view::{Badge, ByPlace, Tone};
use crate::visitor::Visitor;

const PATH: &str = "/admin/schedules";

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/schedule/list.html")]
pub(crate) struct Schedules {
    /// The frame.
    pub(crate) shell: Shell,
    /// The seller's place, by whose clocks times are told.
    pub(crate) zone: String,
    /// Why nothing comes by itself, if nothing does.
    pub(crate) rests: &'static str,
    /// In the order in which a day wants them.
    pub(crate) rows: Vec<ScheduleRow>,
}

/// Something that is done by itself.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleRow {
    /// Its page.
    pub(crate) href: String,
    /// What it does.
    pub(crate) says: String,
    /// How often.
    pub(crate) cadence: String,
    /// Whether it runs, waits or rests.
    pub(crate) status: Badge,
    /// When it comes next; nothing where it rests.
    pub(crate) next: Option<ByPlace>,
    /// The newest turn.
    pub(crate) last: Option<TurnRow>,
}

/// A turn.
#[derive(Clone, Debug)]
pub(crate) struct TurnRow {
    /// When it was due.
    pub(crate) due: ByPlace,
    /// When its last try began.
    pub(crate) began: ByPlace,
    /// When it ended; nothing while it is under way.
    pub(crate) ended: Option<ByPlace>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// How it ended.
    pub(crate) outcome: Badge,
    /// What it did, or why not.
    pub(crate) summary: String,
}

/// The page of one.
#[derive(Debug, Template)]
#[template(path = "admin/schedule/one.html")]
pub(crate) struct Schedule {
    /// The frame.
    pub(crate) shell: Shell,
    /// The seller's place, by whose clocks times are told.
    pub(crate) zone: String,
    /// What it does.
    pub(crate) row: ScheduleRow,
    /// What may be done.
    pub(crate) actions: Vec<Action>,
    /// Newest first.
    pub(crate) turns: Vec<TurnRow>,
}

/// The addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/schedules/{id}", get(one))
        .merge(deed::routes::<Verb>())
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::SettingsRead)?;
    let tenant = visitor.tenant();
    let (seller, _) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let plans = state.scheduler().plans_of(&seller)?;
    let standings = state.scheduler().standings(tenant).await?;
    let standing = |plan: &Plan| standings.iter().find(|one| one.job == plan.job.key());
    let zone = state.door().settings(tenant).await?.zone();
    let head = *state.operations().head().borrow();
    page(&Schedules {
        shell: visitor.shell(&state, PATH, head).await?,
        zone: zone.to_string(),
        rests: match &seller {
            Tenant::Open(profile) if profile.test_clock.is_none() => "",
            Tenant::Open(_) => "A test clock brings about what is due; nothing comes by itself.",
            _ => "The books are closed to changes; nothing comes by itself.",
        },
        rows: plans.iter().map(|plan| ScheduleRow::of(plan, standing(plan), zone)).collect(),
    })
}

async fn one(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(job): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::SettingsRead)?;
    let tenant = visitor.tenant();
    let plan = plan(&state, &visitor, &job).await?;
    let zone = state.door().settings(tenant).await?.zone();
    let standings = state.scheduler().standings(tenant).await?;
    let turns = state.scheduler().turns(tenant, &job).await?;
    let standing = standings.iter().find(|one| one.job == job);
    let head = *state.operations().head().borrow();
    let href = format!("{PATH}/{job}");
    let actions = vec![
        deed::action(Verb::Run, &href, "Run now", "play"),
        deed::action(Verb::Change, &href, "Change", "pencil"),
    ];
    page(&Schedule {
        shell: visitor.shell(&state, PATH, head).await?,
        row: ScheduleRow::of(&plan, standing, zone),
        actions: Action::open(actions, &visitor),
        turns: turns.iter().map(|turn| TurnRow::of(turn, zone)).collect(),
        zone: zone.to_string(),
    })
}

/// What a seller has done by itself under a key.
async fn plan(state: &WebState, visitor: &Visitor, job: &str) -> Result<Plan, PageError> {
    let plans = state.scheduler().plans(visitor.tenant()).await?;
    plans.into_iter().find(|plan| plan.job.key() == job).ok_or(PageError::NotFound)
}

impl ScheduleRow {
    fn of(plan: &Plan, standing: Option<&Standing>, zone: Zone) -> Self {
        let status = match standing {
            _ if !plan.choice.running => Badge::new(Tone::Grey, "Paused"),
            Some(standing) if standing.is_running => Badge::new(Tone::Blue, "Under way"),
            Some(_) => Badge::new(Tone::Green, "Waiting"),
            None => Badge::new(Tone::Grey, "Rests"),
        };
        Self {
            href: format!("{PATH}/{}", plan.job.key()),
            says: sentence(plan.job.says()).trim_end_matches('.').to_owned(),
            cadence: plan.cadence.to_string(),
            status,
            next: standing.filter(|_| plan.choice.running).map(|one| ByPlace(one.next_at, zone)),
            last: standing.and_then(|one| one.last.as_ref()).map(|turn| TurnRow::of(turn, zone)),
        }
    }
}

impl TurnRow {
    fn of(turn: &PastTurn, zone: Zone) -> Self {
        let outcome = match turn.outcome {
            Some(TurnOutcome::Done) => Badge::new(Tone::Green, "Done"),
            Some(TurnOutcome::Failed) => Badge::new(Tone::Red, "Broke off"),
            None => Badge::new(Tone::Blue, "Under way"),
        };
        Self {
            due: ByPlace(turn.due_at, zone),
            began: ByPlace(turn.began_at, zone),
            ended: turn.ended_at.map(|at| ByPlace(at, zone)),
            attempts: turn.attempts,
            outcome,
            summary: turn.summary.as_deref().map(sentence).unwrap_or_default(),
        }
    }
}

/// The key of a job in an address.
#[derive(Clone, Debug)]
pub(crate) struct Job(String);

impl FromStr for Job {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Run,
    Change,
}

impl Deed for Verb {
    type Id = Job;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::SettingsWrite;
    const ALL: &'static [Verb] = &[Verb::Run, Verb::Change];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Run => ("run", "Run now", "schedule-hastened"),
            Verb::Change => ("change", "Save", "schedule-set"),
        };
        Words { path, button, done, danger: false }
    }

    fn needs(self) -> crate::reach::Needs {
        crate::reach::Needs::of_all(match self {
            Verb::Run => Permission::OperationsRun,
            Verb::Change => Permission::SettingsWrite,
        })
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let plan = plan(asked.state, asked.visitor, &asked.id.0).await?;
        let tenant = asked.visitor.tenant();
        let (_, version) = asked.state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
        let (title, text, fields) = match self {
            Verb::Run => (
                "Do it now?",
                "It is done as soon as a process is free, and comes at its next time as well."
                    .to_owned(),
                Vec::new(),
            ),
            Verb::Change => (
                "When does it come?",
                format!(
                    "Times are those of the seller\u{2019}s place; it comes {} unless another time \
                     is chosen. A turn that is under way ends first.",
                    plan.job.cadence()
                ),
                fields(asked, &plan),
            ),
        };
        Ok(Question { title: title.to_owned(), text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (tenant, job) = (asked.visitor.tenant(), asked.id.0.clone());
        plan(asked.state, asked.visitor, &job).await?;
        let scheduler = asked.state.scheduler();
        match self {
            Verb::Run => {
                let hastened = scheduler.hasten(tenant, &job).await?;
                Ok(if hastened { Ok(Seen::Now) } else { Err(not_waiting()) })
            }
            Verb::Change => {
                let choice = match read(asked) {
                    Ok(choice) => choice,
                    Err(wrong) => return Ok(Err(wrong)),
                };
                let done = asked.command_on_seen(SetSchedule { job, choice }, &[]).await?;
                scheduler.note(tenant).await?;
                Ok(done)
            }
        }
    }
}

fn not_waiting() -> Wrong {
    Wrong::of_whole("It is under way, or nothing is done by itself here.".to_owned())
}

fn fields(asked: &Asked<'_, Verb>, plan: &Plan) -> Vec<Field> {
    let (sent, wrong) = (asked.sent, &asked.wrong);
    let known = plan.choice.cadence.as_ref().map(Cadence::to_string).unwrap_or_default();
    let hint = "hourly :05, six-hourly :30, daily 00:15 or cron 5 4 * * mon";
    let runs = [("yes", "By itself"), ("no", "Only when somebody asks for it")];
    let runs = runs.map(|(key, label)| (key.to_owned(), label.to_owned()));
    let now = if plan.choice.running { "yes" } else { "no" };
    vec![
        Field::input("cadence", "How often", "text")
            .with(sent.some("cadence").unwrap_or(known))
            .hint(hint)
            .wrong(wrong.of("cadence")),
        Field::choice("running", "It runs", runs.to_vec())
            .with(sent.some("running").unwrap_or_else(|| now.to_owned()))
            .wrong(wrong.of("running")),
    ]
}

fn read(asked: &Asked<'_, Verb>) -> Result<ScheduleChoice, Wrong> {
    let cadence = asked.sent.some("cadence").map(|text| text.parse::<Cadence>()).transpose();
    match cadence {
        Ok(cadence) => Ok(ScheduleChoice { cadence, running: asked.sent.one("running") == "yes" }),
        Err(invalid) => {
            let mut wrong = Wrong::default();
            for problem in invalid.problems() {
                wrong.at("cadence", sentence(&problem.detail));
            }
            Err(wrong)
        }
    }
}

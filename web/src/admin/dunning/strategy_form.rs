//! The form for a strategy of one's own: days for reminders, a last warning, the suspension and the
//! end. Stages that wait for invoices or amounts are written by the API.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::dunning::DefineStrategy;
use billfold_domain::dunning::{
    Amounts, LateFee, PromiseTerms, RetryPace, RetryPolicy, RetrySchedule, Stage, StageAction,
    Strategy, StrategyTerms,
};
use billfold_domain::kernel::Percent;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::dunning_strategy_list::DunningStrategyList;

use super::{cases, strategies};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The form.
#[derive(Debug, Template)]
#[template(path = "admin/dunning/strategy_form.html")]
pub(crate) struct NewStrategy {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Code and name.
    pub(crate) what: Vec<Field>,
    /// The days of its stages.
    pub(crate) days: Vec<Field>,
    /// Retries and the late fee.
    pub(crate) money: Vec<Field>,
}

/// The form's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/dunning-strategies/new", get(blank).post(create))
}

/// What stands in the form before anything is typed: the built-in default.
const USUAL: [(&str, &str); 6] = [
    ("reminders", "1, 3, 7"),
    ("warning", "14"),
    ("suspension", "17"),
    ("end", "30"),
    ("grace", "3"),
    ("retries", "1, 3, 5, 7"),
];

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, None, &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: Option<&Fields>,
    wrong: &Wrong,
) -> Result<NewStrategy, PageError> {
    state.must(visitor, Permission::InvoicesWrite)?;
    let head = *state.operations().head().borrow();
    let text = |name: &str, label: &str| {
        let usual = USUAL.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        let value = sent.map_or(usual, |sent| sent.one(name));
        Field::input(name, label, "text").with(value).wrong(wrong.of(name))
    };
    Ok(NewStrategy {
        shell: visitor.shell(state, cases::PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        what: vec![
            text("name", "Name").required(),
            text("code", "Code")
                .required()
                .hint("Lower case letters, digits, - and _; never reused"),
        ],
        days: vec![
            text("reminders", "Reminders").hint("Days after the due date, commas between"),
            text("warning", "Last warning").hint("A day; empty for none").decimal(),
            text("suspension", "Suspension").hint("A day; empty for none").decimal(),
            text("end", "End of service").hint("A day; empty for none").decimal(),
            text("grace", "Grace in days")
                .hint("Between a stage and one that takes something away")
                .decimal(),
        ],
        money: vec![
            text("retries", "Retries").hint("Days after a soft decline, commas between"),
            text("late_fee", "Late fee in percent")
                .hint("Of what is open, with the last warning; empty for none")
                .decimal(),
        ],
    })
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::InvoicesWrite)?;
    match save(&state, &visitor, &fields).await? {
        Ok(word) => Ok(go(&address(strategies::PATH, &[("done", word)]))),
        Err(wrong) => refused(&form(&state, &visitor, Some(&fields), &wrong).await?),
    }
}

async fn save(
    state: &WebState,
    visitor: &Visitor,
    fields: &Fields,
) -> Result<Result<&'static str, Wrong>, PageError> {
    let strategy = match strategy(fields) {
        Ok(strategy) => strategy,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let define = DefineStrategy {
        strategy_id: None,
        code: fields.one("code").to_owned(),
        name: fields.one("name").to_owned(),
        strategy,
    };
    let ask = visitor.ask(&fields.key()?, define);
    match state.command(ask, &[DunningStrategyList::NAME]).await {
        Ok((_, seen)) => Ok(Ok(seen.word("strategy"))),
        Err(error) => Ok(Err(Wrong::from_error(error)?)),
    }
}

/// What the form says, or what is wrong with it.
fn strategy(fields: &Fields) -> Result<Strategy, Wrong> {
    let mut wrong = Wrong::default();
    let mut days = |name: &str| {
        let parts = fields.one(name).split([',', ' ']).filter(|part| !part.is_empty());
        let read: Result<Vec<u32>, _> = parts.map(str::parse).collect();
        read.unwrap_or_else(|_| {
            wrong.at(name, "write whole days, such as 14");
            Vec::new()
        })
    };
    let (reminders, retries) = (days("reminders"), days("retries"));
    let mut stages: Vec<Stage> = (1..)
        .zip(reminders)
        .map(|(no, day)| Stage::after_days(&format!("reminder_{no}"), day, StageAction::Remind))
        .collect();
    let late = [
        ("warning", "last_warning", StageAction::Warn),
        ("suspension", "suspension", StageAction::Suspend),
        ("end", "cancellation", StageAction::Terminate),
    ];
    let fee = fields.some("late_fee");
    for (field, name, action) in late {
        for day in days(field).into_iter().take(1) {
            let late_fee = action == StageAction::Warn && fee.is_some();
            stages.push(Stage { late_fee, ..Stage::after_days(name, day, action) });
        }
    }
    let grace_days = days("grace").first().copied().unwrap_or_default();
    let percent = fee.map(|text| text.parse::<Percent>()).transpose();
    if percent.is_err() {
        wrong.at("late_fee", "write a number such as 2.5");
    }
    if !wrong.is_none() {
        return Err(wrong);
    }
    let cap = Amounts::default();
    let late_fee = percent.ok().flatten().map(|percent| LateFee::Percent { percent, cap });
    let schedule = RetrySchedule { pace: RetryPace::AfterDays(retries), final_day: None };
    let retries = RetryPolicy { schedule, ..RetryPolicy::default() };
    let promises = PromiseTerms::default();
    let terms = StrategyTerms { stages, grace_days, retries, late_fee, promises };
    Strategy::try_new(terms).map_err(|no| Wrong::of_whole(sentence(&no.to_string())))
}

//! Accounting periods: which months are closed, by whom, and what may be done with them (EVT-11).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::accounting_periods::{AskReopening, ClosePeriod, ReopenPeriod};
use billfold_domain::accounting_period::{AccountingPeriod, Month};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::accounting_period_list::{
    self, AccountingPeriodList, PeriodRow, PeriodStatus,
};
use chrono::NaiveDate;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::layout::Shell;
use crate::router::page;
use crate::state::{Seen, WebState};
use crate::view::{Badge, Day, Tone};
use crate::visitor::Visitor;

/// The list's address.
const PATH: &str = "/admin/periods";

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/periods.html")]
pub(crate) struct Periods {
    /// The frame.
    pub(crate) shell: Shell,
    /// The first day on which something can be posted; nothing while everything is open.
    pub(crate) first_open: Option<Day>,
    /// Closing the next month, once it is over.
    pub(crate) close: Option<Action>,
    /// Latest first.
    pub(crate) rows: Vec<PeriodLine>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One month.
#[derive(Clone, Debug)]
pub(crate) struct PeriodLine {
    /// Which: `2026-03`.
    pub(crate) month: String,
    /// How it stands.
    pub(crate) status: Badge,
    /// Who closed it.
    pub(crate) closed_by: String,
    /// Why it is to be reopened, or was.
    pub(crate) reason: String,
    /// What may be done with it.
    pub(crate) actions: Vec<Action>,
    /// The event.
    pub(crate) position: i64,
}

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).merge(deed::routes::<Verb>())
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::LedgerRead)?;
    let (tenant, wanted) = (visitor.tenant(), at.wanted()?);
    let found = accounting_period_list::page(state.reads(), tenant, &wanted).await?;
    let id = AccountingPeriod::id_of(tenant).uuid();
    let (books, _) = state.door().load::<AccountingPeriod>(tenant, id).await?;
    let actors = state.names().actors(&visitor).await?;
    let last = books.closed_through();
    let line = |row: &PeriodRow| PeriodLine {
        month: month(row.month),
        status: status(row.status),
        closed_by: row.closed_by.as_deref().map_or_else(String::new, |who| actors.name(who)),
        reason: row.reason.clone().unwrap_or_default(),
        actions: actions(row, last),
        position: row.last_position,
    };
    let rows: Vec<PeriodLine> = found.value.rows.iter().map(line).collect();
    page(&Periods {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        first_open: last.and_then(|last| last.last_day().succ_opt()).map(Day),
        close: next_to_close(last, state.today(tenant).await?),
        pager: at.pager(PATH, (rows.len(), "months"), found.value.next),
        rows,
    })
}

fn month(first: NaiveDate) -> String {
    Month::of(first).map_or_else(String::new, |month| month.to_string())
}

fn status(status: PeriodStatus) -> Badge {
    match status {
        PeriodStatus::Closed => Badge::new(Tone::Green, "Closed"),
        PeriodStatus::ReopeningAsked => Badge::new(Tone::Amber, "Reopening asked"),
        PeriodStatus::Reopened => Badge::new(Tone::Grey, "Open again"),
    }
}

/// The last closed month may be reopened.
fn actions(row: &PeriodRow, last: Option<Month>) -> Vec<Action> {
    if last.map(Month::first_day) != Some(row.month) {
        return Vec::new();
    }
    let href = format!("{PATH}/{}", month(row.month));
    let verb = match row.status {
        PeriodStatus::ReopeningAsked => (Verb::Reopen, "Reopen"),
        PeriodStatus::Closed | PeriodStatus::Reopened => (Verb::Ask, "Ask to reopen"),
    };
    vec![deed::action(verb.0, &href, verb.1, "undo-2")]
}

/// The month after the last closed one, or the last that is over while none is closed.
fn next_to_close(last: Option<Month>, today: NaiveDate) -> Option<Action> {
    let next = match last {
        Some(last) => last.next(),
        None => Month::of(today).and_then(Month::previous),
    };
    let next = next.filter(|month| month.last_day() < today)?;
    let action = deed::action(Verb::Close, &format!("{PATH}/{next}"), "Close a month", "check");
    Some(action.class("primary"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Close,
    Ask,
    Reopen,
}

impl Deed for Verb {
    type Id = Month;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::LedgerWrite;
    const ALL: &'static [Verb] = &[Verb::Close, Verb::Ask, Verb::Reopen];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Close => ("close", "Close the month", "period-closed"),
            Verb::Ask => ("ask-reopening", "Ask to reopen it", "period-asked"),
            Verb::Reopen => ("reopen", "Reopen the month", "period-reopened"),
        };
        Words { path, button, done, danger: self == Verb::Reopen }
    }

    fn back(_: &Month) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let month = asked.id;
        let mut fields = Vec::new();
        let (title, text) = match self {
            Verb::Close => (
                format!("Close {month}?"),
                "All months before it are closed with it. What is recorded later for a day in them \
                 is posted on the first open day and keeps its own.",
            ),
            Verb::Ask => {
                fields.push(deed::reason(asked, "Kept in the log; no personal data"));
                (format!("Ask to reopen {month}?"), "Another person has to reopen it.")
            }
            Verb::Reopen => (
                format!("Reopen {month}?"),
                "Its figures may change again. Who asked for it cannot do it.",
            ),
        };
        Ok(Question { title, text: text.to_owned(), version: None, fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (month, shown) = (asked.id, [AccountingPeriodList::NAME]);
        match self {
            Verb::Close => asked.command(ClosePeriod { month }, &shown).await,
            Verb::Ask => {
                let reason = asked.sent.one("reason").to_owned();
                asked.command(AskReopening { month, reason }, &shown).await
            }
            Verb::Reopen => asked.command(ReopenPeriod { month }, &shown).await,
        }
    }
}

//! Billing runs: those that were, and a new one, which is rehearsed before it is confirmed.

use super::list::{AtCursor, Pager, address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::billing_run::{Bounds, Report};
use billfold_app::commands::billing_runs::StartBillingRun;
use billfold_domain::kernel::{ClientId, Money, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::billing_run_list::{self, BillingRunList, RunStatus, RunWithDocuments};
use serde::Deserialize;

/// The list's address.
pub(super) const PATH: &str = "/admin/billing-runs";
/// Accounts that a rehearsal on a page looks at.
const ACCOUNTS: u64 = 10_000;
/// Quarantined accounts that a run started here bears.
const MOST_QUARANTINED: u32 = 1_000;
/// Quarantined accounts that a rehearsal shows.
const SHOWN: usize = 20;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/billing_runs.html")]
pub(crate) struct BillingRuns {
    /// The frame.
    pub(crate) shell: Shell,
    /// What the clock of a test seller shows; nothing for one who lives in real time.
    pub(crate) test_clock: Option<Day>,
    /// Latest first.
    pub(crate) rows: Vec<RunRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct RunRow {
    /// Its page.
    pub(crate) href: String,
    /// The last day of what was due.
    pub(crate) through: Day,
    /// How it stands.
    pub(crate) status: Badge,
    /// Accounts answered.
    pub(crate) planned: i64,
    /// Accounts that got a document.
    pub(crate) issued: i64,
    /// Accounts that a rule refused.
    pub(crate) quarantined: i64,
    /// What was invoiced, by currency.
    pub(crate) invoiced: Vec<Amount>,
    /// The event.
    pub(crate) position: i64,
}

/// The form of a new run, with what it would bill once a day was chosen.
#[derive(Debug, Template)]
#[template(path = "admin/billing_run_form.html")]
pub(crate) struct NewRun {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole.
    pub(crate) error: String,
    /// What is asked.
    pub(crate) fields: Vec<Field>,
    /// The day and the bound that were rehearsed, as they were typed.
    pub(crate) asked: (String, String),
    /// What a run would do; nothing while no day was chosen.
    pub(crate) rehearsal: Option<Rehearsal>,
}

/// What a run would do.
#[derive(Clone, Debug)]
pub(crate) struct Rehearsal {
    /// Planned, issued, skipped, quarantined.
    pub(crate) counts: [u64; 4],
    /// Whether more is due than was looked at.
    pub(crate) more: bool,
    /// Invoices, invoiced, credit notes, credited; by currency.
    pub(crate) sums: Vec<(u64, Amount, u64, Amount)>,
    /// The largest documents: client, its page, total.
    pub(crate) largest: Vec<(String, String, Amount)>,
    /// Who could not be billed: client, its page, why.
    pub(crate) refused: Vec<(String, String, String)>,
}

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/billing-runs/new", get(ask).post(start))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::SubscriptionsRead)?;
    let wanted = at.wanted()?;
    let found = billing_run_list::page(state.reads(), visitor.tenant(), &wanted).await?;
    let rows: Vec<RunRow> = found.value.rows.iter().map(row).collect();
    let settings = state.door().settings(visitor.tenant()).await?;
    page(&BillingRuns {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        test_clock: settings.test_clock.map(|shows| Day(settings.day_of(shows))),
        pager: at.pager(PATH, (rows.len(), "billing runs"), found.value.next),
        rows,
    })
}

fn row(found: &RunWithDocuments) -> RunRow {
    let run = &found.run;
    let sums = found.documents.iter();
    RunRow {
        href: format!("{PATH}/{}", run.billing_run_id),
        through: Day(run.through),
        status: status(run.status),
        planned: found.planned(),
        issued: found.issued(),
        quarantined: run.quarantined,
        invoiced: sums.map(|sums| show::minor(sums.invoiced, sums.currency)).collect(),
        position: run.last_position,
    }
}

/// How a run stands.
pub(super) fn status(status: RunStatus) -> Badge {
    match status {
        RunStatus::Running => Badge::new(Tone::Amber, "Running"),
        RunStatus::Finished => Badge::new(Tone::Green, "Finished"),
        RunStatus::Stopped => Badge::new(Tone::Grey, "Stopped"),
        RunStatus::TooManyQuarantined => Badge::new(Tone::Red, "Halted"),
    }
}

/// What is to be rehearsed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    through: String,
    largest: String,
}

async fn ask(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &asked, &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    asked: &Asked,
    wrong: &Wrong,
) -> Result<NewRun, PageError> {
    state.must(visitor, Permission::SubscriptionsWrite)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let today = state.today(tenant).await?.to_string();
    let (mut wrong, mut rehearsal) = (wrong.clone(), None);
    if wrong.is_none() && !asked.through.is_empty() {
        match bounds(state, tenant, asked).await? {
            Ok(largest) => rehearsal = Some(rehearse(state, tenant, asked, largest).await?),
            Err(found) => wrong = found,
        }
    }
    let through = if asked.through.is_empty() { today } else { asked.through.clone() };
    Ok(NewRun {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        fields: vec![
            Field::input("through", "Everything due through", "date")
                .with(through)
                .required()
                .wrong(wrong.of("through")),
            Field::input("largest", "Set aside documents above", "text")
                .with(asked.largest.clone())
                .decimal()
                .hint("With tax, in the currency of the books; empty: no bound")
                .wrong(wrong.of("largest")),
        ],
        asked: (asked.through.clone(), asked.largest.clone()),
        rehearsal,
    })
}

/// The bound that was typed.
async fn bounds(
    state: &WebState,
    tenant: TenantId,
    asked: &Asked,
) -> Result<Result<Vec<Money>, Wrong>, PageError> {
    if asked.largest.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let currency = state.door().settings(tenant).await?.currency;
    Ok(Money::parse_major(&asked.largest, currency).map(|most| vec![most]).map_err(|error| {
        let mut wrong = Wrong::default();
        wrong.at("largest", error.to_string());
        wrong
    }))
}

async fn rehearse(
    state: &WebState,
    tenant: TenantId,
    asked: &Asked,
    largest: Vec<Money>,
) -> Result<Rehearsal, PageError> {
    let through = match day(&asked.through)? {
        Some(day) => day,
        None => state.today(tenant).await?,
    };
    let quarantined = usize::try_from(MOST_QUARANTINED).unwrap_or(usize::MAX);
    let bounds = Bounds { largest, quarantined, ..Bounds::default() };
    let report = state.runs().rehearse(tenant, through, bounds, ACCOUNTS).await?;
    shown(state, tenant, &report).await
}

async fn shown(
    state: &WebState,
    tenant: TenantId,
    report: &Report,
) -> Result<Rehearsal, PageError> {
    let refused: Vec<_> = report.quarantined.iter().take(SHOWN).collect();
    let clients = report.largest.iter().map(|change| change.client_id);
    let clients = clients.chain(refused.iter().map(|account| account.client_id));
    let names = state.names().clients(tenant, clients).await?;
    let name = |client: &ClientId| names.get(client).cloned().unwrap_or_default();
    let href = |client: ClientId| format!("/admin/clients/{client}");
    let held = u64::try_from(report.quarantined.len()).unwrap_or(u64::MAX);
    let largest = report
        .largest
        .iter()
        .map(|change| (name(&change.client_id), href(change.client_id), show::money(change.total)));
    let sums = report.sums.values().map(|sums| {
        let (invoiced, credited) = (show::money(sums.invoiced), show::money(sums.credited));
        (sums.invoices, invoiced, sums.credit_notes, credited)
    });
    let refused = refused.iter().map(|account| {
        let detail = crate::fields::sentence(&account.reason.detail);
        (name(&account.client_id), href(account.client_id), detail)
    });
    Ok(Rehearsal {
        counts: [report.planned, report.issued, report.skipped, held],
        more: report.interrupted,
        sums: sums.collect(),
        largest: largest.collect(),
        refused: refused.collect(),
    })
}

async fn start(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SubscriptionsWrite)?;
    let asked = Asked {
        through: fields.one("through").to_owned(),
        largest: fields.one("largest").to_owned(),
    };
    match save(&state, &visitor, &fields, &asked).await? {
        Ok(to) => Ok(go(&to)),
        Err(wrong) => refused(&form(&state, &visitor, &asked, &wrong).await?),
    }
}

async fn save(
    state: &WebState,
    visitor: &Visitor,
    fields: &Fields,
    asked: &Asked,
) -> Result<Result<String, Wrong>, PageError> {
    let largest = match bounds(state, visitor.tenant(), asked).await? {
        Ok(largest) => largest,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let command = StartBillingRun {
        billing_run_id: None,
        through: day(&asked.through)?,
        largest,
        most_quarantined: MOST_QUARANTINED,
    };
    let ask = visitor.ask(&fields.key()?, command);
    match state.command(ask, &[BillingRunList::NAME]).await {
        Ok((done, seen)) => {
            let id = done.answer.billing_run_id;
            state.runs().take_up(visitor.tenant(), id);
            Ok(Ok(address(&format!("{PATH}/{id}"), &[("done", seen.word("billing-run"))])))
        }
        Err(error) => Ok(Err(Wrong::from_error(error)?)),
    }
}

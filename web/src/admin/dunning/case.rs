//! One dunning case: the stages of its strategy with what was taken and what comes next, what
//! happened, and what may be done now.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::dunning::{DunningCase, OpenedCase, StopReason};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::DunningCaseId;
use billfold_domain::role::Permission;
use billfold_projections::dunning_case_list;

use super::cases::PATH;
use super::{actions, words};
use crate::admin::confirm::Action;
use crate::admin::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Ident};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/dunning/case.html")]
pub(crate) struct CasePage {
    /// The frame.
    pub(crate) shell: Shell,
    /// The number of the invoice, with the page.
    pub(crate) invoice: (String, String),
    /// The identifier.
    pub(crate) id: Ident,
    /// How it stands.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// What is still owed.
    pub(crate) balance: Option<Amount>,
    /// The stages of its strategy, in order.
    pub(crate) stages: Vec<StageRow>,
    /// Label and value of the days that matter.
    pub(crate) days: Vec<(&'static str, Day)>,
    /// Why it ended, if it did.
    pub(crate) ended: String,
    /// What happened, newest first.
    pub(crate) timeline: Vec<Happened>,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

/// One stage.
#[derive(Clone, Debug)]
pub(crate) struct StageRow {
    /// Its number.
    pub(crate) no: u32,
    /// Its name.
    pub(crate) name: String,
    /// What it does.
    pub(crate) action: &'static str,
    /// When it is in force.
    pub(crate) when: String,
    /// Taken, next, or neither.
    pub(crate) mark: Option<Badge>,
    /// The day it was taken, or the first day it may be.
    pub(crate) day: Option<Day>,
}

/// The case's addresses.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/dunning/{id}", get(show_case)).merge(actions::routes())
}

async fn show_case(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::InvoicesRead)?;
    let id: DunningCaseId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let (stands, _) = state.door().load::<DunningCase>(tenant, id.uuid()).await?;
    let case = stands.opened().ok_or(PageError::NotFound)?;
    let row = dunning_case_list::find(state.reads(), tenant, id).await?.value;
    let row = row.ok_or(PageError::NotFound)?;
    let (invoice, _) = state.door().load::<Invoice>(tenant, case.invoice_id.uuid()).await?;
    let document = invoice.document();
    let number = document.map_or_else(|| "Invoice".to_owned(), |it| it.number.clone());
    let mut names = state.names().clients(tenant, [case.client_id]).await?;
    let mut days = vec![("Began", Day(row.opened_on))];
    days.extend(case.due_date.map(|day| ("Invoice due", Day(day))));
    days.extend(case.progress.promised_until.map(|day| ("Promised by", Day(day))));
    days.extend(case.progress.retried_on.map(|day| ("Last try asked for", Day(day))));
    days.extend(row.stopped_on.map(|day| ("Ended", Day(day))));
    page(&CasePage {
        shell: visitor.shell(&state, PATH, head).await?,
        invoice: (number, format!("/admin/invoices/{}", case.invoice_id)),
        id: Ident(id.to_string()),
        status: words::status(row.status),
        client: (
            names.remove(&case.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", case.client_id),
        ),
        balance: document.map(|document| show::money(document.balance_due)),
        stages: stages(case, matches!(stands, DunningCase::Open(_))),
        days,
        ended: ended(&stands),
        timeline: timeline::of(&state, &visitor, "dunning_case", id.uuid()).await?,
        actions: actions::actions(&format!("{PATH}/{id}"), row.status),
    })
}

fn stages(case: &OpenedCase, goes_on: bool) -> Vec<StageRow> {
    let next = case.next_stage().map(|(no, _)| no).filter(|_| goes_on);
    let row = |(no, stage): (u32, &billfold_domain::dunning::Stage)| {
        let taken = case.progress.taken.iter().find(|taken| taken.no == no);
        let (mark, day) = match taken {
            Some(taken) => {
                (Some(Badge::new(crate::view::Tone::Green, "Taken")), Some(Day(taken.on)))
            }
            None if next == Some(no) => {
                let mark = Badge::new(crate::view::Tone::Amber, "Next");
                (Some(mark), case.next_stage_on().map(Day))
            }
            None => (None, None),
        };
        StageRow {
            no,
            name: show::words(&stage.name),
            action: words::action(stage.action),
            when: words::condition(&stage.when),
            mark,
            day,
        }
    };
    (1..).zip(&case.strategy.terms().stages).map(row).collect()
}

fn ended(stands: &DunningCase) -> String {
    let DunningCase::Stopped { reason, .. } = stands else { return String::new() };
    match reason {
        StopReason::Paid => "The invoice was paid.".to_owned(),
        StopReason::Voided => "The invoice was taken back.".to_owned(),
        StopReason::WrittenOff => "The invoice was given up.".to_owned(),
        StopReason::Terminated => "The last stage ended the service.".to_owned(),
        StopReason::ByHand { reason } => format!("Stopped by hand: {reason}"),
    }
}

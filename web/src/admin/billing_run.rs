//! One billing run: how far it is, what it issued, who was set aside; and going on with one.

use super::billing_runs::{PATH, status};
use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{AtCursor, Pager, address};
use crate::error::PageError;
use crate::fields::{Wrong, sentence};
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::{Seen, WebState};
use crate::view::{Amount, Badge, Day};
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::billing_runs::ResumeBillingRun;
use billfold_domain::billing_run::BillingRun;
use billfold_domain::kernel::BillingRunId;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::billing_run_list::{self, BillingRunList, RunStatus};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/billing_run.html")]
pub(crate) struct OneRun {
    /// The frame.
    pub(crate) shell: Shell,
    /// The last day of what is due.
    pub(crate) through: Day,
    /// How it stands.
    pub(crate) status: Badge,
    /// Whether it still bills.
    pub(crate) running: bool,
    /// What may be done.
    pub(crate) actions: Vec<Action>,
    /// Planned, issued, skipped, quarantined.
    pub(crate) counts: [i64; 4],
    /// Invoices, invoiced, credit notes, credited; by currency.
    pub(crate) sums: Vec<(i64, Amount, i64, Amount)>,
    /// Who was set aside: client, its page, the rule, why.
    pub(crate) quarantine: Vec<Aside>,
    /// Everything it caused.
    pub(crate) events: String,
    /// Neighbouring pages of the quarantine.
    pub(crate) pager: Pager,
    /// The event.
    pub(crate) position: i64,
}

/// An account that was set aside.
#[derive(Clone, Debug)]
pub(crate) struct Aside {
    /// Whose.
    pub(crate) client: (String, String),
    /// In which currency.
    pub(crate) currency: String,
    /// The rule that refused.
    pub(crate) code: String,
    /// In words.
    pub(crate) detail: String,
}

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/billing-runs/{id}", get(show)).merge(deed::routes::<RunDeed>())
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::SubscriptionsRead)?;
    let id: BillingRunId = id.parse().map_err(|_| PageError::NotFound)?;
    let (tenant, reads) = (visitor.tenant(), state.reads());
    let found = billing_run_list::find(reads, tenant, id).await?;
    let position = found.as_of_position;
    let found = found.value.ok_or(PageError::NotFound)?;
    let aside = billing_run_list::quarantine(reads, tenant, id, &at.wanted()?).await?.value;
    let clients = aside.rows.iter().map(|row| row.client_id);
    let names = state.names().clients(tenant, clients).await?;
    let this = format!("{PATH}/{id}");
    let quarantine: Vec<Aside> = aside
        .rows
        .iter()
        .map(|row| Aside {
            client: (
                names.get(&row.client_id).cloned().unwrap_or_default(),
                format!("/admin/clients/{}", row.client_id),
            ),
            currency: row.currency.code().to_string(),
            code: row.code.clone(),
            detail: sentence(&row.detail),
        })
        .collect();
    let sums = found.documents.iter().map(|sums| {
        let money = |minor| show::minor(minor, sums.currency);
        (sums.invoices, money(sums.invoiced), sums.credit_notes, money(sums.credited))
    });
    let may = visitor.caller.identity.may(Permission::SubscriptionsWrite);
    let resume = deed::action(RunDeed::Resume, &this, "Go on", "refresh-cw");
    let over = found.run.status == RunStatus::Finished;
    page(&OneRun {
        shell: visitor.shell(&state, PATH, position).await?,
        through: Day(found.run.through),
        status: status(found.run.status),
        running: found.run.status == RunStatus::Running,
        actions: if may && !over { vec![resume] } else { Vec::new() },
        counts: [found.planned(), found.issued(), found.run.skipped, found.run.quarantined],
        sums: sums.collect(),
        events: address("/admin/events", &[("correlation", &id.uuid().to_string())]),
        pager: at.pager(&this, (quarantine.len(), "accounts"), aside.next),
        quarantine,
        position: found.run.last_position,
    })
}

/// What may be done with a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum RunDeed {
    /// Go on with one that was halted or left behind.
    Resume,
}

impl Deed for RunDeed {
    type Id = BillingRunId;

    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::SubscriptionsWrite;
    const ALL: &'static [Self] = &[Self::Resume];

    fn words(self) -> Words {
        Words { path: "resume", button: "Go on", done: "billing-run", danger: false }
    }

    async fn question(self, asked: &Asked<'_, Self>) -> Result<Question, PageError> {
        let (tenant, id) = (asked.visitor.tenant(), asked.id.uuid());
        let (run, version) = asked.state.door().load::<BillingRun>(tenant, id).await?;
        let course = run.course().ok_or(PageError::NotFound)?;
        Ok(Question {
            title: "Go on with this billing run?".to_owned(),
            text: format!(
                "Everything due through {} that is not billed yet is billed now. \
                 Nothing is billed twice.",
                Day(course.through).plain()
            ),
            version: Some(version),
            fields: Vec::new(),
        })
    }

    async fn act(self, asked: &Asked<'_, Self>) -> Result<Result<Seen, Wrong>, PageError> {
        let resume = ResumeBillingRun { billing_run_id: asked.id };
        let done = asked.command_on_seen(resume, &[BillingRunList::NAME]).await?;
        if done.is_ok() {
            asked.state.runs().take_up(asked.visitor.tenant(), asked.id);
        }
        Ok(done)
    }
}

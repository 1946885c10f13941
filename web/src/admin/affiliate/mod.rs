//! One affiliate: its terms, its statement with the payment and the invoices behind each line, its
//! payouts, and what may be done.

mod actions;
mod programme;
pub(super) mod terms;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::affiliate::{
    Affiliate, CommissionStatus, LineKind, Partner, Standing, Statement, StatementLine,
};
use billfold_domain::kernel::{AffiliateId, Currency, InvoiceId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::affiliate_list::{self, PayoutRow, PayoutStatus};
use billfold_projections::{Wanted, invoice_list, payment_list};

use super::affiliates::PATH;
use super::confirm::Action;
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::Visitor;

/// Lines of a statement that are shown.
const LINES: usize = 100;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/affiliate.html")]
pub(crate) struct AffiliatePage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What links carry.
    pub(crate) code: String,
    /// The client behind it, with the page.
    pub(crate) client: (String, String),
    /// Applied, active, suspended.
    pub(crate) status: Badge,
    /// How many came and clicked.
    pub(crate) facts: Vec<String>,
    /// What may be done.
    pub(crate) actions: Vec<Action>,
    /// Newest first.
    pub(crate) lines: Vec<Line>,
    /// Whether older lines are left out.
    pub(crate) cut: bool,
    /// What it has, per currency.
    pub(crate) balances: Vec<Sums>,
    /// Label and value of the terms that count today.
    pub(crate) terms: Vec<(&'static str, String)>,
    /// Newest first.
    pub(crate) payouts: Vec<Payout>,
}

/// A line of the statement.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The day.
    pub(crate) day: Day,
    /// Earned, refunded, rejected.
    pub(crate) what: &'static str,
    /// Who paid, with the page.
    pub(crate) client: (String, String),
    /// The event in which the payment paid; none while the read models are behind.
    pub(crate) payment: Option<i64>,
    /// Number and page of each invoice the payment paid.
    pub(crate) invoices: Vec<(String, String)>,
    /// What the commission is now.
    pub(crate) status: Badge,
    /// Below zero for what was taken back.
    pub(crate) amount: Amount,
}

/// What an affiliate has in one currency.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    /// The currency.
    pub(crate) currency: &'static str,
    /// In its hold.
    pub(crate) pending: Amount,
    /// Owed and in no payout.
    pub(crate) owed: Amount,
    /// In payouts that were asked for.
    pub(crate) requested: Amount,
    /// In payouts that were sent.
    pub(crate) paid: Amount,
}

/// One payout.
#[derive(Clone, Debug)]
pub(crate) struct Payout {
    /// Its number.
    pub(crate) no: i64,
    /// The day it was asked for.
    pub(crate) day: Day,
    /// Where to, and what the channel calls it.
    pub(crate) to: String,
    /// What became of it.
    pub(crate) status: Badge,
    /// How much.
    pub(crate) amount: Amount,
}

/// The affiliate's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/affiliates/{id}", get(show_affiliate))
        .merge(programme::routes())
        .merge(actions::routes())
}

async fn show_affiliate(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::AffiliatesRead)?;
    let id: AffiliateId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let (affiliate, _) = state.door().load::<Affiliate>(tenant, id.uuid()).await?;
    let partner = affiliate.partner().ok_or(PageError::NotFound)?;
    let today = state.today(tenant).await?;
    let statements = statements(partner)?;
    let mut found: Vec<StatementLine> =
        statements.iter().flat_map(|(_, statement)| statement.lines.iter().copied()).collect();
    found.sort_by_key(|line| std::cmp::Reverse((line.on, line.commission, line.kind)));
    let cut = found.len() > LINES;
    found.truncate(LINES);
    let agreed = partner.terms_on(today).map(|version| &version.terms);
    let mut names = state.names().clients(tenant, [partner.client_id]).await?;
    page(&AffiliatePage {
        shell: visitor.shell(&state, PATH, head).await?,
        code: partner.code.clone(),
        client: (
            names.remove(&partner.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", partner.client_id),
        ),
        status: super::affiliates::status(standing(partner.standing)),
        facts: vec![
            format!("{} clients brought", partner.referrals.len()),
            format!("{} clicks", partner.clicks.values().sum::<u64>()),
        ],
        actions: actions::actions(id, partner),
        lines: lines(&state, tenant, &found).await?,
        cut,
        balances: statements.iter().map(sums).collect(),
        terms: agreed.map(terms::words).unwrap_or_default(),
        payouts: payouts(&state, tenant, id).await?,
    })
}

fn standing(standing: Standing) -> affiliate_list::AffiliateStatus {
    match standing {
        Standing::Applied => affiliate_list::AffiliateStatus::Applied,
        Standing::Active => affiliate_list::AffiliateStatus::Active,
        Standing::Suspended => affiliate_list::AffiliateStatus::Suspended,
    }
}

/// The statement of each currency there is.
fn statements(partner: &Partner) -> Result<Vec<(Currency, Statement)>, PageError> {
    let currencies: BTreeSet<Currency> =
        partner.book.commissions.iter().map(|one| one.earned.currency()).collect();
    let statement = |currency| {
        let statement = partner.book.statement(currency);
        let statement = statement.map_err(|no| billfold_app::Error::Bug(Box::new(no)))?;
        Ok::<_, PageError>((currency, statement))
    };
    currencies.into_iter().map(statement).collect()
}

fn sums((currency, statement): &(Currency, Statement)) -> Sums {
    Sums {
        currency: currency.code(),
        pending: show::money(statement.pending),
        owed: show::money(statement.payable),
        requested: show::money(statement.requested),
        paid: show::money(statement.paid),
    }
}

async fn lines(
    state: &WebState,
    tenant: TenantId,
    found: &[StatementLine],
) -> Result<Vec<Line>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|line| line.client_id)).await?;
    let payments: Vec<_> = found.iter().map(|line| line.payment_id).collect();
    let paid = payment_list::paid_by(state.reads(), tenant, &payments).await?.value;
    let invoices: Vec<InvoiceId> = paid.iter().map(|part| part.invoice_id).collect();
    let numbers = invoice_list::numbers(state.reads(), tenant, &invoices).await?.value;
    let numbers: BTreeMap<InvoiceId, String> = numbers.into_iter().collect();
    let line = |line: &StatementLine| {
        let own: BTreeSet<InvoiceId> = paid
            .iter()
            .filter(|part| part.payment_id == line.payment_id)
            .map(|part| part.invoice_id)
            .collect();
        let invoice = |id: InvoiceId| {
            (numbers.get(&id).cloned().unwrap_or_default(), format!("/admin/invoices/{id}"))
        };
        Line {
            day: Day(line.on),
            what: match line.kind {
                LineKind::Earned => "Commission",
                LineKind::Reversed => "Taken back",
                LineKind::Rejected => "Rejected",
            },
            client: (
                names.get(&line.client_id).cloned().unwrap_or_default(),
                format!("/admin/clients/{}", line.client_id),
            ),
            payment: paid
                .iter()
                .find(|part| part.payment_id == line.payment_id)
                .map(|part| part.position),
            invoices: own.into_iter().map(invoice).collect(),
            status: status(line.status),
            amount: show::money(line.amount),
        }
    };
    Ok(found.iter().map(line).collect())
}

fn status(status: CommissionStatus) -> Badge {
    match status {
        CommissionStatus::Pending => Badge::new(Tone::Blue, "Pending"),
        CommissionStatus::Approved => Badge::new(Tone::Green, "Owed"),
        CommissionStatus::PaidOut => Badge::new(Tone::Grey, "In a payout"),
        CommissionStatus::Refunded => Badge::new(Tone::Violet, "Refunded"),
        CommissionStatus::Rejected => Badge::new(Tone::Red, "Rejected"),
    }
}

async fn payouts(
    state: &WebState,
    tenant: TenantId,
    id: AffiliateId,
) -> Result<Vec<Payout>, PageError> {
    let wanted = Wanted::default();
    let found = affiliate_list::payouts(state.reads(), tenant, id, &wanted).await?.value.rows;
    let payout = |row: &PayoutRow| {
        let to = row.channel.as_deref().map_or_else(|| "Own credit".to_owned(), show::gateway);
        Payout {
            no: row.payout_no,
            day: Day(row.requested_on),
            to: row.reference.as_ref().map_or(to.clone(), |reference| format!("{to}, {reference}")),
            status: match row.status {
                PayoutStatus::Requested => Badge::new(Tone::Blue, "On its way"),
                PayoutStatus::Sent => Badge::new(Tone::Green, "Paid"),
                PayoutStatus::Failed => Badge::new(Tone::Red, "Failed"),
            },
            amount: show::minor(row.amount, row.currency),
        }
    };
    Ok(found.iter().map(payout).collect())
}

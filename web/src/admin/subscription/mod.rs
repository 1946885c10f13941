//! One subscription: its terms, what was billed for it, what comes next, what happened, and what
//! may be done now.

mod actions;
pub(crate) mod catalogue;
pub(crate) mod change;
pub(crate) mod foreseen;
pub(crate) mod form;
mod words;

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::coupon::Left;
use billfold_domain::credit_note::CreditNote;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{SubscriptionId, TenantId};
use billfold_domain::subscription::service::{Billed, DocumentRef, Phase, PlanTerms};
use billfold_domain::subscription::{Contract, Standing, Subscription};

use super::confirm::Action;
use super::subscriptions::{PATH, READS};
use super::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Ident};
use crate::visitor::Visitor;
use foreseen::Foresight;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/subscription.html")]
pub(crate) struct SubscriptionPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What documents call it.
    pub(crate) name: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// In trial, active, ending, paused, ended.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Code of the plan, currency.
    pub(crate) facts: Vec<String>,
    /// Price of one and how many: `EUR 9.90 × 2`; empty if nothing recurs.
    pub(crate) price: String,
    /// Label and value of what was agreed, in words.
    pub(crate) terms: Vec<(&'static str, String)>,
    /// Label and value of the days that matter.
    pub(crate) days: Vec<(&'static str, Day)>,
    /// What was billed and may still go back, newest first.
    pub(crate) billed: Vec<BilledRow>,
    /// How many older lines are not listed.
    pub(crate) older: usize,
    /// What would be billed next.
    pub(crate) foreseen: Foresight,
    /// What happened, newest first.
    pub(crate) timeline: Vec<Happened>,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

/// A line that was billed.
#[derive(Clone, Debug)]
pub(crate) struct BilledRow {
    /// The days it pays for.
    pub(crate) period: String,
    /// The number of the document it stands on, with the page.
    pub(crate) document: (String, String),
    /// What was billed, without tax.
    pub(crate) amount: Amount,
    /// What is left of it after everything that went back.
    pub(crate) left: Amount,
}

/// Billed lines that are listed.
const LINES: usize = 24;

/// The subscription's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/subscriptions/{id}", get(show_subscription))
        .merge(form::routes())
        .merge(change::routes())
        .merge(actions::routes())
}

async fn show_subscription(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (id, tenant) = (parse(&id)?, visitor.tenant());
    state.must_hold(&visitor, READS, id).await?;
    let head = *state.operations().head().borrow();
    let (subscription, _) = state.door().load::<Subscription>(tenant, id.uuid()).await?;
    let contract = subscription.contract().ok_or(PageError::NotFound)?;
    let newest = contract.service.newest().ok_or(PageError::NotFound)?;
    let standing = contract.standing(state.today(tenant).await?);
    let mut names = state.names().clients(tenant, [contract.client_id]).await?;
    let terms = newest.terms();
    let billed = contract.service.billed();
    page(&SubscriptionPage {
        shell: visitor.shell(&state, PATH, head).await?,
        name: contract.serves().unwrap_or(terms).name.clone(),
        id: Ident(id.to_string()),
        status: show::standing(Some(standing)),
        client: (
            names.remove(&contract.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", contract.client_id),
        ),
        facts: vec![terms.plan.clone(), contract.currency.code().to_owned()],
        price: price(terms),
        terms: agreed(newest).into_iter().chain(coupons(contract)).collect(),
        days: days(contract, newest, standing),
        billed: billed_rows(&state, tenant, billed).await?,
        older: billed.len().saturating_sub(LINES),
        foreseen: foreseen::next(&state, &visitor, id).await?,
        timeline: timeline::of(&state, &visitor, "subscription", id.uuid()).await?,
        actions: Action::open(
            actions::actions(&format!("{PATH}/{id}"), standing, contract),
            &visitor,
        ),
    })
}

/// The subscription an address names.
fn parse(id: &str) -> Result<SubscriptionId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

fn price(terms: &PlanTerms) -> String {
    let Some(price) = &terms.price else { return String::new() };
    let (code, amount) = (price.currency().code(), show::unit_price(price));
    format!("{code}\u{a0}{amount} × {}", terms.quantity)
}

fn agreed(phase: &Phase) -> Vec<(&'static str, String)> {
    let terms = phase.terms();
    let mut agreed = Vec::new();
    if terms.price.is_some() {
        agreed.push(("Charged", words::interval(terms.interval)));
        agreed.push(("Billed", words::timing(terms.timing).to_owned()));
        agreed.push(("Periods follow", words::anchor(phase.anchor())));
    }
    if let Some(fee) = terms.setup_fee.filter(|fee| !fee.is_zero()) {
        agreed.push(("Setup fee", show::money(fee).plain()));
    }
    agreed.push(("Tax", show::tax(terms.tax.category, terms.tax.rate, terms.tax.country)));
    agreed
}

/// The coupons that come off it, and what is left of each.
fn coupons(contract: &Contract) -> impl Iterator<Item = (&'static str, String)> {
    contract.coupons.iter().map(|coupon| {
        let left = match coupon.held.left {
            Left::Amount(amount) => format!("{} left", show::money(amount).plain()),
            Left::Uses(1) => "once more".to_owned(),
            Left::Uses(uses) => format!("{uses} times more"),
            Left::Unlimited => "on every invoice".to_owned(),
        };
        ("Coupon", format!("{}, {left}", coupon.held.coupon.code))
    })
}

fn days(contract: &Contract, newest: &Phase, standing: Standing) -> Vec<(&'static str, Day)> {
    let mut days = vec![("Started", Day(contract.started_on))];
    if standing == Standing::Trialing {
        days.push(("Charged from", Day(newest.starts_on())));
    }
    if let Some(to) = newest.billed_to() {
        days.push(("Billed to", Day(to)));
    }
    if let Some(end) = newest.end() {
        let label = match standing {
            Standing::Paused => "Paused from",
            Standing::Ended => "Ended",
            _ => "Ends",
        };
        days.push((label, Day(end.day)));
    }
    if let Some(day) = contract.next_due() {
        days.push(("Next due", Day(day)));
    }
    if let Some(change) = &contract.pending {
        days.push(("Other terms from", Day(change.from)));
    }
    days
}

async fn billed_rows(
    state: &WebState,
    tenant: TenantId,
    billed: &[Billed],
) -> Result<Vec<BilledRow>, PageError> {
    let mut known: HashMap<DocumentRef, (String, String)> = HashMap::new();
    let mut rows = Vec::new();
    for line in billed.iter().rev().take(LINES) {
        let on = line.on.document;
        let document = match known.get(&on) {
            Some(document) => document.clone(),
            None => document(state, tenant, on).await?,
        };
        known.insert(on, document.clone());
        rows.push(BilledRow {
            period: show::period(line.period.span()),
            document,
            amount: show::money(line.amount()),
            left: show::money(line.left()),
        });
    }
    Ok(rows)
}

/// The number of a document and its page.
async fn document(
    state: &WebState,
    tenant: TenantId,
    on: DocumentRef,
) -> Result<(String, String), PageError> {
    Ok(match on {
        DocumentRef::Invoice(id) => {
            let (invoice, _) = state.door().load::<Invoice>(tenant, id.uuid()).await?;
            let number = invoice.document().map(|document| document.number.clone());
            (number.unwrap_or_else(|| "Invoice".to_owned()), format!("/admin/invoices/{id}"))
        }
        DocumentRef::CreditNote(id) => {
            let (note, _) = state.door().load::<CreditNote>(tenant, id.uuid()).await?;
            let number = note.issued().map(|note| note.number.text.clone());
            let number = number.unwrap_or_else(|| "Credit note".to_owned());
            (number, format!("/admin/credit-notes/{id}"))
        }
    })
}

//! One invoice: lines, tax, totals, payments, its events with the state before and after, and what
//! may be done now.

use super::invoice_actions::{self, parse};
use crate::error::PageError;
use crate::happened::happened;
use crate::names::Actors;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::origins;
use billfold_app::vault::field;
use billfold_domain::client::ContactCard;
use billfold_domain::credit::CreditBalance;
use billfold_domain::invoice::{self as domain, Invoice as Stands, InvoiceEvent, IssuedInvoice};
use billfold_domain::kernel::{
    Aggregate as _, ClientId, Currency, InvoiceId, Money, Pii, TenantId,
};
use billfold_domain::role::Permission;
use billfold_domain::schema::Event;
use billfold_projections::event_index::{self, Filter, Stored};
use billfold_projections::invoice_list::Sort;
use billfold_projections::{AsOf, Order, Wanted, invoice_list, payment_list};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

use super::confirm::Action;
use super::list::Chip;
use super::settings::letterhead;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice.html")]
pub(crate) struct Invoice {
    /// The frame.
    pub(crate) shell: Shell,
    /// Its page.
    pub(crate) href: String,
    /// Its number, or `Draft`.
    pub(crate) number: String,
    /// The payment status.
    pub(crate) status: Badge,
    /// How its dunning case stands that goes on, with the page.
    pub(crate) dunning: Option<(Badge, String)>,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Issue date, due date, currency, order.
    pub(crate) facts: Vec<String>,
    /// The seller's lines.
    pub(crate) seller: Vec<String>,
    /// The buyer's lines; empty when erased or sealed from this reader.
    pub(crate) buyer: Vec<String>,
    /// Label and value of the dates.
    pub(crate) dates: Vec<(&'static str, Day)>,
    /// `lines`, `payments` or `events`.
    pub(crate) tab: &'static str,
    /// What was sold.
    pub(crate) lines: Vec<Line>,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<Tax>,
    /// Without tax.
    pub(crate) net: Amount,
    /// With tax.
    pub(crate) total: Amount,
    /// Received, and offset by credit notes.
    pub(crate) settled: Vec<(String, Amount)>,
    /// What is still owed.
    pub(crate) balance: Amount,
    /// What paid it.
    pub(crate) payments: Vec<PaidBy>,
    /// What happened to it.
    pub(crate) history: Vec<Change>,
    /// Documents that correct it, or that it corrects: how, number, page.
    pub(crate) related: Vec<(&'static str, String, String)>,
    /// Days at which it can be seen as it stood.
    pub(crate) versions: Vec<Chip>,
    /// Set when an older version is shown.
    pub(crate) as_of: Option<Moment>,
    /// What may be done now: address, label, icon, class.
    pub(crate) actions: Vec<Action>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its number.
    pub(crate) no: u32,
    /// What was sold.
    pub(crate) description: String,
    /// Its kind.
    pub(crate) kind: String,
    /// The days it covers: `1 Nov to 30 Nov 2026`.
    pub(crate) period: String,
    /// How much.
    pub(crate) quantity: String,
    /// For how much each, up to twelve decimals.
    pub(crate) unit_price: String,
    /// `DE 19 %`.
    pub(crate) tax: String,
    /// Without tax.
    pub(crate) net: Amount,
}

/// Tax of one category and rate.
#[derive(Clone, Debug)]
pub(crate) struct Tax {
    /// `DE 19 % of € 300.00`.
    pub(crate) label: String,
    /// The tax.
    pub(crate) amount: Amount,
}

/// One payment's part in it.
#[derive(Clone, Debug)]
pub(crate) struct PaidBy {
    /// The day it was received.
    pub(crate) day: Day,
    /// Gateway and reference.
    pub(crate) through: String,
    /// What of it went here.
    pub(crate) amount: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// One event of it, with the fields it changed.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) tone: &'static str,
    /// A sentence.
    pub(crate) what: String,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// Who.
    pub(crate) by: String,
    /// From where and why, as far as noted.
    pub(crate) with: String,
    /// Field, value before, value after.
    pub(crate) fields: Vec<(String, String, String)>,
}

const PATH: &str = "/admin/invoices";
/// Events of one invoice that are looked at.
const EVENTS: u32 = 500;

/// The invoice's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/invoices/{id}", get(show_invoice)).merge(invoice_actions::routes())
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    tab: String,
    as_of: Option<i64>,
}

/// The events of an invoice, oldest first, as the log held them at `as_of`.
pub(super) async fn events_of(
    state: &WebState,
    tenant: TenantId,
    id: InvoiceId,
    as_of: AsOf,
) -> Result<Vec<Stored>, PageError> {
    let filter = Filter {
        stream: Some(("invoice".to_owned(), Some(id.uuid()))),
        as_of,
        order: Order::Ascending,
        ..Filter::default()
    };
    let wanted = Wanted { limit: EVENTS, ..Wanted::default() };
    let mut found = event_index::page(state.reads(), tenant, &filter, &wanted).await?.value.rows;
    origins::reveal(state.door().vault(), tenant, &mut found).await?;
    Ok(found)
}

/// The invoice as it stood after `version` of its events; absent if they are not known.
pub(super) async fn at_version(
    state: &WebState,
    tenant: TenantId,
    id: InvoiceId,
    version: i64,
) -> Result<Stands, PageError> {
    let history = History::of(events_of(state, tenant, id, AsOf::Now).await?);
    Ok(history.before(usize::try_from(version).unwrap_or_default()))
}

/// An invoice folded from its events, and what it was after each.
struct History {
    events: Vec<(Stored, InvoiceEvent)>,
    after: Vec<Stands>,
    issued: Option<Box<IssuedInvoice>>,
}

impl History {
    fn of(stored: Vec<Stored>) -> History {
        let mut history = History { events: Vec::new(), after: Vec::new(), issued: None };
        let mut stands = Stands::default();
        for stored in stored {
            let Some(Event::Invoice(event)) = show::decoded(&stored) else { continue };
            stands.apply(&event);
            if let InvoiceEvent::Issued(issued) = &event {
                history.issued = Some(issued.clone());
            }
            history.after.push(stands.clone());
            history.events.push((stored, event));
        }
        history
    }

    fn buyer(&self) -> Option<&Pii<ContactCard>> {
        self.issued.as_deref().and_then(|issued| issued.buyer.as_ref())
    }

    fn now(&self) -> &Stands {
        const ABSENT: Stands = Stands::Absent;
        self.after.last().unwrap_or(&ABSENT)
    }

    fn before(&self, index: usize) -> Stands {
        let before = index.checked_sub(1).and_then(|index| self.after.get(index));
        before.cloned().unwrap_or_default()
    }
}

async fn show_invoice(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let (id, tenant) = (parse(&id)?, visitor.tenant());
    state.must_hold(&visitor, Needs::of_own(Permission::InvoicesRead), id).await?;
    let whole = History::of(events_of(&state, tenant, id, AsOf::Now).await?);
    if whole.events.is_empty() {
        return Err(PageError::NotFound);
    }
    let href = format!("{PATH}/{id}");
    let versions = versions(&href, &whole, wishes.as_of);
    let then = match wishes.as_of {
        None => whole,
        Some(position) => {
            let kept = whole.events.into_iter().map(|(stored, _)| stored);
            History::of(kept.filter(|stored| stored.position <= position).collect())
        }
    };
    let Some((last, _)) = then.events.last() else { return Err(PageError::NotFound) };
    let (last_at, position) = (Moment(last.recorded_at), last.position);
    let today = state.today(tenant).await?;
    let head = *state.operations().head().borrow();
    let stands = then.now();
    // A draft that was thrown away is shown as it was.
    let kept = if *stands == Stands::Discarded {
        then.before(then.after.len().saturating_sub(1))
    } else {
        stands.clone()
    };
    let parts = Parts::of(&kept)?;
    let client = client_of(&kept).ok_or(PageError::NotFound)?;
    let names = state.names().clients(tenant, [client]).await?;
    let actors = state.names().actors(&visitor).await?;
    let has_credit = has_credit(&state, tenant, (client, parts.currency), today).await?;
    let actions = invoice_actions::actions(&href, stands, has_credit);
    let actions = Action::open(actions, &visitor);
    page(&Invoice {
        shell: visitor.shell(&state, PATH, head).await?,
        number: stands.document().map_or_else(|| "Draft".to_owned(), |it| it.number.clone()),
        status: show::status(stands.status(today)),
        dunning: dunned(&state, &visitor, id, wishes.as_of).await?,
        client: (
            names.get(&client).cloned().unwrap_or_default(),
            format!("/admin/clients/{client}"),
        ),
        facts: vec![parts.currency.code().to_owned(), parts.currency.name().to_owned()],
        seller: seller(then.issued.as_deref()),
        buyer: buyer_lines(&state, tenant, then.buyer()).await?,
        dates: dates(stands),
        tab: tab(&wishes.tab),
        lines: parts.lines,
        taxes: parts.taxes,
        net: show::money(parts.net),
        total: show::money(parts.total),
        settled: parts.settled,
        balance: show::money(parts.balance),
        payments: paid_by(&state, tenant, &then).await?,
        history: changes(&then, &actors, today),
        related: related(&state, tenant, id, stands, today).await?,
        versions,
        as_of: wishes.as_of.map(|_| last_at),
        actions: if wishes.as_of.is_some() { Vec::new() } else { actions },
        position,
        href,
    })
}

/// How its dunning case stands, for those who may see the cases.
async fn dunned(
    state: &WebState,
    visitor: &Visitor,
    id: InvoiceId,
    as_of: Option<i64>,
) -> Result<Option<(Badge, String)>, PageError> {
    if !visitor.meets(Needs::of_all(Permission::InvoicesRead)) {
        return Ok(None);
    }
    super::dunning::mark(state, visitor.tenant(), id, as_of).await
}

/// Whether the client has credit that could pay an invoice in this currency.
async fn has_credit(
    state: &WebState,
    tenant: TenantId,
    (client, currency): (ClientId, Currency),
    today: NaiveDate,
) -> Result<bool, PageError> {
    let id = CreditBalance::id_of(client, currency).uuid();
    let (credit, _) = state.door().load::<CreditBalance>(tenant, id).await?;
    let usable = credit.held().map(|held| held.usable(today));
    Ok(matches!(usable, Some(Ok(usable)) if usable.is_positive()))
}

/// The view that is asked for.
fn tab(asked: &str) -> &'static str {
    ["payments", "events"].into_iter().find(|known| *known == asked).unwrap_or("lines")
}

/// The figures of an invoice, draft or issued.
struct Parts {
    currency: Currency,
    lines: Vec<Line>,
    taxes: Vec<Tax>,
    net: Money,
    total: Money,
    balance: Money,
    settled: Vec<(String, Amount)>,
}

impl Parts {
    fn of(stands: &Stands) -> Result<Parts, PageError> {
        match (stands, stands.document()) {
            (_, Some(document)) => {
                let paid = document.applied.iter().map(|applied| applied.amount);
                let currency = document.total.currency();
                let paid = Money::sum(currency, paid).map_err(PageError::bug)?;
                let mut settled = Vec::new();
                if !paid.is_zero() {
                    settled.push(("Paid".to_owned(), show::money(paid.negate())));
                }
                let credit = document.credits.iter().map(|credit| credit.amount);
                let credit = Money::sum(currency, credit).map_err(PageError::bug)?;
                if !credit.is_zero() {
                    settled.push(("Paid from credit".to_owned(), show::money(credit.negate())));
                }
                for note in document.credit_notes.iter().filter(|note| !note.offset.is_zero()) {
                    let label = format!("Credit note {}", note.credit_note);
                    settled.push((label, show::money(note.offset.negate())));
                }
                let closed = matches!(stands, Stands::Void { .. } | Stands::Uncollectible { .. });
                if closed && !document.balance_due.is_zero() {
                    let label = if matches!(stands, Stands::Void { .. }) {
                        "Credit note, unpaid part"
                    } else {
                        "Written off"
                    };
                    settled.push((label.to_owned(), show::money(document.balance_due.negate())));
                }
                Ok(Parts {
                    currency,
                    lines: document.lines.iter().map(line).collect(),
                    taxes: document.tax_groups.iter().map(tax).collect(),
                    net: document.net,
                    total: document.total,
                    balance: if closed { Money::zero(currency) } else { document.balance_due },
                    settled,
                })
            }
            (Stands::Draft(draft), None) => {
                let totals = draft.totals().map_err(PageError::bug)?;
                Ok(Parts {
                    currency: draft.currency,
                    lines: draft.lines.iter().map(line).collect(),
                    taxes: totals.tax_groups.iter().map(tax).collect(),
                    net: totals.net,
                    total: totals.total,
                    balance: Money::zero(draft.currency),
                    settled: Vec::new(),
                })
            }
            _ => Err(PageError::NotFound),
        }
    }
}

/// One line as a document has it.
pub(super) fn line(line: &domain::Line) -> Line {
    let currency = line.unit_price.currency();
    Line {
        no: line.no,
        description: line.description.clone(),
        kind: show::line_kind(line.kind),
        period: line.period.map_or_else(String::new, show::period),
        quantity: line.quantity.to_string(),
        unit_price: format!("{}\u{a0}{}", currency.code(), show::unit_price(&line.unit_price)),
        tax: show::tax(line.tax.category, line.tax.rate, line.tax.country),
        net: show::money(line.net),
    }
}

/// One tax group as the totals name it.
pub(super) fn tax(group: &domain::TaxGroup) -> Tax {
    let rate = show::tax(group.category, group.rate, group.country);
    Tax {
        label: format!("{rate} of {}", show::money(group.base).plain()),
        amount: show::money(group.tax),
    }
}

fn client_of(stands: &Stands) -> Option<ClientId> {
    match stands {
        Stands::Draft(draft) => Some(draft.client_id),
        other => other.document().map(|document| document.client_id),
    }
}

fn seller(issued: Option<&IssuedInvoice>) -> Vec<String> {
    issued
        .map_or_else(|| vec!["Decided at issue".to_owned()], |issued| seller_lines(&issued.seller))
}

/// The seller of a document, as lines of text.
pub(crate) fn seller_lines(seller: &domain::Seller) -> Vec<String> {
    let vat = seller.vat_id.as_ref().map(|id| format!("VAT {id}"));
    let letterhead = seller.letterhead.as_deref().map(letterhead::lines).unwrap_or_default();
    let known = [Some(seller.country.name().to_owned()), vat].into_iter().flatten();
    [seller.name.clone()].into_iter().chain(known).chain(letterhead).collect()
}

/// The buyer of a document, as lines of text; none when erased.
pub(super) async fn buyer_lines(
    state: &WebState,
    tenant: TenantId,
    sealed: Option<&Pii<ContactCard>>,
) -> Result<Vec<String>, PageError> {
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    let opened = state.door().vault().open(tenant, field::INVOICE_BUYER, sealed).await?;
    Ok(opened.clear().map(|card| super::client::contact_lines(&card)).unwrap_or_default())
}

fn dates(stands: &Stands) -> Vec<(&'static str, Day)> {
    match stands {
        Stands::Draft(draft) => draft.due_date.map(|day| ("Due", Day(day))).into_iter().collect(),
        other => {
            let Some(document) = other.document() else { return Vec::new() };
            let mut dates =
                vec![("Issued", Day(document.issue_date)), ("Due", Day(document.due_date))];
            match other {
                Stands::Settled { on, .. } => dates.push(("Paid", Day(*on))),
                Stands::Void { on, .. } => dates.push(("Voided", Day(*on))),
                Stands::Uncollectible { on, .. } => dates.push(("Written off", Day(*on))),
                _ => {}
            }
            dates
        }
    }
}

/// What it corrects upwards, and what corrects it.
async fn related(
    state: &WebState,
    tenant: TenantId,
    id: InvoiceId,
    stands: &Stands,
    today: NaiveDate,
) -> Result<Vec<(&'static str, String, String)>, PageError> {
    let link = |how, number: &str, id: InvoiceId| (how, number.to_owned(), format!("{PATH}/{id}"));
    let of = stands.document().and_then(|document| document.corrects.as_ref());
    let mut found: Vec<_> =
        of.map(|it| link("Corrects", &it.of.number, it.of.invoice_id)).into_iter().collect();
    let filter = invoice_list::Filter { corrects: Some(id), ..invoice_list::Filter::on(today) };
    let (sort, wanted) = ((Sort::IssueDate, Order::Ascending), Wanted::default());
    let page = invoice_list::page(state.reads(), tenant, &filter, sort, &wanted).await?.value;
    found.extend(
        page.rows
            .iter()
            .filter_map(|row| Some(link("Corrected by", row.number.as_deref()?, row.invoice_id))),
    );
    Ok(found)
}

async fn paid_by(
    state: &WebState,
    tenant: TenantId,
    then: &History,
) -> Result<Vec<PaidBy>, PageError> {
    let mut known = HashMap::new();
    let mut paid = Vec::new();
    for (stored, event) in &then.events {
        let InvoiceEvent::PaymentApplied { payment_id, amount, .. } = event else { continue };
        if !known.contains_key(payment_id) {
            let found = payment_list::find(state.reads(), tenant, *payment_id).await?.value;
            known.insert(*payment_id, found.map(|(row, _)| row));
        }
        let payment = known.get(payment_id).and_then(Option::as_ref);
        let through = payment.map_or_else(String::new, |payment| {
            let reference = payment.reference.as_ref().map(|text| format!(" · {text}"));
            format!("{}{}", show::gateway(&payment.gateway), reference.unwrap_or_default())
        });
        let received = payment.map_or(stored.effective_at.date_naive(), |it| it.received_on);
        paid.push(PaidBy {
            day: Day(received),
            through,
            amount: show::money(*amount),
            position: stored.position,
        });
    }
    Ok(paid)
}

/// What happened to it, newest first, with what each event changed.
fn changes(then: &History, actors: &Actors, today: NaiveDate) -> Vec<Change> {
    let change = |(index, (stored, _)): (usize, &(Stored, InvoiceEvent))| {
        let (what, tone) = happened(stored);
        let was = facts(&then.before(index), today);
        let now = then.after.get(index).map(|stands| facts(stands, today)).unwrap_or_default();
        let from = stored.metadata.get("ip").map(|ip| format!("from {ip}"));
        let reason = stored.metadata.get("reason").map(|reason| format!("because: {reason}"));
        Change {
            position: stored.position,
            tone,
            what,
            at: Moment(stored.recorded_at),
            by: actors.name(&stored.actor),
            with: [from, reason].into_iter().flatten().collect::<Vec<_>>().join(", "),
            fields: was
                .into_iter()
                .zip(now)
                .filter(|((_, was), (_, now))| was != now)
                .map(|((name, was), (_, now))| (name.to_owned(), was, now))
                .collect(),
        }
    };
    then.events.iter().enumerate().map(change).rev().collect()
}

/// The fields whose change a person wants to see, always in the same order.
fn facts(stands: &Stands, today: NaiveDate) -> [(&'static str, String); 7] {
    let none = || "–".to_owned();
    let parts = Parts::of(stands).ok();
    let money = |value: fn(&Parts) -> Money| {
        parts.as_ref().map_or_else(none, |parts| show::money(value(parts)).plain())
    };
    let due = match stands {
        Stands::Draft(draft) => draft.due_date,
        other => other.document().map(|document| document.due_date),
    };
    [
        ("status", stands.status(today).map_or_else(none, |status| show::words(status.word()))),
        ("number", stands.document().map_or_else(none, |document| document.number.clone())),
        ("due date", due.map_or_else(none, |day| Day(day).plain())),
        ("lines", parts.as_ref().map_or_else(none, |parts| parts.lines.len().to_string())),
        ("net", money(|parts| parts.net)),
        ("total", money(|parts| parts.total)),
        ("balance due", money(|parts| parts.balance)),
    ]
}

/// The versions of an invoice as links, newest first.
fn versions(href: &str, whole: &History, shown: Option<i64>) -> Vec<Chip> {
    if whole.events.len() < 2 {
        return Vec::new();
    }
    let now =
        Chip { label: "Now".to_owned(), count: None, href: href.to_owned(), on: shown.is_none() };
    let chip = |(stored, _): &(Stored, InvoiceEvent)| Chip {
        label: format!("{} · #{}", stored.recorded_at.format("%-d %b %Y"), stored.position),
        count: None,
        href: super::list::address(href, &[("as_of", &stored.position.to_string())]),
        on: shown == Some(stored.position),
    };
    let older = whole.events.iter().rev().skip(1).map(chip);
    std::iter::once(now).chain(older).collect()
}

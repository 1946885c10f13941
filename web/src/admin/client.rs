//! One client's account: ledger, invoices and events as they stand, or as they stood at a version
//! or on a day.

use super::account::{self, Account, KEPT};
use super::client_actions::{self, parse};
use super::list::{address, day, wanted};
use crate::error::PageError;
use crate::names::Actors;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::grouped;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_app::access::Scope;
use billfold_domain::client::ContactCard;
use billfold_domain::invoice::{Invoice, InvoiceEvent};
use billfold_domain::kernel::{Aggregate as _, ClientId, Currency, InvoiceId, TenantId};
use billfold_domain::payment::PaymentEvent;
use billfold_domain::schema::Event;
use billfold_projections::client_list::{self, ClientRow, Known};
use billfold_projections::event_index::{self, Stored};
use billfold_projections::invoice_list::{self, Sort};
use billfold_projections::journal::Posted;
use billfold_projections::{AsOf as Then, Order};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

use super::confirm::Action;
use super::events::EventRow;
use super::invoices::InvoiceRow;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/client.html")]
pub(crate) struct Client {
    /// The frame.
    pub(crate) shell: Shell,
    /// Name, state, facts.
    pub(crate) head: Head,
    /// Which version is shown.
    pub(crate) as_of: AsOf,
    /// `ledger`, `invoices` or `events`.
    pub(crate) tab: &'static str,
    /// For the ledger tab, newest first.
    pub(crate) ledger: Vec<Entry>,
    /// For the invoices tab.
    pub(crate) invoices: Vec<InvoiceRow>,
    /// For the events tab.
    pub(crate) events: Vec<EventRow>,
    /// Below the list: what is shown, and where the rest is.
    pub(crate) pager: super::list::Pager,
    /// Balances at the shown version.
    pub(crate) balances: Vec<Balance>,
    /// What may be done with the account.
    pub(crate) actions: Vec<Action>,
    /// What happened, newest first; later than the shown version is struck through.
    pub(crate) timeline: Vec<Happened>,
}

/// Who the account belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Its page.
    pub(crate) href: String,
    /// Name or company.
    pub(crate) name: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// Active, suspended, erased.
    pub(crate) status: Badge,
    /// Since when, country, currency, terms.
    pub(crate) facts: Vec<String>,
    /// Contact lines, if the reader may see them and they were not erased.
    pub(crate) contact: Vec<String>,
}

/// The version that is shown.
#[derive(Clone, Debug)]
pub(crate) struct AsOf {
    /// Whether it is not the newest.
    pub(crate) past: bool,
    /// Which one, counted in events of this account from 1.
    pub(crate) version: i64,
    /// How many there are.
    pub(crate) versions: i64,
    /// The day in the date field, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// When the shown version was recorded.
    pub(crate) at: Option<Moment>,
    /// Whether the balances stand beside those of now.
    pub(crate) compare: bool,
}

/// One posting, seen from the account: what moved the receivable, and its other legs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The effective day.
    pub(crate) day: Day,
    /// `Invoice INV-2026-000041`.
    pub(crate) what: String,
    /// The document's page.
    pub(crate) href: Option<String>,
    /// The account it moved.
    pub(crate) account: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
    /// The receivable after it.
    pub(crate) running: Amount,
    /// The event that was posted.
    pub(crate) position: i64,
    /// The other side.
    pub(crate) legs: Vec<Leg>,
}

/// One other entry of the same posting.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    /// The detail: product kind, tax rate, gateway.
    pub(crate) what: String,
    /// The account's name.
    pub(crate) account: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
}

/// One balance of the account.
#[derive(Clone, Debug)]
pub(crate) struct Balance {
    /// `Receivable`, `Customer credit`, `Unapplied`.
    pub(crate) label: &'static str,
    /// At the shown version.
    pub(crate) amount: Amount,
    /// Now, when comparing.
    pub(crate) now: Option<Amount>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    /// `Payment of € 388.40 settled`.
    pub(crate) what: String,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// By whom or through what.
    pub(crate) by: String,
    /// Its event.
    pub(crate) position: i64,
    /// The class of its dot: empty, `green`, `red`, `grey`.
    pub(crate) tone: &'static str,
    /// Whether it came after the shown version.
    pub(crate) later: bool,
}

/// How a balance comes about: its parts, each with its event, and a text to copy.
#[derive(Debug, Template)]
#[template(path = "admin/client/balance.html", blocks = ["explained"])]
pub(crate) struct Explained {
    /// The frame.
    pub(crate) shell: Shell,
    /// Name, state, facts.
    pub(crate) head: Head,
    /// The account that is explained: `Receivable`.
    pub(crate) label: String,
    /// The balance.
    pub(crate) total: Amount,
    /// What it adds up from, oldest first.
    pub(crate) parts: Vec<Part>,
    /// How many older parts are folded into the first line.
    pub(crate) folded: i64,
    /// Whether even older ones exist that only their sum is known of.
    pub(crate) cut: bool,
    /// The same as text.
    pub(crate) text: String,
}

/// One part of a balance.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The effective day.
    pub(crate) day: Day,
    /// The document or fact.
    pub(crate) what: String,
    /// The document's page.
    pub(crate) href: Option<String>,
    /// Signed: what it added.
    pub(crate) amount: Amount,
    /// The sum so far.
    pub(crate) running: Amount,
    /// The posting rule that applied.
    pub(crate) rule: String,
    /// Who did it.
    pub(crate) by: String,
    /// Its event.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/clients";
/// Postings of one page of the ledger.
const POSTINGS: usize = 25;
/// Events of one page of the events tab.
const EVENTS: usize = 50;
/// Things on the timeline.
const HAPPENED: usize = 12;
/// Parts of an explained balance.
const PARTS: usize = 60;

/// The account's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/clients/{id}", get(show_account))
        .route("/admin/clients/{id}/balance", get(explain))
        .merge(client_actions::routes())
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    tab: String,
    version: Option<usize>,
    date: String,
    compare: Option<u8>,
    before: Option<i64>,
    cursor: String,
}

/// An account at one of its versions.
struct Seen {
    tenant: TenantId,
    row: ClientRow,
    account: Account,
    version: usize,
    position: i64,
}

impl Seen {
    async fn of(
        state: &WebState,
        visitor: &Visitor,
        id: ClientId,
        wishes: &Wishes,
    ) -> Result<Seen, PageError> {
        state.must(visitor, Scope::ClientsRead)?;
        let tenant = visitor.tenant();
        let row = client_list::find(state.reads(), tenant, &Known::Id(id)).await?.value;
        let row = row.ok_or(PageError::NotFound)?;
        let account = Account::of(state, tenant, id).await?;
        let version = match (wishes.version, day(&wishes.date)?) {
            (Some(version), _) => version.clamp(1, account.len().max(1)),
            (None, Some(day)) => {
                let settings = state.door().settings(tenant).await?;
                let next = day.succ_opt().unwrap_or(day);
                account.version_before(state, settings.start_of(next)).await?
            }
            (None, None) => account.len(),
        };
        let position = account.position_of(version);
        Ok(Seen { tenant, row, account, version, position })
    }

    fn is_past(&self) -> bool {
        self.version < self.account.len()
    }

    async fn as_of(&self, state: &WebState, compare: bool) -> Result<AsOf, PageError> {
        let shown = self.account.events_up_to(state, self.position, 1).await?;
        let at = shown.first().map(|event| event.recorded_at).filter(|_| self.is_past());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Ok(AsOf {
            past: self.is_past(),
            version: count(self.version),
            versions: count(self.account.len()),
            date: at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
            at: at.map(Moment),
            compare: compare && self.is_past(),
        })
    }

    fn balances(&self, compare: bool) -> Vec<Balance> {
        let mut balances = Vec::new();
        for (code, label, more) in KEPT {
            let then = self.account.balance(code, more, self.position);
            let now = self.account.balance(code, more, i64::MAX);
            let mut currencies: Vec<Currency> = vec![self.row.currency];
            currencies.extend(now.keys().filter(|currency| **currency != self.row.currency));
            for currency in currencies {
                let amount = |sums: &std::collections::BTreeMap<Currency, i64>| {
                    show::minor(sums.get(&currency).copied().unwrap_or_default(), currency)
                };
                balances.push(Balance {
                    label,
                    amount: amount(&then),
                    now: (compare && self.is_past()).then(|| amount(&now)),
                });
            }
        }
        balances
    }
}

async fn show_account(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let seen = Seen::of(&state, &visitor, parse(&id)?, &wishes).await?;
    let compare = wishes.compare.is_some();
    let contact = state.names().contact(seen.tenant, &seen.row).await?;
    let head = head(&state, &seen, contact.as_ref()).await?;
    let actors = state.names().actors(seen.tenant).await?;
    let tab = match wishes.tab.as_str() {
        "invoices" => "invoices",
        "events" => "events",
        _ => "ledger",
    };
    let (mut ledger, mut invoices, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let pager = match tab {
        "invoices" => {
            let (rows, pager) = invoices_of(&state, &seen, &wishes).await?;
            invoices = rows;
            pager
        }
        "events" => {
            let up_to = wishes.before.unwrap_or(i64::MAX).min(seen.position);
            let found = seen.account.events_up_to(&state, up_to, EVENTS + 1).await?;
            events = super::events::rows(&actors, found.iter().take(EVENTS));
            let next = found.get(EVENTS).map(|event| event.position);
            pager(&head.href, &wishes, events.len(), "events", next)
        }
        _ => {
            let (entries, next) = ledger_of(&state, &seen, wishes.before).await?;
            ledger = entries;
            pager(&head.href, &wishes, ledger.len(), "entries", next)
        }
    };
    page(&Client {
        shell: visitor.shell(&state, PATH, seen.account.position).await?,
        as_of: seen.as_of(&state, compare).await?,
        tab,
        ledger,
        invoices,
        events,
        pager,
        balances: seen.balances(compare),
        actions: client_actions::actions(&head.href, seen.row.status),
        timeline: timeline(&state, &seen, &actors).await?,
        head,
    })
}

async fn head(
    state: &WebState,
    seen: &Seen,
    contact: Option<&ContactCard>,
) -> Result<Head, PageError> {
    let row = &seen.row;
    let names = state.names().of_rows(seen.tenant, std::slice::from_ref(row)).await?;
    let mut facts = vec![format!("client since {}", Day(row.registered_at.date_naive()).plain())];
    facts.extend(row.country.map(|country| country.name().to_owned()));
    facts.push(row.currency.code().to_owned());
    if let (Some(source), Some(id)) = (&row.origin_source, &row.origin_id) {
        facts.push(format!("from {source}, {id}"));
    }
    Ok(Head {
        href: format!("{PATH}/{}", row.client_id),
        name: names.into_iter().next().unwrap_or_default(),
        id: Ident(row.client_id.to_string()),
        status: show::client_status(row.status),
        facts,
        contact: contact.map(contact_lines).unwrap_or_default(),
    })
}

/// A contact as lines of text, empty ones left out.
pub(crate) fn contact_lines(card: &ContactCard) -> Vec<String> {
    let place = [card.address.postal_code.as_deref(), card.address.city.as_deref()];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [
        card.company.clone().unwrap_or_default(),
        card.name.clone(),
        card.address.line1.clone().unwrap_or_default(),
        card.address.line2.clone().unwrap_or_default(),
        place,
        card.address.state.clone().unwrap_or_default(),
        card.address.country.map_or_else(String::new, |country| country.name().to_owned()),
        card.email.clone().unwrap_or_default(),
        card.phone.clone().unwrap_or_default(),
        card.vat_id.as_ref().map_or_else(String::new, |id| format!("VAT {id}")),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn pager(
    href: &str,
    wishes: &Wishes,
    shown: usize,
    noun: &str,
    next: Option<i64>,
) -> super::list::Pager {
    let version = wishes.version.map(|version| version.to_string()).unwrap_or_default();
    let pairs = |before: &str| {
        let pairs = [
            ("tab", wishes.tab.as_str()),
            ("version", &version),
            ("date", &wishes.date),
            ("before", before),
        ];
        address(href, &pairs)
    };
    super::list::Pager {
        text: format!("{} {noun} on this page", grouped(shown.try_into().unwrap_or(u64::MAX))),
        newer: wishes.before.map(|_| pairs("")),
        older: next.map(|next| pairs(&next.to_string())),
    }
}

async fn ledger_of(
    state: &WebState,
    seen: &Seen,
    before: Option<i64>,
) -> Result<(Vec<Entry>, Option<i64>), PageError> {
    let up_to = before.unwrap_or(i64::MAX).min(seen.position);
    let mut postings: Vec<&Posted> =
        seen.account.postings_up_to(up_to).take(POSTINGS + 1).collect();
    let next = postings.get(POSTINGS).map(|posted| posted.position());
    postings.truncate(POSTINGS);
    let positions: Vec<i64> = postings.iter().map(|posted| posted.position()).collect();
    let order = Order::Descending;
    let stored = event_index::at(state.reads(), seen.tenant, &positions, order).await?.value;
    let stored: HashMap<i64, &Stored> =
        stored.iter().map(|event| (event.position, event)).collect();
    let entries = postings
        .into_iter()
        .filter_map(|posted| entry(seen, posted, stored.get(&posted.position()).copied()));
    Ok((entries.collect(), next))
}

/// A posting as the account sees it: its own first entry heads the others.
fn entry(seen: &Seen, posted: &Posted, stored: Option<&Stored>) -> Option<Entry> {
    let main = seen.account.own(posted).min_by_key(|entry| account::rank(&entry.account))?;
    let heads = |one: &&billfold_projections::journal::EntryRow| {
        seen.account.is_own(one) && one.account == main.account && one.side == main.side
    };
    let sum: i64 = posted.entries.iter().filter(heads).map(|entry| entry.amount).sum();
    let (code, _, more) = KEPT.into_iter().find(|kept| kept.0 == main.account).unwrap_or(KEPT[0]);
    let running = seen.account.balance(code, more, posted.position());
    let line = show::account_line(&main.account, main.side, show::minor(sum, main.currency), None);
    let legs = posted.entries.iter().filter(|one| !heads(one)).map(|leg| {
        let line =
            show::account_line(&leg.account, leg.side, show::minor(leg.amount, leg.currency), None);
        Leg {
            what: leg.detail.as_deref().map_or_else(String::new, detail),
            account: line.name,
            debit: line.debit,
            credit: line.credit,
        }
    });
    Some(Entry {
        day: Day(main.effective_on),
        what: stored.map_or_else(|| "Posting".to_owned(), document),
        href: stored.and_then(|event| show::stream_href(&event.aggregate_type, event.aggregate_id)),
        account: line.name,
        debit: line.debit,
        credit: line.credit,
        running: show::minor(
            running.get(&main.currency).copied().unwrap_or_default(),
            main.currency,
        ),
        position: posted.position(),
        legs: legs.collect(),
    })
}

/// The detail of an entry for people: a kind of product, a tax rate, a way of payment.
pub(crate) fn detail(stored: &str) -> String {
    match stored.split_once('/') {
        Some((country, rate)) if country.len() == 2 => format!("{country} {rate} %"),
        _ => show::gateway(stored),
    }
}

/// What an event is called in a ledger: the document it made, or the money it brought.
pub(crate) fn document(event: &Stored) -> String {
    match show::decoded(event) {
        Some(Event::Invoice(InvoiceEvent::Issued(issued))) => {
            format!("Invoice {}", issued.number.text)
        }
        Some(Event::Invoice(InvoiceEvent::Voided(voided))) => {
            format!("Credit note {}", voided.credit_note.text)
        }
        Some(Event::Payment(PaymentEvent::Settled { gateway, reference, .. })) => {
            let reference = reference.map(|text| format!(", {text}")).unwrap_or_default();
            format!("Payment, {}{reference}", show::gateway(&gateway).to_lowercase())
        }
        Some(Event::Payment(PaymentEvent::Allocated { .. })) => "Payment allocated".to_owned(),
        _ => show::happened(event).0,
    }
}

async fn invoices_of(
    state: &WebState,
    seen: &Seen,
    wishes: &Wishes,
) -> Result<(Vec<InvoiceRow>, super::list::Pager), PageError> {
    let today = state.today(seen.tenant).await?;
    let filter = invoice_list::Filter {
        client: Some(seen.row.client_id),
        ..invoice_list::Filter::on(today)
    };
    let order = (Sort::IssueDate, Order::Descending);
    let wanted = wanted(&wishes.cursor)?;
    let found =
        invoice_list::page(state.reads(), seen.tenant, &filter, order, &wanted).await?.value;
    let mut rows = super::invoices::rows(state, seen.tenant, today, &found.rows).await?;
    if seen.is_past() {
        let mut then = Vec::new();
        for (row, known) in rows.into_iter().zip(&found.rows) {
            then.extend(row_then(state, seen, today, row, known.invoice_id).await?);
        }
        rows = then;
    }
    let href = format!("{PATH}/{}", seen.row.client_id);
    let older = found.next.map(|next| {
        let version = wishes.version.map(|version| version.to_string()).unwrap_or_default();
        let next = next.to_string();
        address(&href, &[("tab", "invoices"), ("version", &version), ("cursor", &next)])
    });
    let text = format!("{} invoices on this page", rows.len());
    Ok((rows, super::list::Pager { text, newer: None, older }))
}

/// An invoice as it stood at the shown version; none if it was not there yet.
async fn row_then(
    state: &WebState,
    seen: &Seen,
    today: NaiveDate,
    row: InvoiceRow,
    id: InvoiceId,
) -> Result<Option<InvoiceRow>, PageError> {
    let events = super::invoice::events_of(state, seen.tenant, id, Then::Position(seen.position));
    let events = events.await?;
    let Some(last) = events.last() else { return Ok(None) };
    let mut invoice = Invoice::default();
    for event in &events {
        if let Some(Event::Invoice(event)) = show::decoded(event) {
            invoice.apply(&event);
        }
    }
    let document = invoice.document();
    Ok(Some(InvoiceRow {
        number: document.map_or_else(|| "Draft".to_owned(), |document| document.number.clone()),
        status: show::status(invoice.status(today)),
        total: document.map_or(row.total, |document| show::money(document.total)),
        balance: document.map_or(row.balance.with_minor(0), |it| show::money(it.balance_due)),
        position: last.position,
        ..row
    }))
}

async fn timeline(
    state: &WebState,
    seen: &Seen,
    actors: &Actors,
) -> Result<Vec<Happened>, PageError> {
    let happened = |event: &Stored, later| {
        let (what, tone) = show::happened(event);
        Happened {
            what,
            at: Moment(event.recorded_at),
            by: actors.name(&event.actor),
            position: event.position,
            tone,
            later,
        }
    };
    let later = seen.account.events_after(state, seen.position, 3).await?;
    let before = seen.account.events_up_to(state, seen.position, HAPPENED).await?;
    let later = later.iter().map(|event| happened(event, true));
    Ok(later.chain(before.iter().map(|event| happened(event, false))).collect())
}

async fn explain(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let seen = Seen::of(&state, &visitor, parse(&id)?, &wishes).await?;
    let (code, label, more) = KEPT[0];
    let currency = seen.row.currency;
    let held = |position| {
        let sums = seen.account.balance(code, more, position);
        show::minor(sums.get(&currency).copied().unwrap_or_default(), currency)
    };
    let moved = |posted: &&Posted| {
        seen.account.own(posted).any(|one| one.account == code && one.currency == currency)
    };
    let postings: Vec<&Posted> = seen.account.postings_up_to(seen.position).filter(moved).collect();
    let folded = postings.len().saturating_sub(PARTS);
    let positions: Vec<i64> = postings.iter().take(PARTS).map(|one| one.position()).collect();
    let order = Order::Ascending;
    let stored = event_index::at(state.reads(), seen.tenant, &positions, order).await?.value;
    let actors = state.names().actors(seen.tenant).await?;
    let parts: Vec<Part> = stored
        .iter()
        .zip(postings.iter().take(PARTS).rev())
        .map(|(event, posted)| {
            let own = seen.account.own(posted);
            let own = own.filter(|one| one.account == code && one.currency == currency);
            let added: i64 = own.map(|one| account::signed(one, more)).sum();
            Part {
                day: Day(event.effective_at.date_naive()),
                what: document(event),
                href: show::stream_href(&event.aggregate_type, event.aggregate_id),
                amount: show::minor(added, currency),
                running: held(event.position),
                rule: format!("rule for {}", event.event_type),
                by: actors.name(&event.actor),
                position: event.position,
            }
        })
        .collect();
    let contact = state.names().contact(seen.tenant, &seen.row).await?;
    let head = head(&state, &seen, contact.as_ref()).await?;
    let total = held(seen.position);
    let explained = Explained {
        shell: visitor.shell(&state, PATH, seen.account.position).await?,
        text: as_text(&head, label, total, &parts),
        head,
        label: label.to_owned(),
        total,
        parts,
        folded: i64::try_from(folded).unwrap_or(i64::MAX),
        cut: seen.account.is_cut(),
    };
    if visitor.partial {
        return Ok(Html(explained.as_explained().render()?).into_response());
    }
    page(&explained)
}

/// The explanation as lines that can be pasted into a ticket.
fn as_text(head: &Head, label: &str, total: Amount, parts: &[Part]) -> String {
    let mut text = format!("{label} of {}: {}\n", head.id.0, total.plain());
    for part in parts {
        text.push_str(&format!(
            "{}  {}  {}  sum {}  event {}\n",
            part.day.plain(),
            part.what,
            part.amount.plain(),
            part.running.plain(),
            part.position
        ));
    }
    text
}

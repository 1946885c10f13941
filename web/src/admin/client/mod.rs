//! One client's account: ledger, invoices and events as they stand, or as they stood at a version
//! or on a day.

mod access;
mod account;
mod actions;
mod explain;
mod keep;
mod ledger;
mod part;
pub(crate) mod personal_data;
pub(crate) mod record;
mod seen;
mod terms;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::client_groups::group_of_client;
use billfold_domain::client::ContactCard;
use billfold_domain::role::Permission;
use billfold_projections::affiliate_list;

use super::confirm::Action;
use super::events::EventRow;
use super::invoices::InvoiceRow;
use super::list::{Pager, address};
use super::subscriptions::{SubscriptionRow, few_of};
use super::timeline::Happened;
use crate::error::PageError;
use crate::layout::Shell;
use crate::names::Actors;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Ident, Moment, grouped};
use crate::visitor::Visitor;
use actions::parse;
use seen::{Seen, Wishes};

pub(crate) use ledger::{detail, document};

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
    /// The views that there are, each with its label.
    pub(crate) tabs: Vec<(&'static str, &'static str)>,
    /// For the ledger tab, newest first.
    pub(crate) ledger: Vec<Entry>,
    /// For the invoices tab.
    pub(crate) invoices: Vec<InvoiceRow>,
    /// For the events tab.
    pub(crate) events: Vec<EventRow>,
    /// Below the list: what is shown, and where the rest is.
    pub(crate) pager: Pager,
    /// Balances at the shown version.
    pub(crate) balances: Vec<Balance>,
    /// Its subscriptions as they stand; none for an older version or without the permission.
    pub(crate) subscriptions: Option<Subscribed>,
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
    /// Active, suspended, inactive, erased.
    pub(crate) status: Badge,
    /// Since when, country, currency, terms.
    pub(crate) facts: Vec<String>,
    /// The code and the page of the affiliate who brought the client, if the reader may see it.
    pub(crate) brought_by: Option<(String, String)>,
    /// Whether there is a picture.
    pub(crate) pictured: bool,
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

/// What the account is subscribed to.
#[derive(Clone, Debug)]
pub(crate) struct Subscribed {
    /// The ones that began last.
    pub(crate) rows: Vec<SubscriptionRow>,
    /// Whether there are more.
    pub(crate) more: bool,
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
/// Events of one page of the events tab.
const EVENTS: usize = 50;
/// Things on the timeline.
const HAPPENED: usize = 12;

/// The account's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/clients/{id}", get(show_account))
        .route("/admin/clients/{id}/balance", get(explain::explain))
        .merge(record::routes())
        .merge(keep::routes())
        .merge(personal_data::routes())
        .merge(part::routes())
        .merge(actions::routes())
        .merge(access::routes())
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
    let mut head = head(&state, &seen, contact.as_ref()).await?;
    if visitor.caller.identity.may(Permission::AffiliatesRead) {
        head.brought_by = brought_by(&state, &seen).await?;
    }
    let actors = state.names().actors(&visitor).await?;
    let tabs = tabs(&visitor);
    let tab = tabs.iter().map(|(tab, _)| *tab).find(|tab| *tab == wishes.tab).unwrap_or("ledger");
    let (mut entries, mut invoices, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let pager = match tab {
        "invoices" => {
            let (rows, pager) = ledger::invoices_of(&state, &seen, &wishes).await?;
            invoices = rows;
            pager
        }
        "events" => {
            let up_to = wishes.before.unwrap_or(i64::MAX).min(seen.position);
            let found = seen.account.events_up_to(&state, up_to, EVENTS + 1).await?;
            events = crate::admin::events::rows(&actors, found.iter().take(EVENTS));
            let next = found.get(EVENTS).map(|event| event.position);
            pager(&head.href, &wishes, events.len(), "events", next)
        }
        _ => {
            let (found, next) = ledger::ledger_of(&state, &seen, wishes.before).await?;
            entries = found;
            pager(&head.href, &wishes, entries.len(), "entries", next)
        }
    };
    let as_of = seen.as_of(&state, compare).await?;
    let may = visitor.meets(Needs::of_own(Permission::SubscriptionsRead));
    let subscriptions = if may && !as_of.past {
        let (rows, more) = few_of(&state, seen.tenant, seen.row.client_id).await?;
        Some(Subscribed { rows, more })
    } else {
        None
    };
    page(&Client {
        shell: visitor.shell(&state, PATH, seen.account.position).await?,
        as_of,
        tab,
        ledger: entries,
        invoices,
        events,
        pager,
        balances: seen.balances(compare),
        subscriptions,
        actions: Action::open(actions::actions(&head.href, seen.row.status), &visitor),
        tabs,
        timeline: timeline(&state, &seen, &actors).await?,
        head,
    })
}

/// What of the account can be seen.
fn tabs(visitor: &Visitor) -> Vec<(&'static str, &'static str)> {
    let mut tabs = vec![("ledger", "Ledger")];
    let may = visitor.meets(Needs::of_own(Permission::InvoicesRead));
    tabs.extend(may.then_some(("invoices", "Invoices")));
    // The API lists events to nobody who reaches own clients only.
    tabs.extend((!visitor.is_of_own_clients()).then_some(("events", "Events")));
    tabs
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
    let group = group_of_client(state.door(), seen.tenant, row.client_id).await?;
    facts.extend(group.map(|(_, group)| format!("group {}", group.name)));
    let id = row.client_id.uuid();
    let (client, _) = state.door().load::<billfold_domain::client::Client>(seen.tenant, id).await?;
    if let (Some(source), Some(id)) = (&row.origin_source, &row.origin_id) {
        facts.push(format!("from {source}, {id}"));
    }
    Ok(Head {
        href: format!("{PATH}/{}", row.client_id),
        name: names.into_iter().next().unwrap_or_default(),
        id: Ident(row.client_id.to_string()),
        status: show::client_status(row.status),
        facts,
        brought_by: None,
        pictured: client.profile().is_some_and(|profile| profile.avatar.is_some()),
        contact: contact.map(contact_lines).unwrap_or_default(),
    })
}

/// Who brought the client.
async fn brought_by(state: &WebState, seen: &Seen) -> Result<Option<(String, String)>, PageError> {
    let client = seen.row.client_id;
    let found = affiliate_list::referred_by(state.reads(), seen.tenant, client).await?.value;
    Ok(found.map(|found| {
        let href = format!("/admin/affiliates/{}", found.affiliate.affiliate_id);
        (found.affiliate.code, href)
    }))
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

fn pager(href: &str, wishes: &Wishes, shown: usize, noun: &str, next: Option<i64>) -> Pager {
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
    Pager {
        text: format!("{} {noun} on this page", grouped(shown.try_into().unwrap_or(u64::MAX))),
        newer: wishes.before.map(|_| pairs("")),
        older: next.map(|next| pairs(&next.to_string())),
    }
}

async fn timeline(
    state: &WebState,
    seen: &Seen,
    actors: &Actors,
) -> Result<Vec<Happened>, PageError> {
    let later = seen.account.events_after(state, seen.position, 3).await?;
    let before = seen.account.events_up_to(state, seen.position, HAPPENED).await?;
    let later = later.iter().map(|event| Happened { later: true, ..Happened::of(event, actors) });
    Ok(later.chain(before.iter().map(|event| Happened::of(event, actors))).collect())
}

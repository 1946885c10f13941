//! Clients: who owes what, newest first, or whoever fits what is typed.
//!
//! The list is swapped as one types or chooses; what was shown stays until the next is there.

use super::list::{address, wanted};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_app::access::holds;
use billfold_app::client_search::{self, SearchError};
use billfold_domain::kernel::{ClientId, StaffId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::client_list::{self, ClientStatus, Filter, Known};
use billfold_projections::{Cursor, Order, Scope, Wanted};
use serde::Deserialize;

use super::list::{Chip, Pager};
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/clients.html", blocks = ["list"])]
pub(crate) struct Clients {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state.
    pub(crate) chips: Vec<Chip>,
    /// The state in force.
    pub(crate) status: String,
    /// The text in force.
    pub(crate) q: String,
    /// The reseller whose clients these are, if they are of one only.
    pub(crate) reseller: String,
    /// What that reseller is called.
    pub(crate) whose: Option<String>,
    /// The rows.
    pub(crate) rows: Vec<ClientRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One client in the list.
#[derive(Clone, Debug)]
pub(crate) struct ClientRow {
    /// Its page.
    pub(crate) href: String,
    /// Name or company; the origin's id where an import brought no name.
    pub(crate) name: String,
    /// The identifier, shortened.
    pub(crate) id: Ident,
    /// Active, suspended, inactive, erased.
    pub(crate) status: Badge,
    /// Two letters, or empty.
    pub(crate) country: String,
    /// What is owed.
    pub(crate) receivable: Amount,
    /// What was paid ahead.
    pub(crate) credit: Amount,
    /// How many invoices were issued.
    pub(crate) invoices: i64,
    /// Registered on.
    pub(crate) since: Day,
    /// The newest event of the account.
    pub(crate) position: i64,
}

/// The list's address.
pub(crate) const PATH: &str = "/admin/clients";

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    q: String,
    reseller: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, Needs::of_own(Permission::ClientsRead))?;
    let tenant = visitor.tenant();
    let status = match wishes.status.as_str() {
        "active" => Some(ClientStatus::Active),
        "suspended" => Some(ClientStatus::Suspended),
        "inactive" => Some(ClientStatus::Inactive),
        "erased" => Some(ClientStatus::Erased),
        _ => None,
    };
    let reseller = match wishes.reseller.as_str() {
        "" => None,
        id => Some(id.parse::<StaffId>().map_err(|_| PageError::NotFound)?),
    };
    let filter = Filter { scope, status, reseller, ..Filter::default() };
    let part = wanted(&wishes.cursor)?;
    let (found, next, position) = match wishes.q.trim() {
        "" => {
            let order = Order::Descending;
            let page = client_list::page(state.reads(), tenant, &filter, order, &part).await?;
            (page.value.rows, page.value.next, page.as_of_position)
        }
        q => sought(&state, tenant, q, &filter, &part).await?,
    };
    // Counted for the whole seller only.
    let counts = match scope {
        Scope::Seller if reseller.is_none() => {
            Some(client_list::counts(state.reads(), tenant).await?.value)
        }
        _ => None,
    };
    let (status, q) = (wishes.status.as_str(), wishes.q.as_str());
    let to = |cursor: &str| {
        let reseller = ("reseller", wishes.reseller.as_str());
        address(PATH, &[("status", status), reseller, ("q", q), ("cursor", cursor)])
    };
    let text = match (q.trim(), &next) {
        ("", _) => format!("{} clients on this page", found.len()),
        (_, None) => format!("{} clients fit", found.len()),
        (_, Some(_)) => format!("{} clients fit so far; older ones were not searched", found.len()),
    };
    let shown = Clients {
        shell: visitor.shell(&state, PATH, position).await?,
        chips: chips(&wishes, counts.as_deref()),
        pager: Pager {
            text,
            newer: (!wishes.cursor.is_empty()).then(|| to("")),
            older: next.map(|next| to(&next.to_string())),
        },
        rows: rows(&state, tenant, &found).await?,
        whose: match reseller {
            None => None,
            Some(_) if !visitor.meets(Needs::of_all(Permission::StaffRead)) => None,
            Some(_) => Some(state.names().person(tenant, reseller).await?.name),
        },
        status: wishes.status.clone(),
        q: wishes.q.clone(),
        reseller: wishes.reseller.clone(),
    };
    if visitor.partial {
        return Ok(Html(shown.as_list().render()?).into_response());
    }
    page(&shown)
}

/// Whoever fits what was typed: the client of an id or of a whole mail address, else everybody
/// whose name, company, address or city holds every word.
async fn sought(
    state: &WebState,
    tenant: TenantId,
    q: &str,
    filter: &Filter,
    part: &Wanted,
) -> Result<(Vec<client_list::ClientRow>, Option<Cursor>, i64), PageError> {
    if let (Some(row), position) = find(state, tenant, filter.scope, q).await? {
        return Ok((vec![row], None, position));
    }
    let reads = (state.door().vault().as_ref(), state.reads());
    let found = client_search::search(reads, tenant, q, filter, part).await;
    let found = found.map_err(|error| match error {
        SearchError::Read(error) => PageError::from(error),
        SearchError::Vault(error) => error.into(),
    })?;
    Ok((found.value.rows, found.value.next, found.as_of_position))
}

/// The client within a scope that somebody looks for: by id, by mail address, or by the id of an
/// import.
pub(crate) async fn find(
    state: &WebState,
    tenant: TenantId,
    scope: Scope,
    q: &str,
) -> Result<(Option<client_list::ClientRow>, i64), PageError> {
    let known = if let Ok(id) = q.parse::<ClientId>() {
        Known::Id(id)
    } else if q.contains('@') {
        Known::Email(state.door().vault().email_index(tenant, q, state.now()).await?)
    } else {
        let (source, id) = q.split_once(['/', ':']).unwrap_or((IMPORTED, q));
        Known::Origin(source.to_owned(), id.to_owned())
    };
    let found = client_list::find(state.reads(), tenant, &known).await?;
    let row = match found.value {
        Some(row) if holds(state.door(), tenant, scope, row.client_id).await? => Some(row),
        _ => None,
    };
    Ok((row, found.as_of_position))
}

/// The source of purchases that were imported, when somebody types no source.
const IMPORTED: &str = billfold_app::imports::purchases::SOURCE;

fn chips(wishes: &Wishes, counts: Option<&[(ClientStatus, i64)]>) -> Vec<Chip> {
    let count = |wanted: Option<ClientStatus>| {
        let of = counts?.iter().filter(|(known, _)| wanted.is_none_or(|wanted| wanted == *known));
        Some(of.map(|(_, count)| count).sum())
    };
    let chip = |label: &str, word: &str, wanted| Chip {
        label: label.to_owned(),
        count: count(wanted),
        href: address(PATH, &[("status", word), ("reseller", &wishes.reseller), ("q", &wishes.q)]),
        on: wishes.status == word,
    };
    vec![
        chip("All", "", None),
        chip("Active", "active", Some(ClientStatus::Active)),
        chip("Suspended", "suspended", Some(ClientStatus::Suspended)),
        chip("Inactive", "inactive", Some(ClientStatus::Inactive)),
        chip("Erased", "erased", Some(ClientStatus::Erased)),
    ]
}

/// Clients as rows, with their names and what they owe.
pub(super) async fn rows(
    state: &WebState,
    tenant: TenantId,
    found: &[client_list::ClientRow],
) -> Result<Vec<ClientRow>, PageError> {
    let names = state.names().of_rows(tenant, found).await?;
    let ids: Vec<ClientId> = found.iter().map(|row| row.client_id).collect();
    let balances = client_list::balances(state.reads(), tenant, &ids).await?.value;
    Ok(found
        .iter()
        .zip(names)
        .map(|(row, name)| {
            let own = |balance: &&client_list::ClientBalanceRow| {
                balance.client_id == row.client_id && balance.currency == row.currency
            };
            let balance = balances.iter().find(own);
            let sum = |value: fn(&client_list::ClientBalanceRow) -> i64| {
                show::minor(balance.map_or(0, value), row.currency)
            };
            ClientRow {
                href: format!("{PATH}/{}", row.client_id),
                name,
                id: Ident(show::short_id(&row.client_id.to_string())),
                status: show::client_status(row.status),
                country: row.country.map_or_else(String::new, |country| country.name().to_owned()),
                receivable: sum(|balance| balance.receivable),
                credit: sum(|balance| balance.credit.saturating_add(balance.unapplied)),
                invoices: balance.map_or(0, |balance| balance.invoices),
                since: Day(row.registered_at.date_naive()),
                position: balance.map_or(row.last_position, |balance| {
                    balance.last_position.max(row.last_position)
                }),
            }
        })
        .collect())
}

/// Codes and names as choices, sorted by name.
pub(crate) fn choices<'a>(
    codes: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> =
        codes.map(|(code, name)| (code.to_owned(), format!("{name} ({code})"))).collect();
    choices.sort_by(|a, b| a.1.cmp(&b.1));
    choices
}

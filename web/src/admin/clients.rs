//! Clients: who owes what, newest or largest first; and the form for a new one.

use super::list::{address, wanted};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::clients::RegisterClient;
use billfold_domain::client::{Address, ContactCard};
use billfold_domain::kernel::{ClientId, Country, Currency, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::client_list::{self, ClientList, ClientStatus, Filter, Known};
use billfold_projections::{Order, Projection as _};
use serde::Deserialize;

use super::list::{Chip, Pager};
use crate::form::Field;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/clients.html")]
pub(crate) struct Clients {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state.
    pub(crate) chips: Vec<Chip>,
    /// The state in force.
    pub(crate) status: String,
    /// The text in force.
    pub(crate) q: String,
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
    /// Active, suspended, erased.
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

/// The form for a new client.
#[derive(Debug, Template)]
#[template(path = "admin/client/new.html")]
pub(crate) struct NewClient {
    /// The frame.
    pub(crate) shell: Shell,
    /// Goes along as `key`, so that a second click is answered from the receipt.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name, company, mail, phone.
    pub(crate) who: Vec<Field>,
    /// Lines, city, state, postal code, country.
    pub(crate) address: Vec<Field>,
    /// Currency of the account.
    pub(crate) books: Vec<Field>,
}

const PATH: &str = "/admin/clients";

/// The list's and the form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/clients/new", get(blank).post(register))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    q: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ClientsRead)?;
    let tenant = visitor.tenant();
    let status = match wishes.status.as_str() {
        "active" => Some(ClientStatus::Active),
        "suspended" => Some(ClientStatus::Suspended),
        "erased" => Some(ClientStatus::Erased),
        _ => None,
    };
    let (found, next, position) = match wishes.q.trim() {
        "" => {
            let filter = Filter { status, ..Filter::default() };
            let wanted = wanted(&wishes.cursor)?;
            let order = Order::Descending;
            let page = client_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
            (page.value.rows, page.value.next, page.as_of_position)
        }
        q => {
            let (row, position) = find(&state, tenant, q).await?;
            (row.into_iter().collect(), None, position)
        }
    };
    let counts = client_list::counts(state.reads(), tenant).await?.value;
    let older = next
        .map(|next| address(PATH, &[("status", &wishes.status), ("cursor", &next.to_string())]));
    let newer = (!wishes.cursor.is_empty()).then(|| address(PATH, &[("status", &wishes.status)]));
    page(&Clients {
        shell: visitor.shell(&state, PATH, position).await?,
        chips: chips(&wishes.status, &counts),
        pager: Pager { text: format!("{} clients on this page", found.len()), newer, older },
        rows: rows(&state, tenant, &found).await?,
        status: wishes.status,
        q: wishes.q,
    })
}

/// The client that somebody looks for: by id, by mail address, or by the id of an import.
pub(crate) async fn find(
    state: &WebState,
    tenant: TenantId,
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
    Ok((found.value, found.as_of_position))
}

/// The source of purchases that were imported, when somebody types no source.
const IMPORTED: &str = billfold_app::imports::purchases::SOURCE;

fn chips(status: &str, counts: &[(ClientStatus, i64)]) -> Vec<Chip> {
    let all = counts.iter().map(|(_, count)| count).sum();
    let chip = |label: &str, word: &str, count| Chip {
        label: label.to_owned(),
        count: Some(count),
        href: address(PATH, &[("status", word)]),
        on: status == word,
    };
    let of = |wanted| counts.iter().find(|(known, _)| *known == wanted).map_or(0, |(_, n)| *n);
    vec![
        chip("All", "", all),
        chip("Active", "active", of(ClientStatus::Active)),
        chip("Suspended", "suspended", of(ClientStatus::Suspended)),
        chip("Erased", "erased", of(ClientStatus::Erased)),
    ]
}

async fn rows(
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

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), new_key(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    key: String,
    wrong: &Wrong,
) -> Result<NewClient, PageError> {
    state.must(visitor, Permission::ClientsWrite)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let field = |name: &str, label: &str, kind, known_as| {
        let pointer = match name {
            "name" | "company" | "email" | "phone" | "vat_id" => format!("contact/{name}"),
            other => format!("contact/address/{other}"),
        };
        Field::input(name, label, kind)
            .with(sent.one(name))
            .known_as(known_as)
            .wrong(wrong.of(&pointer))
    };
    let countries = Country::all().map(|country| (country.code(), country.name()));
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let chosen = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
    let country = sent.some("country").unwrap_or_else(|| settings.country.code().to_owned());
    Ok(NewClient {
        shell: visitor.shell(state, PATH, head).await?,
        key,
        error: wrong.whole.clone(),
        who: vec![
            field("name", "Name", "text", "name").required(),
            field("company", "Company", "text", "organization"),
            field("email", "Mail address", "email", "email"),
            field("phone", "Phone", "tel", "tel"),
            field("vat_id", "VAT number", "text", "off")
                .hint("Without blanks, such as DE123456789"),
        ],
        address: vec![
            field("line1", "Street and number", "text", "address-line1"),
            field("line2", "Second line", "text", "address-line2"),
            field("postal_code", "Postal code", "text", "postal-code"),
            field("city", "City", "text", "address-level2"),
            field("state", "State or province", "text", "address-level1"),
            Field::choice("country", "Country", choices(countries))
                .with(country)
                .known_as("country")
                .wrong(wrong.of("country")),
        ],
        books: vec![
            Field::choice("currency", "Billed in", choices(currencies))
                .with(chosen)
                .wrong(wrong.of("currency")),
        ],
    })
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

async fn register(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ClientsWrite)?;
    let key = fields.key()?;
    let mut wrong = Wrong::default();
    let country = Country::parse(fields.one("country"));
    let currency = Currency::parse(fields.one("currency"));
    if let Err(error) = &country {
        wrong.at("country", error.to_string());
    }
    if let Err(error) = &currency {
        wrong.at("currency", error.to_string());
    }
    if let (Ok(country), Ok(currency)) = (country, currency) {
        let command = RegisterClient {
            client_id: None,
            contact: contact(&fields, country),
            country: None,
            currency: Some(currency),
            origin: None,
        };
        match state.command(visitor.ask(&key, command), &[ClientList::NAME]).await {
            Ok((done, seen)) => {
                let to = format!("{PATH}/{}", done.answer.client_id);
                return Ok(go(&address(&to, &[("done", seen.word("client"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &fields, new_key(), &wrong).await?)
}

fn contact(fields: &Fields, country: Country) -> ContactCard {
    let (first, last) = (fields.some("first_name"), fields.some("last_name"));
    let name = fields.some("name");
    let name = name.unwrap_or_else(|| ContactCard::full_name(first.as_deref(), last.as_deref()));
    ContactCard {
        name,
        first_name: first,
        last_name: last,
        company: fields.some("company"),
        email: fields.some("email"),
        phone: fields.some("phone"),
        vat_id: fields.some("vat_id"),
        address: Address {
            line1: fields.some("line1"),
            line2: fields.some("line2"),
            city: fields.some("city"),
            state: fields.some("state"),
            postal_code: fields.some("postal_code"),
            country: Some(country),
        },
    }
}

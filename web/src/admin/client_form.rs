//! The form for a new client, in a dialog or on a page of its own; and the fields of a contact.
//!
//! Guarantees: what is typed is checked by the rules of the domain as it is typed, and again when
//! it is sent; nothing that was left empty is called wrong before that. Absent on purpose: rules.

use super::clients::{PATH, choices};
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::Refused;
use billfold_app::access::holds;
use billfold_app::commands::clients::{RegisterClient, RegisterClientOfReseller};
use billfold_domain::client::{Address, ContactCard};
use billfold_domain::kernel::{Country, Currency};
use billfold_domain::role::Permission;
use billfold_projections::client_list::{self, ClientList, Known};
use billfold_projections::{Projection as _, Scope};

/// The form for a new client.
#[derive(Debug, Template)]
#[template(path = "admin/client/new.html", blocks = ["ask", "fields"])]
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

const NEW: &str = "/admin/clients/new";

/// The form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(NEW, get(blank).post(register))
        .route("/admin/clients/new/check", post(check))
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    let form = form(&state, &visitor, &Fields::default(), new_key(), &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_ask().render()?).into_response());
    }
    page(&form)
}

/// What is wrong with what was typed so far.
async fn check(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let mut wrong = Wrong::default();
    let country = Country::parse(fields.one("country")).ok();
    if let Err(invalid) = contact(&fields, country).check() {
        let refused = Refused::of(&invalid.under("contact"));
        let all = Wrong::from_error(refused.into())?;
        for pointer in NAMES.map(pointer) {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let told = all.of(&format!("contact/{pointer}"));
            if !told.is_empty() && fields.some(name).is_some() {
                wrong.at(format!("contact/{pointer}"), told);
            }
        }
    }
    if let Some(email) = fields.some("email").filter(|_| wrong.of("contact/email").is_empty()) {
        let tenant = visitor.tenant();
        let index = state.door().vault().email_index(tenant, &email, state.now()).await?;
        let known = client_list::find(state.reads(), tenant, &Known::Email(index)).await?;
        let scope = state.must_scope(&visitor, NEEDS)?;
        if let Some(row) = known.value
            && holds(state.door(), tenant, scope, row.client_id).await?
        {
            wrong.at("contact/email", "belongs to another client");
        }
    }
    let form = form(&state, &visitor, &fields, fields.one("key").to_owned(), &wrong).await?;
    Ok(Html(form.as_fields().render()?).into_response())
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    key: String,
    wrong: &Wrong,
) -> Result<NewClient, PageError> {
    state.must_scope(visitor, NEEDS)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let chosen = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
    let known = ContactCard {
        address: Address { country: Some(settings.country), ..Address::default() },
        ..ContactCard::default()
    };
    let mut who = card_fields(sent, &known, wrong, "contact");
    let address = who.split_off(WHO);
    Ok(NewClient {
        shell: visitor.shell(state, PATH, head).await?,
        key,
        error: wrong.whole.clone(),
        who,
        address,
        books: vec![
            Field::choice("currency", "Billed in", choices(currencies))
                .with(chosen)
                .wrong(wrong.of("currency")),
        ],
    })
}

/// Whom a reseller registers is theirs.
const NEEDS: Needs = Needs::of_own(Permission::ClientsWrite);
/// How many fields say who somebody is; the others say where.
const WHO: usize = 7;
const NAMES: [&str; 13] = [
    "name",
    "first_name",
    "last_name",
    "company",
    "email",
    "phone",
    "vat_id",
    "line1",
    "line2",
    "postal_code",
    "city",
    "state",
    "country",
];

/// Where a field stands in a contact.
fn pointer(name: &str) -> String {
    let who = NAMES.iter().take(WHO).any(|known| *known == name);
    if who { name.to_owned() } else { format!("address/{name}") }
}

/// The fields of a contact as it is known, or as it was typed; refusals name them below `prefix`.
pub(crate) fn card_fields(
    sent: &Fields,
    known: &ContactCard,
    wrong: &Wrong,
    prefix: &str,
) -> Vec<Field> {
    let typed = sent.holds("name") || sent.holds("email");
    let field = |name: &str, label: &str, kind, known_as, known: Option<&str>| {
        let known = if typed { "" } else { known.unwrap_or_default() };
        Field::input(name, label, kind)
            .with(sent.some(name).unwrap_or_else(|| known.to_owned()))
            .known_as(known_as)
            .wrong(wrong.of(&format!("{prefix}/{}", pointer(name))))
    };
    let place = &known.address;
    let country = place.country.map_or("", Country::code);
    let none = (String::new(), "Unknown".to_owned());
    let countries = choices(Country::all().map(|country| (country.code(), country.name())));
    let countries = std::iter::once(none).chain(countries).collect();
    vec![
        field("name", "Name", "text", "name", Some(&known.name))
            .hint("Empty: made of first and last name"),
        field("first_name", "First name", "text", "given-name", known.first_name.as_deref()),
        field("last_name", "Last name", "text", "family-name", known.last_name.as_deref()),
        field("company", "Company", "text", "organization", known.company.as_deref()),
        field("email", "Mail address", "email", "email", known.email.as_deref()),
        field("phone", "Phone", "tel", "tel", known.phone.as_deref()),
        field("vat_id", "VAT number", "text", "off", known.vat_id.as_deref())
            .hint("Without blanks, such as DE123456789"),
        field("line1", "Street and number", "text", "address-line1", place.line1.as_deref()),
        field("line2", "Second line", "text", "address-line2", place.line2.as_deref()),
        field("postal_code", "Postal code", "text", "postal-code", place.postal_code.as_deref()),
        field("city", "City", "text", "address-level2", place.city.as_deref()),
        field("state", "State or province", "text", "address-level1", place.state.as_deref()),
        Field::choice("country", "Country", countries)
            .with(sent.some("country").unwrap_or_else(|| country.to_owned()))
            .known_as("country")
            .wrong(wrong.of("country")),
    ]
}

async fn register(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let scope = state.must_scope(&visitor, NEEDS)?;
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
            contact: contact(&fields, Some(country)),
            country: None,
            currency: Some(currency),
            origin: None,
        };
        let read = [ClientList::NAME];
        let done = match scope {
            Scope::ClientsOf(reseller) => {
                let theirs = RegisterClientOfReseller { register: command, reseller };
                state.command(visitor.ask(&key, theirs), &read).await
            }
            _ => state.command(visitor.ask(&key, command), &read).await,
        };
        match done {
            Ok((done, seen)) => {
                let to = format!("{PATH}/{}", done.answer.client_id);
                return Ok(go(&address(&to, &[("done", seen.word("client"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &fields, new_key(), &wrong).await?)
}

/// The contact that a form says.
pub(crate) fn contact(fields: &Fields, country: Option<Country>) -> ContactCard {
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
            country,
        },
    }
}

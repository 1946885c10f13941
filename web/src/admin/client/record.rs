//! What is kept about a client: further contacts, notes of staff, the seller's own fields; each
//! opened for the page that shows it, and for nothing else.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::vault::field;
use billfold_domain::client::{Client, ContactPerson, CustomField, CustomValues};
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::role::Permission;
use billfold_domain::tenant::Tenant;
use billfold_projections::{audit_log, client_list, client_note_list};

use super::personal_data::HeldRecords;
use super::{contact_lines, parse};
use crate::admin::confirm::Action;
use crate::admin::deed;
use crate::error::PageError;
use crate::layout::Shell;
use crate::names::Actors;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Day, Ident, Moment};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/client/record.html")]
pub(crate) struct Record {
    /// The frame.
    pub(crate) shell: Shell,
    /// The client's page.
    pub(crate) href: String,
    /// Name or company.
    pub(crate) name: String,
    /// Letters in the place of a picture.
    pub(crate) initials: String,
    /// Whether there is a picture.
    pub(crate) pictured: bool,
    /// The identifier.
    pub(crate) id: Ident,
    /// Active, suspended, inactive, erased.
    pub(crate) status: Badge,
    /// Label and value of every field a client has.
    pub(crate) profile: Vec<(&'static str, String)>,
    /// Label and value of the seller's own fields.
    pub(crate) custom: Vec<(String, String)>,
    /// By number.
    pub(crate) contacts: Vec<Contact>,
    /// Newest first.
    pub(crate) notes: Vec<Note>,
    /// What is kept by law, and what was asked for.
    pub(crate) data: HeldRecords,
    /// Add a contact, write a note, set the fields.
    pub(crate) actions: Vec<Action>,
}

/// A further contact.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    /// What the person is asked about.
    pub(crate) kinds: Vec<String>,
    /// Name, address, mail, phone.
    pub(crate) lines: Vec<String>,
    /// Change and remove, while the client is not erased.
    pub(crate) actions: Vec<Action>,
}

/// A note.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// What was noted.
    pub(crate) text: String,
    /// Who wrote it.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Moment,
    /// Its event.
    pub(crate) position: i64,
    /// Where it is taken away.
    pub(crate) remove: String,
}

const PATH: &str = "/admin/clients";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/clients/{id}/record", get(show_record))
}

/// Where this page is.
pub(super) fn href(client: ClientId) -> String {
    format!("{PATH}/{client}/record")
}

async fn show_record(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (id, tenant) = (parse(&id)?, visitor.tenant());
    state.must_hold(&visitor, Needs::of_own(Permission::ClientsRead), id).await?;
    let known = client_list::Known::Id(id);
    let found = client_list::find(state.reads(), tenant, &known).await?;
    let row = found.value.ok_or(PageError::NotFound)?;
    let (client, _) = state.door().load::<Client>(tenant, id.uuid()).await?;
    let names = state.names().of_rows(tenant, std::slice::from_ref(&row)).await?;
    let name = names.into_iter().next().unwrap_or_default();
    let actors = state.names().actors(&visitor).await?;
    let may = visitor.meets(Needs::of_own(Permission::ClientsWrite)) && client.profile().is_some();
    let base = format!("{PATH}/{id}");
    let hands_out = visitor.caller.identity.may(Permission::ClientsErase);
    page(&Record {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        initials: initials(&name),
        pictured: client.profile().is_some_and(|profile| profile.avatar.is_some()),
        name,
        id: Ident(id.to_string()),
        status: show::client_status(row.status),
        profile: profile(&state, tenant, &row).await?,
        custom: custom(&state, tenant, &client).await?,
        contacts: contacts(&state, tenant, (id, &client), may).await?,
        notes: notes(&state, tenant, id, &actors).await?,
        data: HeldRecords::of(&state, tenant, id, hands_out).await?,
        actions: if may { super::keep::actions(&base) } else { Vec::new() },
        href: base,
    })
}

/// The first letters of the first and the last word.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

async fn profile(
    state: &WebState,
    tenant: TenantId,
    row: &client_list::ClientRow,
) -> Result<Vec<(&'static str, String)>, PageError> {
    let card = state.names().contact(tenant, row).await?.unwrap_or_default();
    let client = billfold_domain::kernel::Actor::Client(row.client_id);
    let signed_in = audit_log::last_sign_in(state.reads(), tenant, &client).await?;
    let text = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let day = |at: chrono::DateTime<chrono::Utc>| Day(at.date_naive()).plain();
    let country = card.address.country.or(row.country);
    Ok(vec![
        ("Name", text(Some(card.name).filter(|name| !name.is_empty()))),
        ("First name", text(card.first_name)),
        ("Last name", text(card.last_name)),
        ("Company", text(card.company)),
        ("Mail address", text(card.email)),
        ("Phone", text(card.phone)),
        ("VAT number", text(card.vat_id)),
        ("Street and number", text(card.address.line1)),
        ("Second line", text(card.address.line2)),
        ("Postal code", text(card.address.postal_code)),
        ("City", text(card.address.city)),
        ("State or province", text(card.address.state)),
        ("Country", text(country.map(|country| country.name().to_owned()))),
        ("Billed in", row.currency.code().to_owned()),
        ("Registered", day(row.registered_at)),
        ("Last sign-in", signed_in.map_or_else(|| "Never".to_owned(), day)),
    ])
}

/// The seller's fields with what was answered; an answer whose field is gone stands last.
async fn custom(
    state: &WebState,
    tenant: TenantId,
    client: &Client,
) -> Result<Vec<(String, String)>, PageError> {
    let CustomValues(mut values) = values(state, tenant, client).await?;
    let mut told: Vec<(String, String)> = fields(state, tenant)
        .await?
        .into_iter()
        .map(|field| {
            let value = values.remove(&field.key).unwrap_or_else(|| "–".to_owned());
            (field.label, value)
        })
        .collect();
    told.extend(values);
    Ok(told)
}

/// What the seller asks of its clients.
pub(super) async fn fields(
    state: &WebState,
    tenant: TenantId,
) -> Result<Vec<CustomField>, PageError> {
    let (seller, _) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    Ok(seller.profile().map(|profile| profile.custom_fields.clone()).unwrap_or_default())
}

/// What a client answered; nothing once erased.
pub(super) async fn values(
    state: &WebState,
    tenant: TenantId,
    client: &Client,
) -> Result<CustomValues, PageError> {
    let sealed = client.profile().and_then(|profile| profile.custom_fields.as_ref());
    let Some(sealed) = sealed else { return Ok(CustomValues::default()) };
    let vault = state.door().vault();
    let opened = vault.open(tenant, field::CLIENT_CUSTOM_FIELDS, sealed).await?;
    Ok(opened.clear().unwrap_or_default())
}

async fn contacts(
    state: &WebState,
    tenant: TenantId,
    (id, client): (ClientId, &Client),
    may: bool,
) -> Result<Vec<Contact>, PageError> {
    let contacts: &[ContactPerson] = client.profile().map_or(&[], |profile| &profile.contacts);
    let sealed: Vec<_> = contacts.iter().map(|contact| &contact.person).collect();
    let opened = state.door().vault().open_all(tenant, field::CLIENT_PERSON, &sealed).await?;
    let shown = contacts.iter().zip(opened).filter_map(|(contact, person)| {
        let base = format!("{}/{id}.{}", super::part::PAGE, contact.no);
        Some(Contact {
            kinds: contact.kinds.iter().map(|kind| show::words(kind.word())).collect(),
            lines: contact_lines(&person.clear()?),
            actions: if may { super::part::of_contact(&base) } else { Vec::new() },
        })
    });
    Ok(shown.collect())
}

async fn notes(
    state: &WebState,
    tenant: TenantId,
    client: ClientId,
    actors: &Actors,
) -> Result<Vec<Note>, PageError> {
    let rows = client_note_list::of_client(state.reads(), tenant, client).await?.value;
    let sealed: Vec<_> =
        rows.iter().filter_map(|row| row.text.as_ref().map(|text| &text.0)).collect();
    let opened = state.door().vault().open_all(tenant, field::CLIENT_NOTE, &sealed).await?;
    let shown = rows.iter().zip(opened).filter_map(|(row, text)| {
        let base = format!("{}/{client}.{}", super::part::PAGE, row.note_no);
        Some(Note {
            text: text.clear()?,
            by: actors.name(&row.author),
            at: Moment(row.written_at),
            position: row.last_position,
            remove: deed::action(super::part::Verb::RemoveNote, &base, "Remove", "trash-2").href,
        })
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("northwind"), "N");
        assert_eq!(initials("émile ñandú"), "ÉÑ");
        assert_eq!(initials(""), "");
    }
}

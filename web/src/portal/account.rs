//! A client's own contact details. The country of taxes and the tax number stay: the seller changes
//! those.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::clients::ChangeClientContact;
use billfold_app::vault::field;
use billfold_domain::client::{Client, ContactCard};
use billfold_domain::kernel::Country;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;

use super::{Guest, Room, Sent};
use crate::admin::client_form::{card_fields, contact};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::{go, page, refused};
use crate::state::WebState;

const PATH: &str = "/portal/account";

/// The page.
#[derive(Debug, Template)]
#[template(path = "portal/account.html")]
pub(crate) struct Account {
    /// The frame.
    pub(crate) room: Room,
    /// Goes along as `key`.
    pub(crate) key: String,
    /// The version that is changed.
    pub(crate) seen: i64,
    /// What is wrong with the whole.
    pub(crate) error: String,
    /// Who, and where.
    pub(crate) fields: Vec<Field>,
}

/// The page's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(show).post(change))
}

/// What is known of the client: contact, country of taxes, version.
async fn known(
    state: &WebState,
    guest: &Guest,
) -> Result<(ContactCard, Option<Country>, i64), PageError> {
    let (client, version) =
        state.door().load::<Client>(guest.tenant(), guest.client.uuid()).await?;
    let profile = client.profile().ok_or(PageError::NotFound)?;
    let vault = state.door().vault();
    let card = vault.open(guest.tenant(), field::CLIENT_CONTACT, &profile.contact).await?.clear();
    Ok((card.ok_or(PageError::NotFound)?, profile.country, version))
}

async fn form(
    state: &WebState,
    guest: &Guest,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Account, PageError> {
    let (card, _, seen) = known(state, guest).await?;
    let mut fields = card_fields(sent, &card, wrong, "contact");
    fields.retain(|field| field.name != "vat_id");
    let room = guest.room(state, PATH).await?;
    Ok(Account { room, key: new_key(), seen, error: wrong.whole.clone(), fields })
}

async fn show(State(state): State<WebState>, guest: Guest) -> Result<Response, PageError> {
    page(&form(&state, &guest, &Fields::default(), &Wrong::default()).await?)
}

async fn change(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let key = fields.key()?;
    let seen = fields.one("seen").parse::<i64>().map_err(|_| PageError::NotFound)?;
    let (card, country, _) = known(&state, &guest).await?;
    let mut wrong = Wrong::default();
    let place = match fields.some("country").map(|code| Country::parse(&code)).transpose() {
        Ok(place) => place,
        Err(error) => {
            wrong.at("country", error.to_string());
            None
        }
    };
    let new = ContactCard { vat_id: card.vat_id, ..contact(&fields, place) };
    if new.email.is_none() {
        wrong.at("contact/email", "keep a mail address: it is the one you sign in with");
    }
    if wrong.is_none() {
        let command = ChangeClientContact { client_id: guest.client, contact: new, country };
        let ask = guest.ask(&key, command).expect(seen);
        match state.command(ask, &[ClientList::NAME]).await {
            Ok((_, seen)) => return Ok(go(&address(PATH, &[("done", seen.word("details-own"))]))),
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &guest, &fields, &wrong).await?)
}

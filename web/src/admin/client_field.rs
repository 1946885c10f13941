//! The client that a form is about: asked for, and found again by what was typed.

use billfold_domain::kernel::ClientId;
use billfold_projections::client_list::{self, Filter};
use billfold_projections::{Order, Scope, Wanted};
use serde::Deserialize;

use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::state::WebState;
use crate::visitor::Visitor;

/// Clients offered in the list; others are named by id or mail address.
const OFFERED: u32 = 200;

/// Whom the address of a form is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    /// Id, mail address or the id of an import; empty if the form asks.
    pub(crate) client: String,
}

/// The client, picked from the list of clients within a scope where it is short enough to be read,
/// else named.
pub(crate) async fn ask(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
    chosen: &str,
) -> Result<Field, PageError> {
    let tenant = visitor.tenant();
    let status = Some(client_list::ClientStatus::Active);
    let filter = Filter { scope, status, ..Filter::default() };
    let wanted = Wanted { limit: OFFERED, ..Wanted::default() };
    let order = Order::Descending;
    let found = client_list::page(state.reads(), tenant, &filter, order, &wanted).await?.value;
    if found.next.is_some() || found.rows.is_empty() {
        let field = Field::input("client", "Client", "text").with(chosen).required();
        return Ok(field.hint("Id, mail address, or the id of an import"));
    }
    let names = state.names().of_rows(tenant, &found.rows).await?;
    let mut options: Vec<(String, String)> =
        found.rows.iter().map(|row| row.client_id.to_string()).zip(names).collect();
    options.sort_by(|a, b| a.1.cmp(&b.1));
    options.insert(0, (String::new(), "Choose a client".to_owned()));
    Ok(Field::choice("client", "Client", options).with(chosen).required())
}

/// The client within a scope that a field names.
pub(crate) async fn named(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
    text: &str,
) -> Result<Option<ClientId>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    let (found, _) = super::clients::find(state, visitor.tenant(), scope, text).await?;
    Ok(found.map(|row| row.client_id))
}

/// The client within a scope that a field names; that there is none is noted.
pub(crate) async fn read(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
    text: &str,
    wrong: &mut Wrong,
) -> Result<Option<ClientId>, PageError> {
    let client = named(state, visitor, scope, text).await?;
    if client.is_none() {
        wrong.at("client", "no client has this id or mail address");
    }
    Ok(client)
}

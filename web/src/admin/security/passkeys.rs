//! One's own passkeys. They are added by a script of ours, since only a browser speaks to a device.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::OwnPasskey;
use uuid::Uuid;

use super::PATH;
use super::proved::Removal;
use crate::error::PageError;
use crate::form::Field;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::{Posted, Visitor};

/// A passkey.
#[derive(Clone, Debug)]
pub(crate) struct PasskeyLine {
    /// Where removing it is asked for.
    pub(crate) remove: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// When it was added.
    pub(crate) created: Moment,
    /// When it opened the account last.
    pub(crate) used: Option<Moment>,
}

impl PasskeyLine {
    pub(super) fn of(own: OwnPasskey) -> PasskeyLine {
        PasskeyLine {
            remove: format!("{PATH}/passkeys/{}/remove", own.id),
            name: own.name,
            created: Moment(own.created_at),
            used: own.last_used_at.map(Moment),
        }
    }
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/security/passkeys/{id}/remove", get(ask).post(remove))
}

/// What adding one asks for.
pub(crate) fn fields() -> Vec<Field> {
    let name = Field::input("passkey_name", "Name of the device", "text").required();
    let proof = super::secret("password", "Password", "current-password");
    vec![name, Field { name: "passkey_proof".to_owned(), ..proof }]
}

/// The question about one of one's own passkeys.
async fn removal(state: &WebState, visitor: &Visitor, id: Uuid) -> Result<Removal, PageError> {
    let own = state.access().own_passkeys(&visitor.caller.identity).await?;
    let passkey = own.into_iter().find(|own| own.id == id).ok_or(PageError::NotFound)?;
    Ok(Removal {
        title: format!("Remove the passkey {}?", passkey.name),
        action: format!("{PATH}/passkeys/{id}/remove"),
        done: "passkey-removed",
        verb: "Remove",
    })
}

async fn ask(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    let id: Uuid = id.parse().map_err(|_| PageError::NotFound)?;
    removal(&state, &visitor, id).await?.ask(&state, &visitor).await
}

async fn remove(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let id: Uuid = id.parse().map_err(|_| PageError::NotFound)?;
    let removal = removal(&state, &visitor, id).await?;
    let (caller, proof) = (&visitor.caller, fields.secret("proof"));
    let tried = state.access().remove_passkey(&caller.identity, (id, &proof), &caller.origin);
    removal.answer(&state, &visitor, tried.await).await
}

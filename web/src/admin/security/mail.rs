//! Whether the mail address of one's own account is proved, and proving it.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use billfold_app::access::{AccessError, Secret};

use super::{PATH, Wrongs, again, told};
use crate::admin::list::address;
use crate::error::PageError;
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::{Posted, Visitor};

/// What the page says of the address.
#[derive(Clone, Debug)]
pub(crate) struct MailCard {
    /// Since when it is proved.
    pub(crate) since: Option<Moment>,
    /// Whether a code can be sent.
    pub(crate) sends: bool,
    /// The code.
    pub(crate) fields: Vec<Field>,
    /// Why the last try was refused.
    pub(crate) error: String,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/security/mail/send", post(send))
        .route("/admin/security/mail/verify", post(verify))
}

pub(super) async fn card(
    state: &WebState,
    visitor: &Visitor,
    error: String,
) -> Result<MailCard, PageError> {
    let since = state.access().address_proved_since(&visitor.caller.identity).await?;
    Ok(MailCard {
        since: since.map(Moment),
        sends: state.access().sends_mail(),
        fields: fields(),
        error,
    })
}

/// What proving the address asks for.
pub(crate) fn fields() -> Vec<Field> {
    let code = Field::input("code", "Code out of the mail", "text").known_as("one-time-code");
    vec![Field { name: "address_code".to_owned(), ..code.required() }]
}

async fn send(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, .. } = posted;
    let caller = &visitor.caller;
    match state.access().send_address_code(&caller.identity, &caller.origin).await {
        Ok(()) => Ok(go(&address(PATH, &[("done", "address-code")]))),
        Err(error) => refused(&state, &visitor, error).await,
    }
}

async fn verify(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (caller, code) = (&visitor.caller, Secret::new(fields.one("address_code")));
    match state.access().prove_address(&caller.identity, &code, &caller.origin).await {
        Ok(()) => Ok(go(&address(PATH, &[("done", "address-proved")]))),
        Err(AccessError::WrongCode) => {
            let mail = "The code is not right, or was used before. Ask for another.".to_owned();
            again(&state, &visitor, Wrongs { mail, ..Wrongs::default() }).await
        }
        Err(error) => refused(&state, &visitor, error).await,
    }
}

async fn refused(
    state: &WebState,
    visitor: &Visitor,
    error: AccessError,
) -> Result<Response, PageError> {
    let mail = told(error)?;
    again(state, visitor, Wrongs { mail, ..Wrongs::default() }).await
}

//! Setting up the second step of a sign-in, and taking it away.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::access::{AccessError, Secret};

use super::qr::{Picture, picture};
use super::{PATH, Wrongs, again, code, told};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::REFUSED;
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The secret that waits for its first code.
#[derive(Debug, Template)]
#[template(path = "admin/security/set_up.html")]
pub(crate) struct SetUp {
    /// The frame.
    pub(crate) shell: Shell,
    /// What an authenticator reads.
    pub(crate) picture: Picture,
    /// The same to be typed.
    pub(crate) secret: String,
    /// The first code.
    pub(crate) fields: Vec<Field>,
    /// Why it was refused.
    pub(crate) error: String,
}

/// The codes that are shown once.
#[derive(Debug, Template)]
#[template(path = "admin/security/recovery_codes.html")]
pub(crate) struct RecoveryCodes {
    /// The frame.
    pub(crate) shell: Shell,
    /// The codes.
    pub(crate) codes: Vec<String>,
}

const SET_UP: &str = "/admin/security/second-step";

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(SET_UP, get(set_up).post(enrol))
        .route("/admin/security/second-step/confirm", post(confirm))
        .route("/admin/security/second-step/remove", post(remove))
        .route("/admin/security/second-step/renew", post(renew))
}

async fn enrol(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (caller, proof) = (&visitor.caller, fields.secret("proof"));
    let made = state.access().enrol_second_factor(&caller.identity, &proof, &caller.origin).await;
    match made {
        Ok(_) => Ok(go(SET_UP)),
        Err(error) => {
            let factor = told(error)?;
            again(&state, &visitor, Wrongs { factor, ..Wrongs::default() }).await
        }
    }
}

async fn set_up(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    match form(&state, &visitor, String::new()).await? {
        Some(form) => page(&form),
        None => Ok(go(PATH)),
    }
}

/// Nothing when no secret waits.
async fn form(
    state: &WebState,
    visitor: &Visitor,
    error: String,
) -> Result<Option<SetUp>, PageError> {
    let waits = state.access().proposed_second_factor(&visitor.caller.identity).await;
    let enrolment = match waits {
        Ok(enrolment) => enrolment,
        Err(AccessError::NoSecondFactor) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let head = *state.operations().head().borrow();
    Ok(Some(SetUp {
        shell: visitor.shell(state, PATH, head).await?,
        picture: picture(enrolment.uri.reveal())?,
        secret: grouped(enrolment.secret.reveal()),
        fields: vec![code("Code that the authenticator shows now")],
        error,
    }))
}

/// By fours, as people read letters to each other.
pub(crate) fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

async fn confirm(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (caller, code) = (&visitor.caller, Secret::new(fields.one("code")));
    let done = state.access().confirm_second_factor(&caller.identity, &code, &caller.origin).await;
    match done {
        Ok(codes) => shown(&state, &visitor, &codes).await,
        Err(error) => match form(&state, &visitor, told(error)?).await? {
            Some(form) => Ok((REFUSED, Html(form.render()?)).into_response()),
            None => Ok(go(PATH)),
        },
    }
}

async fn renew(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (caller, code) = (&visitor.caller, Secret::new(fields.one("renewal")));
    let done = state.access().renew_recovery_codes(&caller.identity, &code, &caller.origin).await;
    match done {
        Ok(codes) => shown(&state, &visitor, &codes).await,
        Err(error) => {
            let factor = told(error)?;
            again(&state, &visitor, Wrongs { factor, ..Wrongs::default() }).await
        }
    }
}

/// The only page that ever shows them.
async fn shown(
    state: &WebState,
    visitor: &Visitor,
    codes: &[Secret],
) -> Result<Response, PageError> {
    let head = *state.operations().head().borrow();
    page(&RecoveryCodes {
        shell: visitor.shell(state, PATH, head).await?,
        codes: codes.iter().map(|code| code.reveal().to_owned()).collect(),
    })
}

async fn remove(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (caller, code) = (&visitor.caller, Secret::new(fields.one("code")));
    let done = state.access().remove_second_factor(&caller.identity, &code, &caller.origin).await;
    match done {
        Ok(()) => Ok(go(&address(PATH, &[("done", "second-step-off")]))),
        Err(error) => {
            let factor = told(error)?;
            again(&state, &visitor, Wrongs { factor, ..Wrongs::default() }).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_secret_is_read_by_fours() {
        assert_eq!(grouped("GEZDGNBVGY3TQ"), "GEZD GNBV GY3T Q");
    }
}

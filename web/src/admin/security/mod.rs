//! One's own account: its password, its second step, and where it is signed in.
//!
//! Nobody needs a permission for what is their own.

mod links;
mod mail;
mod passkeys;
mod profile;
mod proved;
mod qr;
mod second_factor;
mod sessions;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use billfold_app::access::{AccessError, SecondFactor};

use super::list::address;
use super::timeline::{self, Happened};
use crate::error::PageError;
use crate::fields::{REFUSED, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

pub(crate) use links::LinkLine;
pub(crate) use mail::{MailCard, fields as mail_fields};
pub(crate) use passkeys::PasskeyLine;
#[cfg(test)]
pub(crate) use passkeys::fields as passkey_fields;
pub(crate) use qr::{Picture, picture};
pub(crate) use second_factor::grouped;
#[cfg(test)]
pub(crate) use second_factor::{RecoveryCodes, SetUp};
pub(crate) use sessions::SessionLine;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/security/page.html")]
pub(crate) struct Security {
    /// The frame.
    pub(crate) shell: Shell,
    /// Whether the seller demands the second step before anything else.
    pub(crate) demanded: bool,
    /// Old and new password.
    pub(crate) password: Vec<Field>,
    /// Why the new password was refused.
    pub(crate) password_error: String,
    /// The second step, if there is one.
    pub(crate) factor: Option<Factor>,
    /// What setting it up or taking it away asks for.
    pub(crate) factor_fields: Vec<Field>,
    /// What new recovery codes ask for.
    pub(crate) renew_fields: Vec<Field>,
    /// Why that was refused.
    pub(crate) factor_error: String,
    /// Where this account is signed in.
    pub(crate) sessions: Vec<SessionLine>,
    /// Devices that open the account.
    pub(crate) passkeys: Vec<PasskeyLine>,
    /// What adding one asks for.
    pub(crate) passkey_fields: Vec<Field>,
    /// Identity providers that open the account.
    pub(crate) links: Vec<LinkLine>,
    /// Whether the mail address is proved.
    pub(crate) mail: MailCard,
    /// What happened at the door of this account.
    pub(crate) timeline: Vec<Happened>,
}

/// A second step that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    /// Since when.
    pub(crate) since: crate::view::Moment,
    /// Recovery codes that were not used.
    pub(crate) codes_left: u32,
}

const PATH: &str = "/admin/security";

/// What was refused, and why.
#[derive(Default)]
struct Wrongs {
    password: String,
    factor: String,
    mail: String,
}

/// The page's and the forms' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(show))
        .route("/admin/security/password", post(change_password))
        .merge(sessions::routes())
        .merge(mail::routes())
        .merge(links::routes())
        .merge(passkeys::routes())
        .merge(profile::routes())
        .merge(second_factor::routes())
}

async fn show(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&of(&state, &visitor, Wrongs::default()).await?)
}

async fn of(state: &WebState, visitor: &Visitor, wrongs: Wrongs) -> Result<Security, PageError> {
    let who = &visitor.caller.identity;
    let factor = state.access().second_factor(who).await?;
    let sessions = state.access().own_sessions(who).await?;
    let passkeys = state.access().own_passkeys(who).await?;
    let links = state.access().own_links(who).await?;
    let stream = state.access().own_sign_ins(who).await?;
    let head = *state.operations().head().borrow();
    Ok(Security {
        shell: visitor.shell(state, PATH, head).await?,
        demanded: who.is_restricted(),
        password: vec![
            secret("old_password", "Password so far", "current-password"),
            secret("password", "New password", "new-password").hint("10 to 256 characters"),
        ],
        password_error: wrongs.password,
        factor_fields: factor_fields(factor.is_some()),
        renew_fields: renew_fields(),
        factor: factor.map(Factor::of),
        factor_error: wrongs.factor,
        sessions: sessions.iter().map(|own| SessionLine::at(PATH, own)).collect(),
        passkeys: passkeys.into_iter().map(PasskeyLine::of).collect(),
        passkey_fields: passkeys::fields(),
        links: links.into_iter().map(LinkLine::of).collect(),
        mail: mail::card(state, visitor, wrongs.mail).await?,
        timeline: timeline::of(state, visitor, "sign_in", stream.uuid()).await?,
    })
}

impl Factor {
    pub(crate) fn of(factor: SecondFactor) -> Factor {
        Factor { since: crate::view::Moment(factor.since), codes_left: factor.codes_left }
    }
}

/// What is asked for before the second step is set up, or taken away.
pub(crate) fn factor_fields(set_up: bool) -> Vec<Field> {
    if set_up {
        return vec![code("Code of the authenticator, or a recovery code")];
    }
    vec![Field { name: "proof".to_owned(), ..secret("password", "Password", "current-password") }]
}

/// What new recovery codes ask for.
pub(crate) fn renew_fields() -> Vec<Field> {
    let code = code("Code of the authenticator, for new recovery codes");
    vec![Field { name: "renewal".to_owned(), ..code }]
}

pub(crate) fn code(label: &'static str) -> Field {
    Field::input("code", label, "text").known_as("one-time-code").required()
}

pub(crate) fn secret(name: &'static str, label: &'static str, known: &'static str) -> Field {
    Field::input(name, label, "password").known_as(known).required()
}

/// The page again with what was refused.
async fn again(state: &WebState, visitor: &Visitor, wrongs: Wrongs) -> Result<Response, PageError> {
    let mut response = page(&of(state, visitor, wrongs).await?)?;
    *response.status_mut() = REFUSED;
    Ok(response)
}

/// What a person can mend, as a sentence.
pub(crate) fn told(error: AccessError) -> Result<String, PageError> {
    match error {
        AccessError::WrongPassword
        | AccessError::WrongCode
        | AccessError::Slowed { .. }
        | AccessError::SecondFactorExists
        | AccessError::NoSecondFactor
        | AccessError::NoMail
        | AccessError::AskedTooOften { .. }
        | AccessError::Malformed { .. } => Ok(sentence(&error.to_string())),
        other => Err(other.into()),
    }
}

async fn change_password(
    State(state): State<WebState>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (old, new) = (fields.secret("old_password"), fields.secret("password"));
    let caller = &visitor.caller;
    let done = state.access().change_password(&caller.identity, &old, &new, &caller.origin).await;
    match done {
        Ok(()) => Ok(go(&address(PATH, &[("done", "password")]))),
        Err(error) => {
            let password = told(error)?;
            again(&state, &visitor, Wrongs { password, ..Wrongs::default() }).await
        }
    }
}

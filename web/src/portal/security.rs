//! A client's password, second step and sessions: the deeds of staff about their own account, in
//! the rooms of clients.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::access::{AccessError, Secret};
use billfold_domain::kernel::SessionId;

use super::{Guest, Room, Sent};
use crate::admin::list::address;
use crate::admin::security::{
    Factor, MailCard, Picture, SessionLine, code, factor_fields, grouped, mail_fields, picture,
    renew_fields, secret, told,
};
use crate::error::PageError;
use crate::fields::REFUSED;
use crate::form::Field;
use crate::router::{go, page};
use crate::state::WebState;
use crate::view::Moment;

const PATH: &str = "/portal/security";
const SET_UP: &str = "/portal/security/second-step";

/// The page.
#[derive(Debug, Template)]
#[template(path = "portal/security.html")]
pub(crate) struct Security {
    /// The frame.
    pub(crate) room: Room,
    /// Old and new password.
    pub(crate) password: Vec<Field>,
    /// The second step, if there is one.
    pub(crate) factor: Option<Factor>,
    /// What setting it up or taking it away asks for.
    pub(crate) factor_fields: Vec<Field>,
    /// What new recovery codes ask for.
    pub(crate) renew_fields: Vec<Field>,
    /// Whether the mail address is proved.
    pub(crate) mail: MailCard,
    /// Why something was refused.
    pub(crate) error: String,
    /// Where this account is signed in.
    pub(crate) sessions: Vec<SessionLine>,
}

/// The secret that waits for its first code, or the codes that are shown once.
#[derive(Debug, Template)]
#[template(path = "portal/second_step.html")]
pub(crate) struct SecondStep {
    /// The frame.
    pub(crate) room: Room,
    /// What an authenticator reads, and the same to be typed.
    pub(crate) secret: Option<(Picture, String)>,
    /// The first code.
    pub(crate) fields: Vec<Field>,
    /// Why it was refused.
    pub(crate) error: String,
    /// Recovery codes, once the step counts.
    pub(crate) codes: Vec<String>,
}

/// The addresses.
pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(show))
        .route("/portal/security/password", post(change_password))
        .route(SET_UP, get(set_up).post(enrol))
        .route("/portal/security/second-step/confirm", post(confirm))
        .route("/portal/security/second-step/remove", post(remove))
        .route("/portal/security/second-step/renew", post(renew))
        .route("/portal/security/mail/send", post(send_code))
        .route("/portal/security/mail/verify", post(prove_address))
        .route("/portal/security/sessions/{id}/end", post(end_one))
        .route("/portal/security/sessions/end-others", post(end_others))
}

async fn show(State(state): State<WebState>, guest: Guest) -> Result<Response, PageError> {
    page(&of(&state, &guest, String::new()).await?)
}

async fn of(state: &WebState, guest: &Guest, error: String) -> Result<Security, PageError> {
    let who = &guest.caller.identity;
    let factor = state.access().second_factor(who).await?;
    let sessions = state.access().own_sessions(who).await?;
    Ok(Security {
        room: guest.room(state, PATH).await?,
        password: vec![
            secret("old_password", "Password so far", "current-password"),
            secret("password", "New password", "new-password").hint("10 to 256 characters"),
        ],
        factor_fields: factor_fields(factor.is_some()),
        renew_fields: renew_fields(),
        factor: factor.map(Factor::of),
        mail: mail_card(state, guest).await?,
        error,
        sessions: sessions.iter().map(|own| SessionLine::at(PATH, own)).collect(),
    })
}

async fn mail_card(state: &WebState, guest: &Guest) -> Result<MailCard, PageError> {
    let since = state.access().address_proved_since(&guest.caller.identity).await?;
    Ok(MailCard {
        since: since.map(Moment),
        sends: state.access().sends_mail(),
        fields: mail_fields(),
        error: String::new(),
    })
}

/// The page again with what was refused, or where it leads.
async fn after<T>(
    state: &WebState,
    guest: &Guest,
    outcome: Result<T, AccessError>,
    to: String,
) -> Result<Response, PageError> {
    let Err(error) = outcome else { return Ok(go(&to)) };
    let mut response = page(&of(state, guest, told(error)?).await?)?;
    *response.status_mut() = REFUSED;
    Ok(response)
}

fn done(word: &'static str) -> String {
    address(PATH, &[("done", word)])
}

async fn change_password(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (old, new) = (fields.secret("old_password"), fields.secret("password"));
    let caller = &guest.caller;
    let outcome =
        state.access().change_password(&caller.identity, &old, &new, &caller.origin).await;
    after(&state, &guest, outcome, done("password")).await
}

async fn enrol(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (caller, proof) = (&guest.caller, fields.secret("proof"));
    let made = state.access().enrol_second_factor(&caller.identity, &proof, &caller.origin).await;
    after(&state, &guest, made, SET_UP.to_owned()).await
}

async fn set_up(State(state): State<WebState>, guest: Guest) -> Result<Response, PageError> {
    match form(&state, &guest, String::new()).await? {
        Some(form) => page(&form),
        None => Ok(go(PATH)),
    }
}

/// Nothing when no secret waits.
async fn form(
    state: &WebState,
    guest: &Guest,
    error: String,
) -> Result<Option<SecondStep>, PageError> {
    let enrolment = match state.access().proposed_second_factor(&guest.caller.identity).await {
        Ok(enrolment) => enrolment,
        Err(AccessError::NoSecondFactor) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let secret = (picture(enrolment.uri.reveal())?, grouped(enrolment.secret.reveal()));
    Ok(Some(SecondStep {
        room: guest.room(state, PATH).await?,
        secret: Some(secret),
        fields: vec![code("Code that the authenticator shows now")],
        error,
        codes: Vec::new(),
    }))
}

async fn confirm(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (caller, code) = (&guest.caller, Secret::new(fields.one("code")));
    match state.access().confirm_second_factor(&caller.identity, &code, &caller.origin).await {
        Ok(codes) => shown(&state, &guest, &codes).await,
        Err(error) => match form(&state, &guest, told(error)?).await? {
            Some(form) => Ok((REFUSED, Html(form.render()?)).into_response()),
            None => Ok(go(PATH)),
        },
    }
}

/// The only page that ever shows them.
async fn shown(state: &WebState, guest: &Guest, codes: &[Secret]) -> Result<Response, PageError> {
    page(&SecondStep {
        room: guest.room(state, PATH).await?,
        secret: None,
        fields: Vec::new(),
        error: String::new(),
        codes: codes.iter().map(|code| code.reveal().to_owned()).collect(),
    })
}

async fn renew(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (caller, code) = (&guest.caller, Secret::new(fields.one("renewal")));
    match state.access().renew_recovery_codes(&caller.identity, &code, &caller.origin).await {
        Ok(codes) => shown(&state, &guest, &codes).await,
        refused => after(&state, &guest, refused, PATH.to_owned()).await,
    }
}

async fn send_code(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, .. } = sent;
    let caller = &guest.caller;
    let outcome = state.access().send_address_code(&caller.identity, &caller.origin).await;
    after(&state, &guest, outcome, done("address-code")).await
}

async fn prove_address(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (caller, code) = (&guest.caller, Secret::new(fields.one("address_code")));
    let outcome = state.access().prove_address(&caller.identity, &code, &caller.origin).await;
    after(&state, &guest, outcome, done("address-proved")).await
}

async fn remove(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let Sent { guest, fields } = sent;
    let (caller, code) = (&guest.caller, Secret::new(fields.one("code")));
    let outcome =
        state.access().remove_second_factor(&caller.identity, &code, &caller.origin).await;
    after(&state, &guest, outcome, PATH.to_owned()).await
}

async fn end_one(
    State(state): State<WebState>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let id: SessionId = id.parse().map_err(|_| PageError::NotFound)?;
    let caller = &sent.guest.caller;
    // One that is gone already is what was asked for.
    state.access().end_own(&caller.identity, id, &caller.origin).await?;
    Ok(go(&done("session-ended")))
}

async fn end_others(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let caller = &sent.guest.caller;
    state.access().end_others(&caller.identity, &caller.origin).await?;
    Ok(go(&done("sessions-ended")))
}

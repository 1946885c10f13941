//! Clients come in: with a password, with a code after it, with an invitation for the first time,
//! or by registering where the seller lets anybody do so (API-010, PRT-01).
//!
//! Guarantees: the seller is the one that the address names, else the one whose host name it was
//! asked for by, else the oldest.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use billfold_api::auth::{RequestFrom, comes_in};
use billfold_app::access::{AccessError, Attempt, Secret, SignedIn};
use billfold_app::commands::RequestOrigin;
use billfold_app::commands::clients::RegisterClient;
use billfold_domain::client::{Address, ContactCard};
use billfold_domain::kernel::{Country, TenantId};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::guest::PORTAL;
use crate::admin::clients::choices;
use crate::admin::list::address;
use crate::admin::security::{code, secret};
use crate::brand::Branding;
use crate::error::PageError;
use crate::fields::{Fields, REFUSED, Wrong, new_key, sentence};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{cookie, theme_of};

const PATH: &str = "/portal/sign-in";
const CODE: &str = "/portal/sign-in/code";
pub(super) const WELCOME: &str = "/portal/welcome";
pub(super) const FORGOTTEN: &str = "/portal/forgot-password";
const REGISTER: &str = "/portal/register";
/// Proves that the password was right, while the code is looked for.
const FIRST_STEP: &str = "billfold_client_first_step";
/// Ties the form to the browser it was shown to, before there is a session.
const GUARD: &str = "billfold_client_sign_in";

/// The page.
#[derive(Debug, Template)]
#[template(path = "portal/sign_in.html")]
pub(crate) struct Entrance {
    /// Dark or light.
    pub(crate) theme: &'static str,
    /// The seller, if it is known which.
    pub(crate) tenant: String,
    /// The seller's id, as the address named it.
    pub(crate) named: String,
    /// The seller's footer.
    pub(crate) branding: Branding,
    /// Guards the form before there is a session.
    pub(crate) csrf: String,
    /// Where the form goes.
    pub(crate) action: &'static str,
    /// Whether anybody may register with this seller.
    pub(crate) open: bool,
    /// What is asked for.
    pub(crate) fields: Vec<Field>,
    /// Why the last try was refused.
    pub(crate) error: String,
    /// What there is to know before.
    pub(crate) note: String,
}

impl Entrance {
    fn title(&self) -> &'static str {
        match self.action {
            WELCOME => "Set a password",
            FORGOTTEN => "Forgot your password?",
            REGISTER => "Create an account",
            _ => "Sign in",
        }
    }

    fn lead(&self) -> String {
        match self.action {
            WELCOME => format!("With the code that {} gave you or sent you.", self.tenant),
            FORGOTTEN => format!("{} sends a code to your mail address.", self.tenant),
            REGISTER => format!("With {}. You sign in with the mail address.", self.tenant),
            _ => format!("To your account with {}.", self.tenant),
        }
    }

    fn verb(&self) -> &'static str {
        match self.action {
            WELCOME => "Set the password",
            FORGOTTEN => "Send a code",
            REGISTER => "Create the account",
            _ => "Sign in",
        }
    }

    /// What else somebody may want here: label and address.
    fn ways(&self) -> Vec<(&'static str, String)> {
        let way = |label, path| (label, address(path, &[("tenant", &self.named)]));
        let sign_in = way("Sign in", PATH);
        let welcome = way("Set a password with a code", WELCOME);
        let register = self.open.then(|| way("Create an account", REGISTER));
        let forgotten = way("Forgot your password?", FORGOTTEN);
        match self.action {
            PATH => [Some(forgotten), Some(welcome), register].into_iter().flatten().collect(),
            WELCOME => vec![sign_in, forgotten],
            FORGOTTEN => vec![sign_in, welcome],
            REGISTER => vec![sign_in],
            _ => Vec::new(),
        }
    }
}

/// The addresses of coming in.
pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(blank).post(enter))
        .route(CODE, post(second_step))
        .route(WELCOME, get(welcome).post(accept))
        .route(REGISTER, get(newcomer).post(register))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wishes {
    /// The seller.
    pub(super) tenant: String,
    /// Whether a code was just asked for.
    sent: String,
}

/// The same for every address.
const SENT: &str = "If the address has an account, a code is on its way to it.";

/// A form: where it goes and what it asks for.
pub(super) type Asked = (&'static str, Vec<Field>);

async fn blank(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    form(&state, &headers, &wishes.tenant, asked(""), "").await
}

async fn welcome(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let note = if wishes.sent.is_empty() { "" } else { SENT };
    form_with(&state, &headers, &wishes.tenant, asked_first(), ("", note)).await
}

/// The page with a form, and why the last one was refused.
pub(super) async fn form(
    state: &WebState,
    headers: &HeaderMap,
    named: &str,
    asked: Asked,
    error: &str,
) -> Result<Response, PageError> {
    form_with(state, headers, named, asked, (error, "")).await
}

/// The same with what there is to know before.
pub(super) async fn form_with(
    state: &WebState,
    headers: &HeaderMap,
    named: &str,
    (action, fields): Asked,
    (error, note): (&str, &str),
) -> Result<Response, PageError> {
    let guard = new_key();
    let tenant = match seller(state, headers, named).await {
        Some(tenant) => Some(tenant),
        None => state.door().first_seller().await?,
    };
    let settings = match tenant {
        Some(tenant) => state.door().settings(tenant).await.ok(),
        None => None,
    };
    let page = Entrance {
        theme: theme_of(headers).name(),
        tenant: settings.as_ref().map(|all| all.name.clone()).unwrap_or_default(),
        named: named.to_owned(),
        branding: settings.as_deref().map_or_else(Branding::default, Branding::of),
        csrf: guard.clone(),
        action,
        open: settings.as_ref().is_some_and(|all| all.client_registration),
        fields,
        error: error.to_owned(),
        note: note.to_owned(),
    };
    let mut response = Html(page.render()?).into_response();
    if !error.is_empty() {
        *response.status_mut() = REFUSED;
    }
    let cookie = format!("{GUARD}={guard}; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict");
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// The seller that an address names, or whose host name it was asked for by.
pub(super) async fn seller(state: &WebState, headers: &HeaderMap, named: &str) -> Option<TenantId> {
    match named.parse() {
        Ok(tenant) => Some(tenant),
        Err(_) => state.seller_at(headers).await,
    }
}

fn asked(email: &str) -> Asked {
    let email =
        Field::input("email", "Mail address", "email").with(email).known_as("username").required();
    (PATH, vec![email, secret("password", "Password", "current-password")])
}

fn asked_code() -> Asked {
    (CODE, vec![code("Code of your authenticator, or a recovery code")])
}

fn asked_first() -> Asked {
    let invitation =
        Field::input("code", "Code you were given", "text").known_as("one-time-code").required();
    let password = secret("password", "New password", "new-password").hint("10 to 256 characters");
    (WELCOME, vec![invitation, password])
}

/// What is asked of somebody who registers, as far as they said it already.
fn asked_newcomer(sent: &Fields, wrong: &Wrong) -> Asked {
    let line = |name: &str, label: &str, kind: &'static str, known: &'static str| {
        let field = Field::input(name, label, kind).with(sent.one(name)).known_as(known);
        field.wrong(wrong.of(&format!("contact/{name}")))
    };
    let mut countries = vec![(String::new(), "Choose one".to_owned())];
    countries.extend(choices(Country::all().map(|country| (country.code(), country.name()))));
    let country = Field::choice("country", "Country", countries).with(sent.one("country"));
    let password = secret("password", "Password", "new-password").hint("10 to 256 characters");
    let fields = vec![
        line("name", "Your name", "text", "name").required(),
        line("company", "Company", "text", "organization").hint("Leave it empty as a person"),
        line("email", "Mail address", "email", "username").required(),
        country.wrong(wrong.of("contact/address/country")),
        password.wrong(wrong.of("password")),
    ];
    (REGISTER, fields)
}

async fn newcomer(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let asked = asked_newcomer(&Fields::default(), &Wrong::default());
    form(&state, &headers, &wishes.tenant, asked, "").await
}

pub(super) const OUT_OF_DATE: &str = "The form was out of date. Send it again.";

/// Whether the form was shown to this browser.
pub(super) fn is_guarded(headers: &HeaderMap, fields: &Fields) -> bool {
    let guard = cookie(headers, GUARD).unwrap_or_default();
    !guard.is_empty() && bool::from(guard.as_bytes().ct_eq(fields.one("csrf").as_bytes()))
}

async fn enter(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let (email, named) = (fields.one("email"), fields.one("tenant"));
    if !is_guarded(&headers, &fields) {
        return form(&state, &headers, named, asked(email), OUT_OF_DATE).await;
    }
    let password = fields.secret("password");
    let tenant = seller(&state, &headers, named).await;
    let attempt = Attempt { email: email.to_owned(), password, code: None, tenant, origin };
    match state.access().sign_in_client(&attempt).await {
        Ok(signed_in) => come_in(&state, &headers, &signed_in, &attempt.origin).await,
        Err(AccessError::CodeNeeded { challenge }) => {
            let mut response = form(&state, &headers, named, asked_code(), "").await?;
            let kept = first_step(challenge.reveal(), 300)?;
            response.headers_mut().append(header::SET_COOKIE, kept);
            Ok(response)
        }
        Err(error @ (AccessError::NotValid | AccessError::Slowed { .. })) => {
            form(&state, &headers, named, asked(email), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn second_step(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let named = fields.one("tenant");
    let challenge = cookie(&headers, FIRST_STEP).unwrap_or_default();
    if challenge.is_empty() || !is_guarded(&headers, &fields) {
        return form(&state, &headers, named, asked(""), OUT_OF_DATE).await;
    }
    let (challenge, code) = (Secret::new(challenge), Secret::new(fields.one("code")));
    match state.access().second_step_of_client(&challenge, &code, &origin).await {
        Ok(signed_in) => {
            let mut response = come_in(&state, &headers, &signed_in, &origin).await?;
            response.headers_mut().append(header::SET_COOKIE, first_step("", 0)?);
            Ok(response)
        }
        Err(AccessError::NotValid) => form(&state, &headers, named, asked(""), OUT_OF_DATE).await,
        Err(error @ (AccessError::WrongCode | AccessError::Slowed { .. })) => {
            form(&state, &headers, named, asked_code(), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets a password by a code, and leads to the sign-in.
async fn accept(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let named = fields.one("tenant");
    if !is_guarded(&headers, &fields) {
        return form(&state, &headers, named, asked_first(), OUT_OF_DATE).await;
    }
    let (code, password) = (Secret::new(fields.one("code")), fields.secret("password"));
    match state.access().reset_password(&code, &password, &origin).await {
        Ok(()) => Ok(go(&address(PATH, &[("tenant", named)]))),
        Err(AccessError::NotValid) => {
            let error = "The code is not right, or was used, or is too old. Ask for another one.";
            form(&state, &headers, named, asked_first(), error).await
        }
        Err(error @ AccessError::Malformed { .. }) => {
            form(&state, &headers, named, asked_first(), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Registers somebody, and lets them in.
async fn register(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let named = fields.one("tenant");
    let again = async |wrong: &Wrong, error: &str| {
        form(&state, &headers, named, asked_newcomer(&fields, wrong), error).await
    };
    if !is_guarded(&headers, &fields) {
        return again(&Wrong::default(), OUT_OF_DATE).await;
    }
    let Ok(country) = Country::parse(fields.one("country")) else {
        let mut wrong = Wrong::default();
        wrong.at("contact/address/country", "choose one of these");
        return again(&wrong, "Choose the country that you are in.").await;
    };
    let tenant = seller(&state, &headers, named).await;
    let password = fields.secret("password");
    let email = fields.one("email").to_owned();
    let newcomer = newcomer_of(&fields, country);
    match state.access().register_client(tenant, newcomer, &password, &origin).await {
        Ok(_) => {}
        Err(AccessError::Malformed { field, detail }) => {
            let mut wrong = Wrong::default();
            wrong.at(field.trim_start_matches('/'), detail);
            return again(&wrong, &sentence(detail)).await;
        }
        Err(AccessError::Door(error)) => {
            let wrong = Wrong::from_error(error)?;
            let marked = ["contact/name", "contact/company", "contact/email"];
            let error = match marked.iter().any(|field| !wrong.of(field).is_empty()) {
                true => "Look at what is marked.",
                false => wrong.whole.as_str(),
            };
            return again(&wrong, error).await;
        }
        Err(error @ AccessError::Slowed { .. }) => {
            return again(&Wrong::default(), &sentence(&error.to_string())).await;
        }
        Err(error) => return Err(error.into()),
    }
    let attempt = Attempt { email, password, code: None, tenant, origin };
    let signed_in = state.access().sign_in_client(&attempt).await?;
    come_in(&state, &headers, &signed_in, &attempt.origin).await
}

fn newcomer_of(fields: &Fields, country: Country) -> RegisterClient {
    let address = Address { country: Some(country), ..Address::default() };
    let contact = ContactCard {
        name: fields.one("name").to_owned(),
        company: fields.some("company"),
        email: fields.some("email"),
        address,
        ..ContactCard::default()
    };
    let country = Some(country);
    RegisterClient { client_id: None, contact, country, currency: None, origin: None }
}

/// The cookie of the first step.
fn first_step(value: &str, seconds: u32) -> Result<HeaderValue, PageError> {
    let text =
        format!("{FIRST_STEP}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict");
    let mut header = HeaderValue::try_from(text).map_err(PageError::bug)?;
    header.set_sensitive(true);
    Ok(header)
}

async fn come_in(
    state: &WebState,
    headers: &HeaderMap,
    signed_in: &SignedIn,
    origin: &RequestOrigin,
) -> Result<Response, PageError> {
    let mut response = go(PORTAL);
    let cookie = comes_in(state.access(), headers, signed_in, origin).await;
    let cookie = cookie.ok_or_else(|| PageError::bug("a session token fits no header"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

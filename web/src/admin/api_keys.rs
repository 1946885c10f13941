//! API keys: which there are, a new one, shown once, and taking one back (AUT-10, ADM-13).
//!
//! Guarantees: the key itself is shown in the answer to the form that made it and nowhere else, and
//! no cache keeps that answer; nobody is offered a scope that they lack.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::{AccessError, ApiKeySummary};
use billfold_domain::api_key::ApiKeyTerms;
use billfold_domain::kernel::ApiKeyId;
use billfold_domain::role::{Permission, Permissions};
use chrono::{DateTime, Utc};

use super::deed::{self, Asked, Deed, Question, Words};
use super::list::day;
use super::roles::by_module;
use super::staff::Tick;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::names::Actors;
use crate::router::{page, refused};
use crate::state::{Seen, WebState};
use crate::view::{Badge, Moment, Tone};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/api-keys";

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/api_key/list.html")]
pub(crate) struct ApiKeys {
    /// The frame.
    pub(crate) shell: Shell,
    /// Newest first.
    pub(crate) rows: Vec<KeyRow>,
}

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct KeyRow {
    /// What people call it.
    pub(crate) name: String,
    /// By which the log names it.
    pub(crate) id: String,
    /// What it may do.
    pub(crate) scopes: String,
    /// Who made it.
    pub(crate) by: String,
    /// When it was made.
    pub(crate) at: Moment,
    /// When it ends or ended; never when absent.
    pub(crate) ends: Option<Moment>,
    /// Whether it opens anything.
    pub(crate) status: Badge,
    /// Where taking it back is asked for; nowhere once it opens nothing.
    pub(crate) revoke: Option<String>,
}

/// The form of a new key.
#[derive(Debug, Template)]
#[template(path = "admin/api_key/form.html")]
pub(crate) struct NewKey {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name and end.
    pub(crate) fields: Vec<Field>,
    /// What it may do, by module.
    pub(crate) modules: Vec<(&'static str, Vec<Tick>)>,
}

/// A key that was just made.
#[derive(Template)]
#[template(path = "admin/api_key/made.html")]
pub(crate) struct MadeKey {
    /// The frame.
    pub(crate) shell: Shell,
    /// What people call it.
    pub(crate) name: String,
    /// What programs send.
    pub(crate) secret: String,
}

impl std::fmt::Debug for MadeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The list's, the form's and the deed's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/api-keys/new", get(blank).post(make))
        .merge(deed::routes::<Verb>())
}

impl KeyRow {
    fn of(key: ApiKeySummary, actors: &Actors, now: DateTime<Utc>) -> KeyRow {
        let (status, valid) = standing(key.revoked_at, key.expires_at, now);
        KeyRow {
            scopes: key.scopes.iter().map(Permission::slug).collect::<Vec<_>>().join(", "),
            by: actors.name(&key.created_by),
            at: Moment(key.created_at),
            ends: key.revoked_at.or(key.expires_at).map(Moment),
            status,
            revoke: valid.then(|| format!("{PATH}/{}/revoke", key.id)),
            id: key.id.to_string(),
            name: key.name,
        }
    }
}

/// How a key stands, and whether it still opens anything.
fn standing(
    revoked_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (Badge, bool) {
    if revoked_at.is_some() {
        (Badge::new(Tone::Red, "Revoked"), false)
    } else if expires_at.is_some_and(|end| end <= now) {
        (Badge::new(Tone::Grey, "Ended"), false)
    } else {
        (Badge::new(Tone::Green, "Valid"), true)
    }
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ApiKeysWrite)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let keys = state.access().list_api_keys(tenant).await?;
    let (actors, now) = (state.names().actors(&visitor).await?, state.now());
    page(&ApiKeys {
        shell: visitor.shell(&state, PATH, head).await?,
        rows: keys.into_iter().map(|key| KeyRow::of(key, &actors, now)).collect(),
    })
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ApiKeysWrite)?;
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewKey, PageError> {
    let head = *state.operations().head().borrow();
    let ticked = scopes(sent);
    let tick = |permission: Permission| Tick {
        value: permission.slug().to_owned(),
        label: permission.description().to_owned(),
        hint: permission.slug().to_owned(),
        on: ticked.allow(permission),
    };
    Ok(NewKey {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: above(wrong),
        fields: fields(sent, wrong),
        modules: by_module(visitor.held().of_all(), tick),
    })
}

/// What a key is called and when it ends.
pub(super) fn fields(sent: &Fields, wrong: &Wrong) -> Vec<Field> {
    let field = |name: &'static str, label: &'static str, kind| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    vec![
        field("name", "Name", "text").required().hint("The program that comes in with it"),
        field("expires_on", "Last day", "date").hint("Empty: until it is revoked"),
    ]
}

/// What is wrong with what no field of its own shows: the scopes, or the whole.
fn above(wrong: &Wrong) -> String {
    let scopes = wrong.of("scopes");
    if scopes.is_empty() { wrong.whole.clone() } else { scopes }
}

fn scopes(sent: &Fields) -> Permissions {
    sent.all("scopes").into_iter().filter_map(Permission::parse).collect()
}

async fn make(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ApiKeysWrite)?;
    let (tenant, name) = (visitor.tenant(), fields.one("name").to_owned());
    let expires_at = match day(fields.one("expires_on"))?.and_then(|last| last.succ_opt()) {
        Some(after) => Some(state.door().settings(tenant).await?.start_of(after)),
        None => None,
    };
    let terms = ApiKeyTerms { name: name.clone(), scopes: scopes(&fields), expires_at };
    let (by, key) = (visitor.caller.by(), fields.key()?);
    let wrong = match state.access().add_api_key(tenant, &by, Some(&key), terms).await {
        Ok((_, secret)) => {
            let head = *state.operations().head().borrow();
            let shell = visitor.shell(&state, PATH, head).await?;
            return page(&MadeKey { shell, name, secret: secret.reveal().to_owned() });
        }
        Err(AccessError::Door(error)) => Wrong::from_error(error)?,
        Err(AccessError::Malformed { detail, .. }) => {
            let mut wrong = Wrong::default();
            wrong.at("expires_on", detail);
            wrong
        }
        Err(error) => return Err(error.into()),
    };
    refused(&form(&state, &visitor, &fields, &wrong).await?)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Revoke,
}

impl Deed for Verb {
    type Id = ApiKeyId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ApiKeysWrite;
    const ALL: &'static [Verb] = &[Verb::Revoke];

    fn words(self) -> Words {
        Words { path: "revoke", button: "Revoke key", done: "api-key-revoked", danger: true }
    }

    fn back(_: &ApiKeyId) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let keys = asked.state.access().list_api_keys(asked.visitor.tenant()).await?;
        let known = keys.into_iter().find(|key| key.id == asked.id && key.revoked_at.is_none());
        let name = known.ok_or(PageError::NotFound)?.name;
        let text = "The program that uses it is refused at once. What it did stays in the log.";
        let title = format!("Revoke {name}?");
        Ok(Question { title, text: text.to_owned(), version: None, fields: Vec::new() })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let by = asked.visitor.caller.by();
        match asked.state.access().revoke_api_key(asked.visitor.tenant(), &by, asked.id).await {
            Ok(true) => Ok(Ok(Seen::Now)),
            Ok(false) => Err(PageError::NotFound),
            Err(AccessError::Door(error)) => Wrong::from_error(error).map(Err),
            Err(error) => Err(error.into()),
        }
    }
}

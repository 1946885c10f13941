//! What the seller asks of its clients beyond what every seller asks: defined and retired on the
//! page of the settings.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tenants::{DefineCustomField, RetireCustomField};
use billfold_domain::client::{CustomField, CustomFieldKind};
use billfold_domain::role::Permission;

use super::confirm::Confirm;
use super::list::address;
use super::settings::PATH as SETTINGS;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// Where a field is defined.
pub(super) const NEW: &str = "/admin/settings/custom-fields/new";

pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(NEW, get(ask).post(define))
        .route("/admin/settings/custom-fields/{key}/retire", get(ask_to_retire).post(retire))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn define(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let choices = fields.one("choices").lines().map(str::trim).filter(|line| !line.is_empty());
    let field = CustomField {
        key: fields.one("custom_key").to_owned(),
        label: fields.one("label").to_owned(),
        kind: CustomFieldKind::parse(fields.one("kind")).unwrap_or(CustomFieldKind::Text),
        choices: choices.map(str::to_owned).collect(),
        required: fields.one("required") == "yes",
    };
    let wrong = match state
        .command(visitor.ask(&fields.key()?, DefineCustomField { field }), &[])
        .await
    {
        Ok((_, seen)) => return Ok(go(&address(SETTINGS, &[("done", seen.word("custom-field"))]))),
        Err(error) => Wrong::from_error(error)?,
    };
    form(&state, &visitor, &fields, &wrong).await?.again()
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    let kinds = CustomFieldKind::ALL.map(|kind| (kind.word().to_owned(), show::words(kind.word())));
    let either = [("no", "No"), ("yes", "Yes")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let fields = vec![
        Field::input("label", "Label", "text")
            .with(sent.one("label"))
            .required()
            .wrong(wrong.of("label")),
        Field::input("custom_key", "Name for machines", "text")
            .with(sent.one("custom_key"))
            .required()
            .hint("Lower case letters, digits, _ and -; a field of that name is replaced")
            .wrong(wrong.of("key")),
        Field::choice("kind", "What may stand in it", kinds.to_vec()).with(sent.one("kind")),
        Field::lines("choices", "Choices", 3)
            .with(sent.one("choices"))
            .hint("For a choice: one a line")
            .wrong(wrong.of("choices")),
        Field::choice("required", "Must be given", either.to_vec()).with(sent.one("required")),
    ];
    let title = "What do you want to know of clients?".to_owned();
    let text = "Answers are sealed under each client's key.".to_owned();
    confirm(state, visitor, wrong, Asked { title, text, action: NEW.to_owned(), fields }).await
}

async fn ask_to_retire(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    retirement(&state, &visitor, &key, &Wrong::default()).await?.ask(visitor.partial)
}

async fn retire(
    State(state): State<WebState>,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let ask = visitor.ask(&fields.key()?, RetireCustomField { key: key.clone() });
    let wrong = match state.command(ask, &[]).await {
        Ok((_, seen)) => {
            let done = seen.word("custom-field-retired");
            return Ok(go(&address(SETTINGS, &[("done", done)])));
        }
        Err(error) => Wrong::from_error(error)?,
    };
    retirement(&state, &visitor, &key, &wrong).await?.again()
}

async fn retirement(
    state: &WebState,
    visitor: &Visitor,
    key: &str,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    let title = format!("Ask no longer for {key}?");
    let text = "Answers that are kept stay until the client's values are set again.".to_owned();
    let action = format!("{SETTINGS}/custom-fields/{key}/retire");
    confirm(state, visitor, wrong, Asked { title, text, action, fields: Vec::new() }).await
}

/// What is asked on the page or in the dialog.
struct Asked {
    title: String,
    text: String,
    action: String,
    fields: Vec<Field>,
}

async fn confirm(
    state: &WebState,
    visitor: &Visitor,
    wrong: &Wrong,
    asked: Asked,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    let head = *state.operations().head().borrow();
    let Asked { title, text, action, fields } = asked;
    Ok(Confirm {
        shell: visitor.shell(state, SETTINGS, head).await?,
        title,
        text,
        danger: fields.is_empty(),
        verb: if fields.is_empty() { "Ask no longer" } else { "Define field" },
        action,
        back: SETTINGS.to_owned(),
        key: new_key(),
        version: String::new(),
        fields,
        error: wrong.whole.clone(),
    })
}

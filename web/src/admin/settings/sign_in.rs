//! Whether a second step is asked of all staff.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::tenants::SetSecondFactor;
use billfold_domain::role::Permission;

use super::{PATH, profile};
use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

const SIGN_IN: &str = "/admin/settings/sign-in";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route(SIGN_IN, get(ask).post(save))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let demanded = fields.one("second_factor") == "all";
    let ask = visitor.ask(&fields.key()?, SetSecondFactor { demanded });
    let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
    match state.command(ask, &[]).await {
        Ok((_, seen)) => Ok(go(&address(PATH, &[("done", seen.word("second-step-demand"))]))),
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            form(&state, &visitor, &fields, &wrong).await?.again()
        }
    }
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    let (profile, version) = profile(state, visitor).await?;
    let head = *state.operations().head().borrow();
    let now = if profile.second_factor { "all" } else { "each" };
    let options = [("each", "Left to each"), ("all", "Asked of everybody")];
    let options = options.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    let value = sent.some("second_factor").unwrap_or_else(|| now.to_owned());
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "How staff sign in".to_owned(),
        text: "Where it is asked of everybody, whoever has no second step may do nothing but set \
               one up, at once. API keys go on."
            .to_owned(),
        action: SIGN_IN.to_owned(),
        back: PATH.to_owned(),
        verb: "Save",
        danger: false,
        key: new_key(),
        version: sent.some("version").unwrap_or_else(|| version.to_string()),
        fields: vec![Field::choice("second_factor", "Second step", options).with(value)],
        error: wrong.whole.clone(),
    })
}

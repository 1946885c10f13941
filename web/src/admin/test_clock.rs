//! The clock of a test seller, moved by hand with what each day on the way brings (SUB-12). A
//! seller who lives in real time has no such page.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tenants::MoveTestClock;
use billfold_app::test_clock;
use billfold_domain::role::Permission;

use super::billing_runs::PATH as RUNS;
use super::confirm::Confirm;
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::view::Day;
use crate::visitor::{Posted, Visitor};

/// The form's address.
pub(super) const PATH: &str = "/admin/billing-runs/test-clock";

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(ask).post(save))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let mut wrong = Wrong::default();
    match day(fields.one("to"))? {
        None => wrong.at("to", "choose a day"),
        Some(day) => {
            let to = state.door().settings(visitor.tenant()).await?.start_of(day);
            let ask = visitor.ask(&fields.key()?, MoveTestClock { to });
            match test_clock::advance(state.door(), state.runs(), ask).await {
                Ok(_) => return Ok(go(&address(RUNS, &[("done", "test-clock")]))),
                Err(error) => wrong = Wrong::from_error(error)?,
            }
        }
    }
    form(&state, &visitor, &fields, &wrong).await?.again()
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let shows = settings.test_clock.ok_or(PageError::NotFound)?;
    let head = *state.operations().head().borrow();
    Ok(Confirm {
        shell: visitor.shell(state, RUNS, head).await?,
        title: "Move the test clock".to_owned(),
        text: format!(
            "It shows {}. On each day that passes, what is due is billed, whoever is late is \
             dunned, what was earned is recognised and gift cards expire. It never goes back.",
            Day(settings.day_of(shows)).plain()
        ),
        action: PATH.to_owned(),
        back: RUNS.to_owned(),
        verb: "Move the clock",
        danger: false,
        key: new_key(),
        version: String::new(),
        fields: vec![
            Field::input("to", "To the beginning of", "date")
                .with(sent.one("to"))
                .required()
                .hint("At most 400 days ahead")
                .wrong(wrong.of("to")),
        ],
        error: wrong.whole.clone(),
    })
}

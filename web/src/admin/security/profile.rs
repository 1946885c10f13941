//! Who one is to colleagues: name and phone number (STF-05).

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::staff::{ChangeStaff, colleague};
use billfold_domain::kernel::StaffId;
use billfold_domain::staff::StaffProfile;

use super::super::confirm::Confirm;
use super::super::list::address;
use super::PATH as BACK;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/security/profile";

/// The form's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(show).post(change))
}

async fn show(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    let (_, known, version) = own(&state, &visitor).await?;
    let StaffProfile { name, phone, .. } = known;
    let pairs = [("name", name), ("phone", phone.unwrap_or_default())];
    let known = Fields::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)).into());
    let asked = form(&state, &visitor, &known, &Wrong::default(), version.to_string()).await?;
    asked.ask(visitor.partial)
}

async fn change(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (staff_id, known, _) = own(&state, &visitor).await?;
    let (name, phone) = (fields.one("name").to_owned(), fields.some("phone"));
    let profile = StaffProfile { name, phone, ..known };
    let ask = visitor.ask(&fields.key()?, ChangeStaff { staff_id, profile });
    let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
    match state.command(ask, &[]).await {
        Ok(_) => {
            state.names().forget(visitor.tenant());
            Ok(go(&address(BACK, &[("done", "profile")])))
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            let version = fields.one("version").to_owned();
            form(&state, &visitor, &fields, &wrong, version).await?.again()
        }
    }
}

async fn own(
    state: &WebState,
    visitor: &Visitor,
) -> Result<(StaffId, StaffProfile, i64), PageError> {
    let id = visitor.staff().ok_or(PageError::NotFound)?;
    let own = colleague(state.door(), visitor.tenant(), id).await?.ok_or(PageError::NotFound)?;
    let version = own.version;
    Ok((id, own.profile.clear().ok_or(PageError::NotFound)?, version))
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
    version: String,
) -> Result<Confirm, PageError> {
    let head = *state.operations().head().borrow();
    let text = |name: &'static str, label: &'static str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    Ok(Confirm {
        shell: visitor.shell(state, BACK, head).await?,
        title: "Your name and phone number".to_owned(),
        text: "Colleagues see them, and they stand beside what you did.".to_owned(),
        action: PATH.to_owned(),
        back: BACK.to_owned(),
        verb: "Save",
        danger: false,
        key: new_key(),
        version,
        fields: vec![
            text("name", "Name", "text").required().known_as("name"),
            text("phone", "Phone", "tel").known_as("tel"),
        ],
        error: wrong.whole.clone(),
    })
}

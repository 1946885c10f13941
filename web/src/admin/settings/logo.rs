//! The seller's logo is sent by a form, or taken away (TEN-02).

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use billfold_app::commands::Ask;
use billfold_app::commands::tenants::SetLogo;
use billfold_domain::role::Permission;
use billfold_domain::tenant::Profile;

use super::branding;
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::{go, refused};
use crate::state::WebState;
use crate::upload::{PictureForm, Uploaded, with_picture};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/settings/branding/logo";

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, with_picture(post(set)))
        .route("/admin/settings/branding/logo/remove", post(remove))
}

/// The form for the logo that is shown now.
pub(super) fn form(visitor: &Visitor, profile: &Profile, version: i64) -> PictureForm {
    PictureForm {
        action: PATH.to_owned(),
        label: "Logo",
        csrf: visitor.caller.identity.csrf_token().unwrap_or_default(),
        key: new_key(),
        remove_key: new_key(),
        version: version.to_string(),
        shown: profile.logo.map(|logo| format!("/brand/logo/{logo}")),
        error: String::new(),
    }
}

async fn set(State(state): State<WebState>, sent: Uploaded) -> Result<Response, PageError> {
    let visitor = sent.visitor.clone();
    state.must(&visitor, Permission::SettingsWrite)?;
    let (key, seen) = (sent.fields.key()?, version(&sent.fields));
    let wrong = match sent.picture() {
        Err(wrong) => wrong,
        Ok(bytes) => {
            let ask = Ask { expect: seen, ..visitor.ask(&key, bytes) };
            match state.pictures().set_logo(ask).await {
                Ok(_) => return Ok(go(&address(branding::PATH, &[("done", "logo")]))),
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    refused(&branding::with_logo(&state, &visitor, &wrong).await?)
}

async fn remove(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let ask = visitor.ask(&fields.key()?, SetLogo { logo: None });
    match state.command(Ask { expect: version(&fields), ..ask }, &[]).await {
        Ok(_) => Ok(go(&address(branding::PATH, &[("done", "logo-gone")]))),
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            refused(&branding::with_logo(&state, &visitor, &wrong).await?)
        }
    }
}

fn version(sent: &Fields) -> Option<i64> {
    sent.one("version").parse().ok()
}

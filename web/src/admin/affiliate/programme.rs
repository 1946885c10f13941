//! The terms of the programme: what an affiliate gets who is approved without own terms (AFF-07).

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tenants::SetAffiliateTerms;
use billfold_domain::role::Permission;
use billfold_domain::tenant::Tenant;

use super::terms;
use crate::admin::affiliates::PATH;
use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

const PROGRAMME: &str = "/admin/affiliates/programme";

/// The form's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PROGRAMME, get(ask).post(save))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let currency = state.door().settings(visitor.tenant()).await?.currency;
    let done = match terms::read(&fields, currency) {
        Ok(terms) => {
            let ask = visitor.ask(&fields.key()?, SetAffiliateTerms { terms });
            state.command(ask, &[]).await.map_err(Wrong::from_error)
        }
        Err(wrong) => Err(Ok(wrong)),
    };
    match done {
        Ok((_, seen)) => Ok(go(&address(PATH, &[("done", seen.word("programme"))]))),
        Err(wrong) => {
            let wrong = wrong?;
            let wrong = if wrong.whole.is_empty() { wrong } else { terms::beside(wrong) };
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
    let tenant = visitor.tenant();
    let (seller, _) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let profile = seller.profile().ok_or(PageError::NotFound)?;
    let head = *state.operations().head().borrow();
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "Terms of the programme".to_owned(),
        text: "Affiliates who are approved from now on get them, unless they have terms of their \
               own. Agreements that stand keep theirs."
            .to_owned(),
        action: PROGRAMME.to_owned(),
        back: PATH.to_owned(),
        verb: "Save terms",
        danger: false,
        key: new_key(),
        version: String::new(),
        fields: terms::fields(sent, wrong, profile.affiliate_terms.as_ref(), profile.currency),
        error: wrong.whole.clone(),
    })
}

//! The secret of an endpoint, shown once; and another one in its place.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::webhook_endpoints::{Turn, TurnEndpoint};
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::role::Permission;
use billfold_domain::webhook_endpoint::WebhookEndpoint;
use billfold_projections::Projection as _;
use billfold_projections::webhook_endpoint_list::WebhookEndpointList;

use super::PATH;
use crate::admin::confirm::Confirm;
use crate::error::PageError;
use crate::fields::{Wrong, new_key};
use crate::layout::Shell;
use crate::router::page;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Template)]
#[template(path = "admin/webhook/secret.html")]
pub(crate) struct SecretPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// The endpoint's page.
    pub(crate) href: String,
    /// What messages are signed with.
    pub(crate) secret: String,
    /// Whether another one signs beside it for a day.
    pub(crate) rotated: bool,
}

impl std::fmt::Debug for SecretPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretPage").field("href", &self.href).finish_non_exhaustive()
    }
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/webhooks/{id}/rotate-secret", get(ask).post(rotate))
}

/// Shows the secret of a number.
pub(super) async fn tell(
    state: &WebState,
    visitor: &Visitor,
    id: WebhookEndpointId,
    secret_no: u32,
) -> Result<Response, PageError> {
    let secret = state.webhooks().secret(visitor.tenant(), id, secret_no).await?;
    let head = *state.operations().head().borrow();
    page(&SecretPage {
        shell: visitor.shell(state, PATH, head).await?,
        href: format!("{PATH}/{id}"),
        secret: secret.reveal().to_owned(),
        rotated: secret_no > 1,
    })
}

async fn ask(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    question(&state, &visitor, id, &Wrong::default()).await?.ask(visitor.partial)
}

async fn rotate(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::WebhooksWrite)?;
    let id: WebhookEndpointId = id.parse().map_err(|_| PageError::NotFound)?;
    let turn = TurnEndpoint { webhook_endpoint_id: id, turn: Turn::RotateSecret };
    let ask = visitor.ask(&fields.key()?, turn);
    let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
    match state.command(ask, &[WebhookEndpointList::NAME]).await {
        Ok((done, _)) => {
            let secret_no = done.answer.secret_no.ok_or(PageError::NotFound)?;
            tell(&state, &visitor, id, secret_no).await
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            question(&state, &visitor, id, &wrong).await?.again()
        }
    }
}

async fn question(
    state: &WebState,
    visitor: &Visitor,
    id: WebhookEndpointId,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::WebhooksWrite)?;
    let (endpoint, version) =
        state.door().load::<WebhookEndpoint>(visitor.tenant(), id.uuid()).await?;
    if !matches!(endpoint, WebhookEndpoint::Registered { .. }) {
        return Err(PageError::NotFound);
    }
    let head = *state.operations().head().borrow();
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "Sign with another secret?".to_owned(),
        text: "The new one is shown once. The old one signs beside it for a day.".to_owned(),
        action: format!("{PATH}/{id}/rotate-secret"),
        back: format!("{PATH}/{id}"),
        verb: "Make a new secret",
        danger: false,
        key: new_key(),
        version: version.to_string(),
        fields: Vec::new(),
        error: wrong.whole.clone(),
    })
}

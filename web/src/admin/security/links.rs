//! The identity providers that open one's own account.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::ProviderLink;
use serde::Deserialize;

use super::proved::Removal;
use crate::admin::list::address;
use crate::error::PageError;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::{Posted, Visitor};

const REMOVE: &str = "/admin/security/links/remove";

/// A provider.
#[derive(Clone, Debug)]
pub(crate) struct LinkLine {
    /// Where unlinking it is asked for.
    pub(crate) remove: String,
    /// Its issuer.
    pub(crate) issuer: String,
    /// Since when it opens the account.
    pub(crate) since: Moment,
    /// When it did last.
    pub(crate) used: Option<Moment>,
}

impl LinkLine {
    pub(super) fn of(link: ProviderLink) -> LinkLine {
        LinkLine {
            remove: href(&link.issuer),
            issuer: link.issuer,
            since: Moment(link.linked_at),
            used: link.last_used_at.map(Moment),
        }
    }
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route(REMOVE, get(ask).post(remove))
}

/// Whose link is to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    issuer: String,
}

fn removal(issuer: &str) -> Result<Removal, PageError> {
    if issuer.is_empty() {
        return Err(PageError::NotFound);
    }
    Ok(Removal {
        title: format!("Unlink {issuer}?"),
        action: href(issuer),
        done: "link-removed",
        verb: "Unlink",
    })
}

fn href(issuer: &str) -> String {
    address(REMOVE, &[("issuer", issuer)])
}

async fn ask(
    State(state): State<WebState>,
    Query(wishes): Query<Wishes>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    removal(&wishes.issuer)?.ask(&state, &visitor).await
}

async fn remove(
    State(state): State<WebState>,
    Query(wishes): Query<Wishes>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let removal = removal(&wishes.issuer)?;
    let (caller, proof) = (&visitor.caller, fields.secret("proof"));
    let link = (wishes.issuer.as_str(), &proof);
    let tried = state.access().unlink_own(&caller.identity, link, &caller.origin).await;
    removal.answer(&state, &visitor, tried).await
}

//! Integrity: the head of the hash chain, the last verification, the signed checkpoints outside the
//! database.

use super::list::address;
use crate::error::PageError;
use crate::operations::{self, Proof};
use crate::router::{go, page};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_domain::role::Permission;

use crate::layout::Shell;
use crate::view::{Ident, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/integrity.html", blocks = ["proof"])]
pub(crate) struct Integrity {
    /// The frame.
    pub(crate) shell: Shell,
    /// The newest position.
    pub(crate) position: i64,
    /// Batches in the chain.
    pub(crate) batches: i64,
    /// The hash of the newest batch.
    pub(crate) head: Ident,
    /// When the newest batch was recorded.
    pub(crate) recorded: Option<Moment>,
    /// The last verification of this process.
    pub(crate) proof: Proof,
    /// Newest first.
    pub(crate) anchors: Vec<Anchor>,
}

/// One signed checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    /// Up to where.
    pub(crate) position: i64,
    /// Its batch.
    pub(crate) batch: i64,
    /// The hash that was signed.
    pub(crate) hash: Ident,
    /// Which key.
    pub(crate) key: Ident,
    /// When.
    pub(crate) at: Moment,
}

const PATH: &str = "/admin/integrity";
/// Checkpoints that are listed.
const ANCHORS: u32 = 20;

/// The page's and the button's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(show_integrity)).route("/admin/integrity/verify", post(verify))
}

async fn show_integrity(
    State(state): State<WebState>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::EventsRead)?;
    let chain = state.operations().chain().await?;
    let anchors = state.operations().anchors(ANCHORS).await?;
    let integrity = Integrity {
        shell: visitor.shell(&state, PATH, chain.position).await?,
        position: chain.position,
        batches: chain.batches,
        head: Ident(chain.hash),
        recorded: chain.recorded_at.map(Moment),
        proof: state.operations().proof(),
        anchors: anchors.into_iter().map(anchor).collect(),
    };
    if visitor.partial {
        return Ok(Html(integrity.as_proof().render()?).into_response());
    }
    page(&integrity)
}

fn anchor(anchor: operations::Anchor) -> Anchor {
    Anchor {
        position: anchor.position,
        batch: anchor.batch,
        hash: Ident(anchor.hash),
        key: Ident(anchor.key),
        at: Moment(anchor.at),
    }
}

async fn verify(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    state.must(&posted.visitor, Permission::OperationsRun)?;
    state.operations().verify();
    Ok(go(&address(PATH, &[("done", "verified")])))
}

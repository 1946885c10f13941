//! Where one's own account is signed in, and ending that.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use billfold_app::access::{OwnSession, SessionKind};
use billfold_domain::kernel::SessionId;

use super::PATH;
use crate::admin::list::address;
use crate::error::PageError;
use crate::router::go;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::Posted;

/// A session.
#[derive(Clone, Debug)]
pub(crate) struct SessionLine {
    /// Where the button that ends it leads.
    pub(crate) end: String,
    /// What holds it.
    pub(crate) kind: &'static str,
    /// Whether it is this one.
    pub(crate) current: bool,
    /// The program it began with.
    pub(crate) agent: String,
    /// The network address it began from.
    pub(crate) address: String,
    /// When it began.
    pub(crate) created: Moment,
    /// When it was used last.
    pub(crate) used: Moment,
}

impl SessionLine {
    /// A session on the page at `path`.
    pub(crate) fn at(path: &str, own: &OwnSession) -> SessionLine {
        let origin = own.origin.as_ref();
        let unknown = || "Unknown".to_owned();
        SessionLine {
            end: format!("{path}/sessions/{}/end", own.id),
            kind: match own.kind {
                SessionKind::Browser => "Browser",
                SessionKind::Program => "Program",
            },
            current: own.current,
            agent: origin.and_then(|origin| origin.user_agent.clone()).unwrap_or_else(unknown),
            address: origin
                .and_then(|origin| origin.address)
                .map_or_else(unknown, |ip| ip.to_string()),
            created: Moment(own.created_at),
            used: Moment(own.last_used_at),
        }
    }
}

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/security/sessions/{id}/end", post(end_one))
        .route("/admin/security/sessions/end-others", post(end_others))
}

async fn end_one(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let id: SessionId = id.parse().map_err(|_| PageError::NotFound)?;
    let caller = &posted.visitor.caller;
    // One that is gone already is what was asked for.
    state.access().end_own(&caller.identity, id, &caller.origin).await?;
    Ok(go(&address(PATH, &[("done", "session-ended")])))
}

async fn end_others(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let caller = &posted.visitor.caller;
    state.access().end_others(&caller.identity, &caller.origin).await?;
    Ok(go(&address(PATH, &[("done", "sessions-ended")])))
}

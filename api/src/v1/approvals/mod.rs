//! What needs a second person: what waits, and what that person says.
//!
//! Guarantees: whoever may ask for such a deed, decide about it or audit it sees what waits; only a
//! person decides, and never about what they asked for themselves. Absent on purpose: asking, which
//! the route of the deed does by itself above a limit.

mod limits;
mod read;
mod write;

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use billfold_app::access::Access;
use billfold_domain::kernel::DeedKind;
use billfold_domain::role::Permission;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Caller;
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_approvals))
        .routes(routes!(read::read_approval))
        .routes(routes!(write::grant_approval))
        .routes(routes!(write::decline_approval))
        .routes(routes!(write::withdraw_approval))
}

/// The limits, below the settings of the seller.
pub(super) fn limits() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(limits::read_approval_limits, limits::set_approval_limits))
}

/// A caller who may ask for a deed, decide about it, or see who did.
pub(super) struct Involved(Caller);

impl<S> FromRequestParts<S> for Involved
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let others = [Permission::ApprovalsDecide, Permission::EventsRead];
        let mut enough = DeedKind::ALL.map(DeedKind::permission).into_iter().chain(others);
        if enough.any(|permission| caller.identity.may(permission)) {
            return Ok(Self(caller));
        }
        let detail = "this needs the permission approvals:decide, or one for what is decided";
        Err(Problem::new(Kind::Forbidden, "permission.missing", detail))
    }
}

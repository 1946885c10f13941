//! A route about a member of staff that they may use for themselves, whatever their permissions.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use billfold_domain::kernel::StaffId;
use billfold_domain::role::Rights;

use super::caller::Caller;
use super::may::{Need, missing};
use crate::problem::Problem;
use crate::receive::path_value;
use crate::state::ApiState;

/// A caller who is the member of staff that the path's `id` names, or may do what `N` names.
pub struct OwnOr<N: Need>(pub Caller, pub StaffId, pub(crate) PhantomData<N>);

impl<N: Need> OwnOr<N> {
    /// What the caller may do, where it is about a colleague.
    #[must_use]
    pub fn held(&self) -> Option<Rights> {
        let own = is_own(&self.0, self.1);
        (!own).then_some(self.0.identity.rights)
    }
}

impl<N: Need> FromRequestParts<ApiState> for OwnOr<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if !caller.identity.may(N::PERMISSION) {
            let id: Result<StaffId, Problem> = path_value(parts, state, "id").await;
            return match id {
                Ok(id) if is_own(&caller, id) => Ok(Self(caller, id, PhantomData)),
                _ => Err(missing::<N>(&caller.identity)),
            };
        }
        Ok(Self(caller, path_value(parts, state, "id").await?, PhantomData))
    }
}

/// Whether the caller is this member of staff, and has set up what the seller demands of everybody.
fn is_own(caller: &Caller, id: StaffId) -> bool {
    let person = caller.identity.person().map(|(staff, _)| staff);
    person == Some(id) && !caller.identity.is_restricted()
}

//! Routes that serve a narrower reach than the whole seller, and say so in their signature.
//!
//! Guarantees: a route that takes [`May`](super::May) stays closed for resellers and clients; one
//! that takes [`Scoped`] gets the scope that its queries need, one that takes [`Within`] is asked
//! for things inside the reach only: anything else is not found, as if there were none.

use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use billfold_app::access::{Belongs, holds};
use billfold_domain::role::Reach;
use billfold_projections::Scope;

use super::caller::Caller;
use super::may::{Need, missing};
use crate::problem::Problem;
use crate::receive::path_value;
use crate::state::ApiState;

/// What `N` needs, on a route that clients themselves may use for their own account.
pub struct Clients<N: Need>(PhantomData<N>);

impl<N: Need> Need for Clients<N> {
    const PERMISSION: billfold_domain::role::Permission = N::PERMISSION;
    const NARROWEST: Reach = Reach::OwnAccount;
}

/// A caller who may do what `N` names, and for whose clients.
pub struct Scoped<N: Need>(pub Caller, pub Scope, pub(crate) PhantomData<N>);

impl<N: Need> FromRequestParts<ApiState> for Scoped<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let scope = caller.identity.scope(N::PERMISSION, N::NARROWEST);
        let scope = scope.ok_or_else(|| missing::<N>(&caller.identity))?;
        Ok(Self(caller, scope, PhantomData))
    }
}

/// A caller who may do what `N` names, to the thing that the path's `id` names.
pub struct Within<N: Need, I>(pub Caller, pub I, pub(crate) PhantomData<N>);

impl<N: Need, I: Belongs + FromStr> FromRequestParts<ApiState> for Within<N, I> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let Scoped(caller, scope, _) = Scoped::<N>::from_request_parts(parts, state).await?;
        let id: I = path_value(parts, state, "id").await?;
        must_hold(state, &caller, scope, id).await?;
        Ok(Self(caller, id, PhantomData))
    }
}

/// Not found, unless a thing that a request names lies within a scope.
pub(crate) async fn must_hold<I: Belongs>(
    state: &ApiState,
    caller: &Caller,
    scope: Scope,
    thing: I,
) -> Result<(), Problem> {
    if holds(state.door(), caller.tenant, scope, thing).await? {
        return Ok(());
    }
    Err(Problem::not_found())
}

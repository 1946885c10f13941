//! A caller who may look after the sellers of the installation.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use billfold_app::access::Access;

use super::caller::{Caller, refused};
use super::may::{May, Need};
use crate::problem::Problem;

/// A caller of the operator of the installation who may do what `N` names. For everybody else there
/// is nothing at the address.
pub struct Operator<N: Need>(pub Caller, pub(crate) PhantomData<N>);

impl<S, N> FromRequestParts<S> for Operator<N>
where
    S: Send + Sync,
    N: Need,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let May(caller, need) = May::<N>::from_request_parts(parts, state).await?;
        let access = Arc::<Access>::from_ref(state);
        if access.operator().await.map_err(refused)? != Some(caller.tenant) {
            return Err(Problem::not_found());
        }
        Ok(Self(caller, need))
    }
}

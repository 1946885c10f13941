//! The id in a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::Problem;

/// The path parameter `id` as `T`. What is no id is not found.
pub struct Ident<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Ident<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "id").await.map(Self)
    }
}

/// The path parameter `name` as `T`.
///
/// # Errors
/// Not found, if it is not there or not a `T`.
pub(crate) async fn path_value<S: Send + Sync, T: FromStr>(
    parts: &mut Parts,
    state: &S,
    name: &str,
) -> Result<T, Problem> {
    let params =
        RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
    let text = params.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    text.and_then(|text| text.parse().ok()).ok_or_else(Problem::not_found)
}

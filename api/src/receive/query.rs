//! The query string, read into a wire type.
//!
//! Guarantees: an unknown parameter is refused where the wire type denies unknown fields, since a
//! filter that is silently dropped answers another question than the one asked.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{FieldError, Problem};

/// The query string as `T`.
pub struct Filter<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Filter<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let reader = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let reason = error.inner().to_string();
        let path = error.path().to_string();
        let name = if path == "." { named_in(&reason).unwrap_or_default() } else { &path };
        let code = if reason.starts_with("unknown field") { "query.unknown" } else { "query.type" };
        Problem::field(FieldError::query(name, code, reason.clone()))
    })
}

fn named_in(reason: &str) -> Option<&str> {
    reason.split('`').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u16>,
        status: Option<String>,
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let page: Page = read("limit=7&status=a%20b").unwrap();
        assert_eq!((page.limit, page.status.as_deref()), (Some(7), Some("a b")));
        for (query, pointer, code) in [
            ("limit=x", "/limit", "query.type"),
            ("limit=99999999", "/limit", "query.type"),
            ("limit=1&limit=2", "/limit", "query.type"),
            ("colour=red", "/colour", "query.unknown"),
        ] {
            let problem = read::<Page>(query).unwrap_err();
            let error = &problem.errors()[0];
            assert_eq!((error.pointer.as_str(), error.code.as_ref()), (pointer, code), "{query}");
        }
    }
}

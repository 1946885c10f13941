//! The query string, read into a wire type.
//!
//! Guarantees: an unknown parameter is refused where the wire type denies unknown fields, since a
//! filter that is silently dropped answers another question than the one asked.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{FieldError, Problem};
use crate::wire::Paging;

/// The query string as `T`.
pub struct Filter<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Filter<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// The query string of a list: its own conditions as `T`, and which part of it is wanted. Split by
/// name, because serde cannot flatten a type into one that denies unknown fields.
pub struct ListOf<T>(pub T, pub Paging);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ListOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

impl<T: DeserializeOwned> ListOf<T> {
    fn read(query: &str) -> Result<Self, Problem> {
        let (part, own): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| {
            let mut names = form_urlencoded::parse(pair.as_bytes()).map(|(name, _)| name);
            names.next().is_some_and(|name| Paging::NAMES.contains(&&*name))
        });
        Ok(Self(read(&own.join("&"))?, read(&part.join("&"))?))
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

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        status: Option<String>,
    }

    #[test]
    fn a_list_takes_its_own_conditions_and_its_part_in_any_order() {
        let ListOf(own, part) =
            ListOf::<Own>::read("cursor=a_1&status=open&%6Cimit=7&min_position=3").ok().unwrap();
        assert_eq!(own.status.as_deref(), Some("open"));
        assert_eq!((part.limit, part.cursor.as_deref()), (Some(7), Some("a_1")));
        assert_eq!(part.min_position, Some(3));
        for (query, pointer, code) in [
            ("limit=x&status=open", "/limit", "query.type"),
            ("limit=1&status=open&limit=2", "/limit", "query.type"),
            ("colour=red&limit=1", "/colour", "query.unknown"),
        ] {
            let problem = ListOf::<Own>::read(query).err().unwrap();
            let error = &problem.errors()[0];
            assert_eq!((error.pointer.as_str(), error.code.as_ref()), (pointer, code), "{query}");
        }
        assert!(ListOf::<Own>::read("").is_ok());
    }
}

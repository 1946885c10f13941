//! `ETag` and `If-Match`: nobody overwrites what they have not seen.
//!
//! Guarantees: a change of an existing thing needs the version the caller saw; the log compares it
//! under its lock, so that the answer is right at the moment of the write and not before it.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, HeaderName, IF_MATCH};
use axum::http::request::Parts;

use crate::problem::{FieldError, Kind, Problem};

/// The version the caller saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

/// The header that carries `version`.
#[must_use]
pub fn tag(version: i64) -> [(HeaderName, String); 1] {
    [(ETAG, format!("\"{version}\""))]
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Problem::new(
                Kind::VersionNeeded,
                "version.missing",
                "send the ETag of what you saw as If-Match",
            )
            .at(FieldError::header("if-match", "header.missing", "is needed")));
        };
        version_of(value.to_str().unwrap_or_default()).map(Self).ok_or_else(|| {
            Problem::field(FieldError::header(
                "if-match",
                "version.malformed",
                "must be one strong entity tag as answered before, such as \"3\"",
            ))
        })
    }
}

fn version_of(text: &str) -> Option<i64> {
    let digits = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|version| *version > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_ours_is_a_version() {
        assert_eq!(version_of("\"3\""), Some(3));
        for text in ["", "3", "*", "W/\"3\"", "\"-3\"", "\"0\"", "\"3\", \"4\"", "\"+3\"", "\"x\""]
        {
            assert_eq!(version_of(text), None, "{text}");
        }
    }
}

//! A JSON body, read into a wire type.
//!
//! Guarantees: a type error names the field by JSON Pointer; an unknown field is refused by the
//! wire types themselves (`deny_unknown_fields`), so that a typing error is never taken for
//! silence.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::problem::{FieldError, Kind, Problem};

/// A JSON body as `T`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                Kind::Media,
                "media_type",
                "send a JSON body with content-type: application/json",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|r| unread(&r))?;
        parse(&bytes).map(Self)
    }
}

pub(super) fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large();
    }
    Problem::field(FieldError::body("", "body.unreadable", "ended before it was complete"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let media = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let reason = error.inner().to_string();
        wrong(pointer_of(error.path(), &reason), error.inner(), &reason)
    })?;
    reader.end().map_err(|error| wrong(String::new(), &error, &error.to_string()))?;
    Ok(value)
}

fn wrong(pointer: String, error: &serde_json::Error, reason: &str) -> Problem {
    let code = match error.classify() {
        serde_json::error::Category::Data if reason.starts_with("missing field") => "field.missing",
        serde_json::error::Category::Data if reason.starts_with("unknown field") => "field.unknown",
        serde_json::error::Category::Data => "field.type",
        _ => "body.not_json",
    };
    Problem::field(FieldError::body(pointer, code, reason.to_owned()))
}

/// The pointer to the culprit. A missing field is only named in the message.
fn pointer_of(path: &Path, reason: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        push(&mut pointer, &name);
    }
    let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    if let Some((field, _)) = missing {
        push(&mut pointer, field);
    }
    pointer
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sum {
        #[expect(dead_code, reason = "only its type matters here")]
        amount: String,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Bill {
        #[expect(dead_code, reason = "only its type matters here")]
        lines: Vec<Sum>,
        #[serde(default)]
        #[expect(dead_code, reason = "only its type matters here")]
        count: u32,
    }

    fn error(json: &str) -> (String, String) {
        let problem = parse::<Bill>(json.as_bytes()).unwrap_err();
        let first = &problem.errors()[0];
        (first.pointer.clone(), first.code.to_string())
    }

    #[test]
    fn each_sort_of_mistake_points_at_its_field() {
        for (json, pointer, code) in [
            ("", "", "body.not_json"),
            ("{", "", "body.not_json"),
            ("{\"lines\":[]} x", "", "body.not_json"),
            ("[]", "", "field.type"),
            ("{}", "/lines", "field.missing"),
            ("{\"lines\":[{}]}", "/lines/0/amount", "field.missing"),
            ("{\"lines\":[{\"amount\":1.5}]}", "/lines/0/amount", "field.type"),
            ("{\"lines\":[{\"amount\":\"1\",\"x/y\":1}]}", "/lines/0/x~1y", "field.unknown"),
            ("{\"lines\":[],\"line\":1}", "/line", "field.unknown"),
            ("{\"lines\":[],\"count\":99999999999999999999}", "/count", "field.type"),
            ("{\"lines\":[],\"count\":-1}", "/count", "field.type"),
        ] {
            assert_eq!(error(json), (pointer.to_owned(), code.to_owned()), "{json}");
        }
    }
}

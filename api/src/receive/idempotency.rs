//! The key that makes a write happen once.
//!
//! Guarantees: no POST without a key; the key reaches the log as it is, behind `api:`, and the log
//! keeps the answer for ever beside what was written.
//! Absent on purpose: a store of responses. The receipt in the log is the answer.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::problem::{FieldError, Problem};

/// The header, in lower case.
const HEADER: &str = "idempotency-key";
/// The log takes 200 characters; some are for `api:`.
const MAX_LENGTH: usize = 128;

/// The caller's key for this write.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as the log knows it. Pages and jobs have prefixes of their own, so none meets
    /// another's.
    #[must_use]
    pub fn command_key(&self) -> String {
        format!("api:{}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut sent = parts.headers.get_all(HEADER).iter();
        let (first, second) = (sent.next(), sent.next());
        let Some(value) = first else {
            return refuse("key.missing", "is needed: any text that is new for each new write");
        };
        let text = value.to_str().unwrap_or_default().trim();
        if second.is_some() {
            return refuse("key.repeated", "was sent twice");
        }
        if !(1..=MAX_LENGTH).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return refuse(
                "key.malformed",
                "must be 1 to 128 printable ASCII characters, no spaces",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

fn refuse<T>(code: &'static str, detail: &str) -> Result<T, Problem> {
    Err(Problem::field(FieldError::header(HEADER, code, detail)))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(keys: &[&str]) -> Result<IdempotencyKey, Problem> {
        let mut request = Request::builder();
        for key in keys {
            request = request.header(HEADER, *key);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IdempotencyKey::from_request_parts(&mut parts, &()).await
    }

    #[tokio::test]
    async fn a_key_is_short_printable_and_sent_once() {
        assert_eq!(read(&["k-1"]).await.unwrap().command_key(), "api:k-1");
        let long = "k".repeat(129);
        for (keys, code) in [
            (vec![], "key.missing"),
            (vec!["a", "b"], "key.repeated"),
            (vec![""], "key.malformed"),
            (vec!["a b"], "key.malformed"),
            (vec![long.as_str()], "key.malformed"),
        ] {
            let problem = read(&keys).await.unwrap_err();
            assert_eq!(problem.errors()[0].code, code);
            assert_eq!(problem.errors()[0].pointer, "/idempotency-key");
        }
    }
}

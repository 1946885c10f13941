//! What every refusal looks like on the wire: RFC 9457 `application/problem+json`.
//!
//! Guarantees: one shape for every error of this API, also for those axum or a layer makes; a kind
//! maps to one status, once, in [`Kind::status`]; `type` is stable (`/problems/<code>`) and so is
//! `code`; a fault of ours says nothing about its cause to the caller.
//! Absent on purpose: HTML. The pages render the same refusals in their own way.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::waits::ApprovalNeeded;

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What sort of refusal it is; decides status and title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be understood.
    Malformed,
    /// Nobody is signed in.
    Unauthenticated,
    /// Signed in, but not for this.
    Forbidden,
    /// There is no such thing that this caller may see.
    NotFound,
    /// The resource exists but does not answer this method.
    Method,
    /// The thing is in a state that does not allow it.
    State,
    /// The same request is still being worked on.
    InProgress,
    /// The read side has not reached the position that was asked for.
    NotYet,
    /// The caller saw an older version.
    Stale,
    /// The caller did not say which version it saw.
    VersionNeeded,
    /// The body is larger than the limit.
    TooLarge,
    /// The body is not in a format this API reads.
    Media,
    /// A rule says no.
    Rule,
    /// Too many requests of this caller.
    TooMany,
    /// Busy, or something needed is away; nothing was done.
    Unavailable,
    /// The outcome is not known; asking again with the same key is safe.
    Unknown,
    /// A fault of ours.
    Bug,
}

impl Kind {
    /// The status of this kind.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::State | Self::InProgress | Self::NotYet => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::VersionNeeded => StatusCode::PRECONDITION_REQUIRED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Media => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Rule => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Unknown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A short summary that is the same for every problem of this kind.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be understood",
            Self::Unauthenticated => "Sign in first",
            Self::Forbidden => "Not allowed for this caller",
            Self::NotFound => "There is no such thing",
            Self::Method => "This resource does not answer this method",
            Self::State => "The present state does not allow it",
            Self::InProgress => "The same request is still being worked on",
            Self::NotYet => "The read side is not there yet",
            Self::Stale => "It was changed since you read it",
            Self::VersionNeeded => "Say which version you saw",
            Self::TooLarge => "The body is too large",
            Self::Media => "The body is in a format this API does not read",
            Self::Rule => "A rule says no",
            Self::TooMany => "Too many requests",
            Self::Unavailable => "Not available now; nothing was done",
            Self::Unknown => "The outcome is not known yet",
            Self::Bug => "A fault on our side",
        }
    }
}

/// The part of a request a field error points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The JSON body.
    Body,
    /// The query string; the pointer is `/<name>`.
    Query,
    /// The headers; the pointer is `/<lower-case name>`.
    Header,
}

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The part of the request.
    #[serde(rename = "in")]
    pub part: Part,
    /// A JSON Pointer (RFC 6901) into that part; empty for the whole of it.
    #[schema(example = "/lines/0/unit_price")]
    pub pointer: String,
    /// A stable word for the rule that was broken.
    #[schema(example = "money.too_precise")]
    pub code: Cow<'static, str>,
    /// What is wrong, for a person.
    #[schema(example = "more decimals than EUR has")]
    pub detail: String,
}

impl FieldError {
    /// An error in the body.
    pub fn body(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self { part: Part::Body, pointer: pointer.into(), code: code.into(), detail: detail.into() }
    }

    /// An error in the query parameter `name`.
    pub fn query(name: &str, code: &'static str, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (format!("/{name}"), detail.into());
        Self { part: Part::Query, pointer, code: code.into(), detail }
    }

    /// An error in the header `name` (lower case).
    pub fn header(name: &str, code: &'static str, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (format!("/{name}"), detail.into());
        Self { part: Part::Header, pointer, code: code.into(), detail }
    }
}

/// A refusal, ready to be answered.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    code: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    position: Option<i64>,
    version: Option<i64>,
    allow: Option<HeaderValue>,
    replayed: bool,
    waits: Option<Box<ApprovalNeeded>>,
}

impl Problem {
    /// A problem of `kind` with a stable `code` and a sentence for a person.
    pub fn new(
        kind: Kind,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { detail: Some(detail.into()), ..Self::bare(kind, code.into()) }
    }

    /// No problem at all: a second person is asked, and the answer says so.
    pub(crate) fn waits(needed: ApprovalNeeded) -> Self {
        let detail = "this needs a second person";
        let waits = Some(Box::new(needed));
        Self { waits, ..Self::new(Kind::State, "approval.needed", detail) }
    }

    /// A fault of ours. The cause belongs into the log, never into the answer.
    #[must_use]
    pub fn bug() -> Self {
        Self::bare(Kind::Bug, "bug".into())
    }

    /// Nothing at this address, or nothing this caller may see. Both look the same from outside.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not_found", "there is nothing at this address for you")
    }

    /// A malformed request with what is wrong, field by field.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}", label(one), one.detail),
            many => format!("{} fields are wrong; see errors", many.len()),
        };
        Self { errors, ..Self::new(Kind::Malformed, "malformed", detail) }
    }

    /// A malformed request with one wrong field.
    #[must_use]
    pub fn field(error: FieldError) -> Self {
        Self::fields(vec![error])
    }

    /// The same problem, pointing at a field.
    #[must_use]
    pub fn at(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// The same problem, saying when to ask again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The same problem, saying how far the read side is.
    #[must_use]
    pub fn position(mut self, position: i64) -> Self {
        self.position = Some(position);
        self
    }

    /// The same problem, saying which version the thing has.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// The same problem about a field that is called `to` on the wire, and `from` below it.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        for error in &mut self.errors {
            if let Some(rest) = error.pointer.strip_prefix(from)
                && (rest.is_empty() || rest.starts_with('/'))
            {
                error.pointer = format!("{to}{rest}");
            }
        }
        self
    }

    /// The same problem, marked as the stored answer to an earlier request with the same key.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Its sort.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence for a person, if it has one.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// What is wrong, field by field.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The answer, with the id of the request as `instance` once it is known.
    pub(crate) fn render(self, instance: Option<&str>) -> Response {
        if let Some(needed) = self.waits {
            return needed.into_response();
        }
        let body = serde_json::to_vec(&self.wire(instance)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.kind == Kind::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"billfold\""));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if let Some(allow) = &self.allow {
            headers.insert(axum::http::header::ALLOW, allow.clone());
        }
        if let Some(version) = self.version
            && let Ok(tag) = HeaderValue::try_from(format!("\"{version}\""))
        {
            headers.insert(axum::http::header::ETAG, tag);
        }
        if self.replayed {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response.extensions_mut().insert(self);
        response
    }

    /// The problem as JSON, for answers that have begun already.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.wire(None)).unwrap_or_default()
    }

    /// What a plain error status of axum or a layer means, if the answer is not a problem yet.
    pub(crate) fn of_status(status: StatusCode, allow: Option<HeaderValue>) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self {
                allow,
                ..Self::new(
                    Kind::Method,
                    "method_not_allowed",
                    "this address does not answer this method; see the Allow header",
                )
            },
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(Kind::Media, "media_type", "send application/json")
            }
            status if status.is_client_error() => {
                Self::new(Kind::Malformed, "malformed", "the request cannot be understood")
            }
            _ => Self::bug(),
        }
    }

    /// The body is over the limit.
    pub(crate) fn too_large() -> Self {
        Self::new(Kind::TooLarge, "body_too_large", "the body is larger than this API accepts")
    }

    fn bare(kind: Kind, code: Cow<'static, str>) -> Self {
        Self {
            kind,
            code,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            position: None,
            version: None,
            allow: None,
            replayed: false,
            waits: None,
        }
    }

    fn wire<'a>(&'a self, instance: Option<&'a str>) -> ProblemBody<'a> {
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: self.kind.title(),
            status: self.status().as_u16(),
            detail: self.detail.as_deref(),
            instance,
            code: &self.code,
            errors: &self.errors,
            position: self.position,
            version: self.version,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.render(None)
    }
}

/// An RFC 9457 problem: what was refused, why, and which fields are wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// A stable address of the sort of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invoice.already_settled")]
    kind: String,
    /// A summary, the same for every problem of its status.
    #[schema(example = "The present state does not allow it")]
    title: &'a str,
    /// The HTTP status again.
    #[schema(example = 409, minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time, for a person. Absent for a fault on our side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "the invoice is settled since 2026-03-01")]
    detail: Option<&'a str>,
    /// The id of the request, as in the header `x-request-id`; name it when you ask for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    instance: Option<&'a str>,
    /// The last part of `type`, to be compared by programs.
    #[schema(example = "invoice.already_settled")]
    code: &'a str,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    /// How far the read side is, where that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// The version the thing has, where that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

fn label(error: &FieldError) -> &str {
    if error.pointer.is_empty() { "the request" } else { &error.pointer }
}

/// Whole seconds, rounded up, at least one: `Retry-After` knows nothing finer.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        assert_eq!(whole_seconds(Duration::ZERO), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1500)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(3)), 3);
    }

    #[test]
    fn a_fault_of_ours_has_no_detail() {
        let body = serde_json::to_value(Problem::bug().wire(Some("r1"))).unwrap();
        assert_eq!(body["status"], 500);
        assert_eq!(body["instance"], "r1");
        assert!(body.get("detail").is_none());
    }

    #[test]
    fn one_wrong_field_is_named_in_the_detail() {
        let problem =
            Problem::field(FieldError::body("/amount/amount", "money.too_precise", "is too fine"));
        assert_eq!(problem.detail(), Some("/amount/amount is too fine"));
        assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
    }
}

//! A command with everything the log keeps about it, and the answer to one.

use std::net::IpAddr;

use billfold_domain::kernel::{Actor, TenantId};
use billfold_event_store::{Receipt, StreamKey};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::origins::ORIGIN;

/// A use case as it is asked for.
#[derive(Clone, Debug)]
pub struct Ask<C> {
    /// The seller whose books these are.
    pub tenant: TenantId,
    /// Who asks; only an auth check makes one.
    pub actor: Actor,
    /// The idempotency key, 1 to 200 characters, unique per tenant for ever. It is stored in clear:
    /// no personal data.
    pub key: String,
    /// Where the request came from.
    pub origin: RequestOrigin,
    /// What led to it, if it was not a person.
    pub cause: Option<Cause>,
    /// The version of the main stream that the caller has seen.
    pub expect: Option<i64>,
    /// Why, for the audit log; no personal data.
    pub reason: Option<String>,
    /// What is asked for.
    pub command: C,
}

/// Where a request came from; it ends sealed in the metadata of its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The caller's address.
    pub ip: Option<IpAddr>,
    /// The caller's program, cut to 200 characters.
    pub user_agent: Option<String>,
    /// The request's id in logs.
    pub request_id: Option<String>,
}

/// What led to a command that no person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The business process it belongs to.
    pub correlation_id: Uuid,
    /// The event or command before it.
    pub causation_id: Uuid,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Done<A> {
    /// The use case's own answer.
    pub answer: A,
    /// The log position of its first event; absent when nothing had to change.
    pub first_position: Option<i64>,
    /// The log position of its last event; absent when nothing had to change. Reads take it as
    /// `min_position`.
    pub position: Option<i64>,
    /// The streams that changed, each with its version afterwards.
    pub versions: Vec<(StreamKey, i64)>,
    /// Whether this is the answer of an earlier request with the same key.
    pub replayed: bool,
}

impl<C> Ask<C> {
    /// A request with nothing but the necessary.
    pub fn new(tenant: TenantId, actor: Actor, key: impl Into<String>, command: C) -> Self {
        Self {
            tenant,
            actor,
            key: key.into(),
            origin: RequestOrigin::default(),
            cause: None,
            expect: None,
            reason: None,
            command,
        }
    }

    /// The version of the main stream that the caller has seen.
    #[must_use]
    pub fn expect(mut self, version: i64) -> Self {
        self.expect = Some(version);
        self
    }

    /// Where the request came from.
    #[must_use]
    pub fn from_origin(mut self, origin: RequestOrigin) -> Self {
        self.origin = origin;
        self
    }

    /// Why, for the audit log.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The event metadata: a flat object of strings, with the origin as it was sealed.
    pub(super) fn metadata(&self, use_case: &str, origin: Option<&str>) -> String {
        let mut flat = Map::new();
        let mut put = |name: &str, text: Option<String>| {
            if let Some(text) = text {
                flat.insert(name.to_owned(), Value::String(text));
            }
        };
        put("use_case", Some(use_case.to_owned()));
        put(ORIGIN, origin.map(str::to_owned));
        put("request_id", self.origin.request_id.as_deref().map(|text| cut(text, 100)));
        put("reason", self.reason.as_deref().map(|text| cut(text, 500)));
        Value::Object(flat).to_string()
    }
}

impl<A> Done<A> {
    pub(super) fn new(answer: A, receipt: &Receipt) -> Self {
        Self {
            answer,
            first_position: receipt.first_position,
            position: receipt.last_position,
            versions: receipt.versions.clone(),
            replayed: receipt.replayed,
        }
    }

    /// How many events it appended.
    #[must_use]
    pub fn events(&self) -> u64 {
        match (self.first_position, self.position) {
            (Some(first), Some(last)) => u64::try_from(last - first + 1).unwrap_or_default(),
            _ => 0,
        }
    }

    /// The version of a stream afterwards, if the command changed it.
    #[must_use]
    pub fn version_of(&self, id: Uuid) -> Option<i64> {
        self.versions.iter().find(|(stream, _)| stream.id == id).map(|(_, version)| *version)
    }
}

/// The first `limit` characters, without control characters (PostgreSQL's JSON takes no NUL).
pub(crate) fn cut(text: &str, limit: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(limit).collect()
}

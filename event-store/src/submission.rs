//! What is handed to the log, and what comes back.
//!
//! A [`Submission`] is one command: a header (who, with which idempotency key, why) and a [`Work`]
//! that decides under the head lock. The answer is a [`Receipt`], stored for ever beside the
//! events: the same key with the same request gets the same answer, from any process, at any time.
//!
//! Absent on purpose: an error for "the same key is being worked on right now". The second
//! submission waits for the lock as any other does and is then answered with the first one's
//! receipt.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;
use uuid::Uuid;

use crate::batch::Asked;
use crate::canonical::Hash;
use crate::desk::{Desk, DeskError};
use crate::kinds::Kinds;
use crate::stream::{ClaimKey, StreamKey};

/// One command for the log.
#[derive(Clone)]
pub struct Submission {
    /// Who asks, and under which idempotency key.
    pub header: Header,
    /// What decides.
    pub work: Arc<dyn Work>,
}

/// What is known of a command before anything is decided. It ends in every event of the command.
#[derive(Debug, Clone)]
pub struct Header {
    /// The seller; all streams of the command belong to it.
    pub tenant: Uuid,
    /// The idempotency key, 1 to 200 characters, unique per tenant for ever.
    pub key: String,
    /// SHA-256 of what was asked; the same key with another hash is refused.
    pub request_hash: Hash,
    /// Identity of this command.
    pub command_id: Uuid,
    /// The business process it belongs to.
    pub correlation_id: Uuid,
    /// The event or command that led to it.
    pub causation_id: Option<Uuid>,
    /// `staff:<uuid>`, `key:<uuid>`, `client:<uuid>`, `system:<name>`, `import:<name>`.
    pub actor: String,
    /// A flat JSON object of strings (address, user agent, request id …), already encoded.
    pub metadata: String,
}

/// A decision. It runs as if under the head lock: it sees the very state its events are appended
/// to.
///
/// `decide` must be pure: no I/O, no clock, no randomness, no waiting. It **may run again** with
/// newer facts (a batch that was split or retried), and only the last run counts. A panic inside is
/// caught and answers this command alone with [`SubmitError::Bug`].
pub trait Work: Send + Sync {
    /// Everything `decide` will look at or change; what is not named here cannot be reached.
    fn needs(&self) -> Needs;
    /// Decides: appends to the desk and returns the answer, or stops.
    ///
    /// # Errors
    /// [`Stop::Refused`] for a refusal; then nothing of what was appended is kept. [`Stop::Bug`]
    /// for a use of the desk that its rules forbid.
    fn decide(&self, desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop>;
}

/// What a decision will look at or change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Streams that probably exist: their states are loaded before the lock is taken.
    pub streams: Vec<StreamKey>,
    /// Streams the command means to begin: nothing is loaded ahead. Only a hint; one that exists
    /// after all is loaded under the lock.
    pub fresh: Vec<StreamKey>,
    /// Number series.
    pub series: Vec<String>,
    /// Things of which there may be one per tenant.
    pub claims: Vec<ClaimKey>,
    /// Versions the caller has seen; another version is answered with [`SubmitError::Conflict`].
    pub expect: Vec<(StreamKey, i64)>,
}

impl Needs {
    /// Every stream named in any way.
    pub(crate) fn every_stream(&self) -> impl Iterator<Item = &StreamKey> {
        let expected = self.expect.iter().map(|(stream, _)| stream);
        self.streams.iter().chain(&self.fresh).chain(expected)
    }
}

impl Submission {
    /// Checks the header and asks the work what it needs.
    pub(crate) fn prepare(self, kinds: &Kinds) -> Result<Prepared, SubmitError> {
        let malformed = |field, rule| Err(SubmitError::Malformed { field, rule });
        let header = &self.header;
        if !(1..=200).contains(&header.key.chars().count()) || header.key.contains('\0') {
            return malformed("key", "must be 1 to 200 characters, none of them NUL");
        }
        if header.actor.is_empty() || header.actor.contains('\0') {
            return malformed("actor", "must not be empty and must not hold NUL");
        }
        if serde_json::from_str::<FlatText>(&header.metadata).is_err() {
            return malformed("metadata", "must be a flat JSON object of strings");
        }
        let needs = self.work.needs();
        for stream in needs.every_stream() {
            if stream.tenant != header.tenant {
                return malformed("streams", "must belong to the tenant of the command");
            }
            if kinds.get(stream.kind).is_none() {
                return malformed("streams", "must be of a kind the store was opened with");
            }
        }
        Ok(Prepared { submission: self, needs })
    }
}

/// A submission whose header is sound.
pub(crate) struct Prepared {
    pub(crate) submission: Submission,
    pub(crate) needs: Needs,
}

impl Prepared {
    /// The command as the batch decides it, for the first time.
    pub(crate) fn asked(&self) -> Asked<'_> {
        let Submission { header, work } = &self.submission;
        Asked { header, needs: &self.needs, work: &**work, tried: None }
    }
}

/// A JSON object whose values are all strings, read without keeping any.
struct FlatText;

impl<'de> Deserialize<'de> for FlatText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FlatTextVisitor)
    }
}

struct FlatTextVisitor;

impl<'de> Visitor<'de> for FlatTextVisitor {
    type Value = FlatText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flat object of strings")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<FlatText, M::Error> {
        while map.next_entry::<IgnoredAny, Text>()?.is_some() {}
        Ok(FlatText)
    }
}

/// A JSON string, read without keeping it.
struct Text;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Text, E> {
        Ok(Text)
    }
}

/// Why a decision ended without an answer.
#[derive(Debug, Clone)]
pub enum Stop {
    /// The rules say no.
    Refused(Refused),
    /// The work used the desk against its rules.
    Bug(DeskError),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<DeskError> for Stop {
    fn from(error: DeskError) -> Self {
        Self::Bug(error)
    }
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What the caller is told.
    pub answer: Box<RawValue>,
    /// Store it as the answer to this key. True if the refusal depends on state, so that a retry
    /// cannot succeed behind a caller who was told no; false if the request itself is malformed.
    pub remember: bool,
}

/// The stored answer to one command.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// First event of the command; absent if it appended none.
    pub first_position: Option<i64>,
    /// Last event of the command; absent if it appended none. Pass it as `min_position` to read
    /// this write.
    pub last_position: Option<i64>,
    /// The batch it was committed in.
    pub batch_no: i64,
    /// The head of the hash chain after that batch.
    pub batch_hash: Hash,
    /// Streams the command appended to, in order of first append, each with its version afterwards.
    pub versions: Vec<(StreamKey, i64)>,
    /// What the decision answered.
    pub answer: Box<RawValue>,
    /// Whether this is the stored answer to an earlier submission with the same key.
    pub replayed: bool,
}

/// Why a submission has no receipt.
#[derive(Debug, Clone, Error)]
pub enum SubmitError {
    /// The queue is full; nothing was done.
    #[error("the log is busy; ask again in {} ms", retry_after.as_millis())]
    Busy {
        /// How long the queue is likely to need.
        retry_after: Duration,
    },
    /// The header breaks a rule; nothing was done.
    #[error("{field} {rule}")]
    Malformed {
        /// The field of [`Header`] or [`Needs`].
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// The key was used before for another request; nothing was done.
    #[error("this idempotency key was used for another request; use a new key")]
    KeyReused,
    /// A stream has another version than the caller saw; nothing was done.
    #[error("{stream} is at version {current}, not {expected}; read it again")]
    Conflict {
        /// The stream.
        stream: StreamKey,
        /// The version the caller passed.
        expected: i64,
        /// The version it has.
        current: i64,
    },
    /// The decision said no.
    #[error("refused: {answer}")]
    Refused {
        /// What the decision answered.
        answer: Box<RawValue>,
        /// Whether this is the stored answer to an earlier submission with the same key.
        replayed: bool,
    },
    /// The database cannot be reached or does not take writes now; nothing was done.
    #[error(
        "the database is not available: {reason}; nothing was done, ask again with the same key"
    )]
    Unavailable {
        /// What the database or the connection said.
        reason: String,
    },
    /// The connection broke during COMMIT and receipts could not be looked up since.
    #[error("outcome unknown: {reason}; ask again with the same key")]
    Unknown {
        /// What the connection said.
        reason: String,
    },
    /// A stream or claim was written by a newer build, so this one must not decide on it; nothing
    /// was done.
    #[error("{what} was written by a newer build: {reason}")]
    NewerEvent {
        /// The stream or claim.
        what: String,
        /// What this build does not know.
        reason: String,
    },
    /// A fault of ours or of the stored data; nothing was done.
    #[error("internal fault: {0}")]
    Bug(String),
}

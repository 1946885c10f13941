//! What the door answers when it does not do what it was asked.
//!
//! Guarantees: every variant has a stable code; a refusal keeps the domain's code, kind and fields,
//! also when it is answered a second time from the receipt. Absent on purpose: HTTP numbers, which
//! belong to the edges.

use std::time::Duration;

use billfold_domain::kernel::{ApprovalId, DeedKind, Money, Refusal, RefusalKind};
use billfold_event_store::{LoadError, SubmitError};
use serde::{Deserialize, Serialize};

use crate::ports::{ChargeUnknown, StoreFailure};
use crate::vault::VaultError;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no.
    #[error("{0}")]
    Refused(Refused),
    /// What the command is about does not exist for this tenant.
    #[error("{0}")]
    NotFound(Refused),
    /// It needs a second person, who is asked; nothing else was done.
    #[error("this needs a second person and waits as {}", .0.approval_id)]
    Waits(Waiting),
    /// It changed since the caller read it.
    #[error("it is at version {current} by now; read it again and decide anew")]
    Conflict {
        /// The version it has.
        current: i64,
    },
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request; use a new key")]
    KeyReused,
    /// Too much waits; nothing was done.
    #[error("the ledger is busy; ask again in {} ms with the same key", retry_after.as_millis())]
    Busy {
        /// When to ask again.
        retry_after: Duration,
    },
    /// A read model that decides does not know yet what the log holds; nothing was done.
    #[error("{cause}; nothing was done, ask again with the same key")]
    Behind {
        /// Where it is.
        position: i64,
        /// Which one, and where it would have to be.
        cause: StoreFailure,
    },
    /// The database, or a store behind a port, does not answer; nothing was done.
    #[error("the ledger is not available; nothing was done, ask again with the same key")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It may or may not have been done.
    #[error("it is not known whether this was done; ask again with the same key to learn it")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours; nothing was done.
    #[error("an internal fault; nothing was done")]
    Bug(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What waits for a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Under which approval.
    pub approval_id: ApprovalId,
    /// What it is.
    pub kind: DeedKind,
    /// How much.
    pub amount: Money,
    /// The log position of the question; absent if the same was asked before.
    #[serde(skip)]
    pub position: Option<i64>,
    /// Whether this is the answer of an earlier request with the same key.
    #[serde(skip)]
    pub replayed: bool,
}

/// A no with its reasons, as it is stored beside the key and shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Stable name of the rule, such as `invoice.already_settled`.
    pub code: String,
    /// How the caller must react.
    pub kind: Kind,
    /// For a person, in lower case.
    pub detail: String,
    /// Every field that is to blame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Whether this is the answer of an earlier request with the same key.
    #[serde(skip)]
    pub replayed: bool,
}

/// The kinds of refusal, as stored words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The request is wrong in itself.
    Malformed,
    /// What it is about does not exist.
    Missing,
    /// The actor may not.
    Forbidden,
    /// Against a rule of the business.
    Rule,
    /// It would be granted in another state.
    State,
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// JSON pointer into the command.
    pub pointer: String,
    /// Stable name of the rule.
    pub code: String,
    /// What to change.
    pub detail: String,
}

impl Error {
    /// A stable code for problem documents and logs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refused) | Self::NotFound(refused) => &refused.code,
            Self::Waits(_) => "approval.needed",
            Self::Conflict { .. } => "command.conflict",
            Self::KeyReused => "command.key_reused",
            Self::Busy { .. } => "ledger.busy",
            Self::Behind { .. } => "not_yet",
            Self::Unavailable(_) => "ledger.unavailable",
            Self::Unknown(_) => "ledger.outcome_unknown",
            Self::Bug(_) => "internal.fault",
        }
    }

    /// Whether nothing is wrong with the request, and the same one may be done later.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Behind { .. } | Self::Unavailable(_) | Self::Unknown(_) => {
                true
            }
            Self::Refused(_)
            | Self::NotFound(_)
            | Self::Waits(_)
            | Self::Conflict { .. }
            | Self::KeyReused
            | Self::Bug(_) => false,
        }
    }

    /// The refusal inside, if a rule or a missing thing said no.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) | Self::NotFound(refused) => Some(refused),
            _ => None,
        }
    }

    /// A fault of ours.
    pub(crate) fn bug(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Bug(reason.into())
    }
}

impl Refused {
    /// A refusal of the application itself.
    #[must_use]
    pub fn new(code: &str, kind: Kind, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.to_owned(), detail.into());
        Self { code, kind, detail, fields: Vec::new(), replayed: false }
    }

    /// Code of the answer that what a command is about changed too often while it was planned.
    pub const CONTENDED: &'static str = "command.contended";

    /// Whether only other commands were in the way, and the same one may succeed when it is asked
    /// again.
    pub(crate) fn is_contention(&self) -> bool {
        self.code == Self::CONTENDED
    }

    /// The same, blaming one field of the command.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Self {
        let (code, detail) = (self.code.clone(), self.detail.clone());
        self.fields.push(Field { pointer: pointer.to_owned(), code, detail });
        self
    }

    /// A refusal of the domain.
    pub fn of(refusal: &dyn Refusal) -> Self {
        let field = |problem: billfold_domain::kernel::Problem| Field {
            pointer: problem.field,
            code: problem.code.to_owned(),
            detail: problem.detail,
        };
        Self {
            code: refusal.code().to_owned(),
            kind: refusal.kind().into(),
            detail: refusal.to_string(),
            fields: refusal.problems().into_iter().map(field).collect(),
            replayed: false,
        }
    }

    /// The first field that is to blame.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.fields.first().map(|field| field.pointer.as_str())
    }

    /// Whether the answer is kept for the key: true when it depends on state, so that a retry
    /// cannot succeed behind a caller who was told no.
    #[must_use]
    pub fn is_remembered(&self) -> bool {
        self.kind != Kind::Malformed
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl From<RefusalKind> for Kind {
    fn from(kind: RefusalKind) -> Self {
        match kind {
            RefusalKind::Malformed => Self::Malformed,
            RefusalKind::Missing => Self::Missing,
            RefusalKind::Forbidden => Self::Forbidden,
            RefusalKind::Rule => Self::Rule,
            RefusalKind::State => Self::State,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        if refused.kind == Kind::Missing { Self::NotFound(refused) } else { Self::Refused(refused) }
    }
}

impl From<SubmitError> for Error {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy { retry_after } => Self::Busy { retry_after },
            SubmitError::KeyReused => Self::KeyReused,
            SubmitError::Conflict { current, .. } => Self::Conflict { current },
            SubmitError::Malformed { field, rule } => {
                let refused = Refused::new("command.malformed", Kind::Malformed, rule);
                Self::Refused(refused.at(&format!("/{field}")))
            }
            SubmitError::Refused { ref answer, replayed } => {
                match serde_json::from_str::<Refused>(answer.get()) {
                    Ok(refused) => Refused { replayed, ..refused }.into(),
                    Err(_) => Self::bug(error),
                }
            }
            SubmitError::Unavailable { .. } | SubmitError::NewerEvent { .. } => {
                Self::Unavailable(Box::new(error))
            }
            SubmitError::Unknown { .. } => Self::Unknown(Box::new(error)),
            SubmitError::Bug(_) => Self::bug(error),
        }
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Database(_) => Self::Unavailable(Box::new(error)),
            _ => Self::bug(error),
        }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Erased { .. } => {
                Refused::new("client.erased", Kind::State, error.to_string()).into()
            }
            VaultError::TooLong => {
                Refused::new("personal_data.too_long", Kind::Malformed, error.to_string()).into()
            }
            VaultError::Keys(failure) => failure.into(),
            _ => Self::bug(error),
        }
    }
}

impl From<StoreFailure> for Error {
    fn from(failure: StoreFailure) -> Self {
        match failure {
            StoreFailure::Unavailable(_) => Self::Unavailable(Box::new(failure)),
            StoreFailure::Behind { position, .. } => Self::Behind { position, cause: failure },
            StoreFailure::Corrupt { .. } => Self::bug(failure),
        }
    }
}

impl From<ChargeUnknown> for Error {
    fn from(unknown: ChargeUnknown) -> Self {
        Self::Unknown(Box::new(unknown))
    }
}

//! Why a request about a client is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such client.
    #[error("there is no such client")]
    Absent,
    /// The id belongs to another client.
    #[error("a client is already registered under this id")]
    AlreadyRegistered,
    /// Contact details under another key would outlive an erasure.
    #[error("contact details must be sealed under the client's operational key")]
    WrongKey,
    /// No contact of that number.
    #[error("the client has no such contact")]
    NoSuchContact,
    /// No note of that number.
    #[error("there is no such note about the client")]
    NoSuchNote,
    /// A list of contacts that nobody reads.
    #[error("the client has 50 contacts, remove one first")]
    TooManyContacts,
    /// A pile of notes that nobody reads.
    #[error("there are 1,000 notes about the client, remove one first")]
    TooManyNotes,
    /// Nothing to suspend.
    #[error("the client is already suspended")]
    AlreadySuspended,
    /// Nothing to deactivate.
    #[error("the client is already inactive")]
    AlreadyInactive,
    /// Nothing to activate.
    #[error("the client is already active")]
    AlreadyActive,
    /// The client was erased; nothing about them changes any more.
    #[error("the client was erased")]
    Erased,
}

impl Refusal for ClientRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "client.absent",
            Self::AlreadyRegistered => "client.already_registered",
            Self::WrongKey => "client.wrong_key",
            Self::NoSuchContact => "client.no_such_contact",
            Self::NoSuchNote => "client.no_such_note",
            Self::TooManyContacts => "client.too_many_contacts",
            Self::TooManyNotes => "client.too_many_notes",
            Self::AlreadySuspended => "client.already_suspended",
            Self::AlreadyInactive => "client.already_inactive",
            Self::AlreadyActive => "client.already_active",
            Self::Erased => "client.erased",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent | Self::NoSuchContact | Self::NoSuchNote => RefusalKind::Missing,
            Self::WrongKey => RefusalKind::Malformed,
            Self::AlreadyRegistered
            | Self::TooManyContacts
            | Self::TooManyNotes
            | Self::AlreadySuspended
            | Self::AlreadyInactive
            | Self::AlreadyActive
            | Self::Erased => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::WrongKey => Some("/contact"),
            _ => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}

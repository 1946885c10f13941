//! What can go wrong with keys and sealed fields. No variant carries key bytes or personal data.

use std::path::PathBuf;

use uuid::Uuid;

use crate::ports::StoreFailure;

/// A key or a sealed field could not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file could not be read or made.
    #[error("the key file {path} cannot be used; check the path and its permissions")]
    KeyFile {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Other users of the machine may read the key file.
    #[error("the key file {path} is open to other users; run chmod 600 on it")]
    KeyFileOpenToOthers {
        /// Where it lies.
        path: PathBuf,
    },
    /// The key file is not a key.
    #[error("the key file {path} holds {found} bytes where 32 are needed; restore it from a copy")]
    KeyFileLength {
        /// Where it lies.
        path: PathBuf,
        /// Its length, at most 33.
        found: usize,
    },
    /// Keys of this subject were destroyed; nothing new may be sealed for it.
    #[error("the personal data of subject {subject} was erased; register the client anew")]
    Erased {
        /// Whose keys are gone.
        subject: Uuid,
    },
    /// The data key was wrapped by a key-encryption key that this installation does not hold.
    #[error("a data key was wrapped by key {kek_id}, which is not the key of this installation")]
    OtherKek {
        /// The name of the missing key.
        kek_id: String,
    },
    /// A stored data key does not open: the row was changed.
    #[error("the data key of subject {subject} does not open; restore its row from a backup")]
    Unreadable {
        /// Whose key it is.
        subject: Uuid,
    },
    /// Sealed bytes do not open under their key and context.
    #[error("sealed bytes do not open under their key; they were changed or moved")]
    Tampered,
    /// A field is longer than the cipher or the event allows.
    #[error("a personal field is too long to seal")]
    TooLong,
    /// A field could not be written as, or read from, JSON.
    #[error("a personal field is not what its type says")]
    Shape(#[source] serde_json::Error),
    /// The key store did not answer.
    #[error("the key store did not answer")]
    Keys(#[from] StoreFailure),
}

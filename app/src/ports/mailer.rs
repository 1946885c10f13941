//! Port: mail that leaves the installation.
//!
//! Contract: `send` answers once another system has taken the mail and answers for it; the same key
//! twice is the same mail to whoever reads it (`Message-ID`). A driver keeps no queue of its own.

use async_trait::async_trait;
use uuid::Uuid;

/// One mail to one person. Personal data: not printed by `Debug`.
#[derive(Clone)]
pub struct MailMessage {
    /// Names the mail wherever it arrives, also when it is sent a second time.
    pub key: Uuid,
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for MailMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailMessage").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailFailure {
    /// It never will be: the address or the mail is refused.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// Trying again later is right.
    #[error("mail cannot be sent now: {0}")]
    Unavailable(String),
}

/// A way for mail to leave.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over. Takes a minute at most.
    async fn send(&self, mail: &MailMessage) -> Result<(), MailFailure>;
}

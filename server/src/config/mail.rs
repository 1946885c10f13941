//! How mail leaves.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// How mail leaves: codes for forgotten passwords, and what people are told about their accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// By which way; `billfold demo` writes files where nothing is said.
    pub driver: MailDriver,
    /// Who mails come from: `Billfold <billing@example.org>`, or the address alone.
    pub from: String,
    /// Where the driver `file` writes; `mail` in the data folder, if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// The mail server of the driver `smtp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_host: Option<String>,
    /// Its port.
    pub smtp_port: u16,
    /// `starttls`, `tls` from the first byte, or `clear`, which only this machine itself may be
    /// spoken to in.
    pub smtp_security: SmtpSecurity,
    /// The name it knows us by, if it wants one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_user: Option<String>,
    /// The file with the password for that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_password_file: Option<PathBuf>,
    /// How long the server may take for one step, in seconds.
    pub smtp_timeout_seconds: u64,
}

/// By which way mail leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailDriver {
    /// By none: who forgot a password asks a colleague for a code.
    #[default]
    None,
    /// Into files, one each: nothing leaves the machine.
    File,
    /// To a mail server.
    Smtp,
}

/// How the line to a mail server is guarded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// By TLS once greeted.
    #[default]
    Starttls,
    /// By TLS from the first byte.
    Tls,
    /// Not at all.
    Clear,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            driver: MailDriver::None,
            from: "Billfold <billfold@localhost>".to_owned(),
            folder: None,
            smtp_host: None,
            smtp_port: 587,
            smtp_security: SmtpSecurity::Starttls,
            smtp_user: None,
            smtp_password_file: None,
            smtp_timeout_seconds: 10,
        }
    }
}

impl Mail {
    /// Where the driver `file` writes.
    #[must_use]
    pub fn folder(&self, data: &Path) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| data.join("mail"))
    }

    /// Whether what belongs together is there.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |setting, reason| Err(ConfigError::Unfit { setting, reason });
        if !(1..=60).contains(&self.smtp_timeout_seconds) {
            return wrong("mail.smtp_timeout_seconds", "must be 1 to 60");
        }
        if self.driver == MailDriver::Smtp && self.smtp_host.is_none() {
            return wrong("mail.smtp_host", "must name the mail server for mail.driver = smtp");
        }
        if self.smtp_user.is_some() != self.smtp_password_file.is_some() {
            return wrong("mail.smtp_user", "goes together with mail.smtp_password_file");
        }
        Ok(())
    }
}

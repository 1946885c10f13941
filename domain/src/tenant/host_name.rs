//! Under which name of the internet a seller's pages are found.

use std::fmt;
use std::str::FromStr;

use crate::kernel::Invalid;
use crate::kernel::text::serde_as_text;

/// A DNS name in lower-case ASCII, without a port: `billing.example.com`. Other letters are turned
/// into ASCII (IDNA) before they come here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Checks a name.
    ///
    /// # Errors
    /// It is no DNS name in lower case.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        let detail = "give a DNS name in lower case without a port, such as billing.example.com";
        text.parse().map_err(|NotAHostName| Invalid::one(field, "host_name.malformed", detail))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAHostName;

impl fmt::Display for NotAHostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host name is a DNS name in lower case, without a port")
    }
}

impl std::error::Error for NotAHostName {}

impl FromStr for HostName {
    type Err = NotAHostName;

    fn from_str(text: &str) -> Result<Self, NotAHostName> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(legal)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // Four numbers are an address, and browsers read a number at the end as one.
        let last = text.rsplit('.').next().unwrap_or_default();
        let numeric = last.chars().all(|c| c.is_ascii_digit());
        if text.len() > 253 || !text.split('.').all(label) || numeric {
            return Err(NotAHostName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(HostName);

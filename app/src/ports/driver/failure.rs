//! How a call to a provider fails. None of them is a "no": a decline is an answer.

use std::time::Duration;

/// What went wrong with a call, and what is certain all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// Nothing happened for certain: it never left, or was turned away for its rate.
    #[error("not sent: {why}")]
    NotSent {
        /// What happened.
        why: Why,
        /// How long the provider asks to wait.
        after: Option<Duration>,
    },
    /// It may have happened. Nothing may be tried again before the provider was asked.
    #[error("the outcome is unknown: {why}")]
    Unknown {
        /// What happened.
        why: Why,
    },
    /// The provider does not let us in: a key, an address or a right is wrong. Nothing happened,
    /// and nothing will before a person changes the settings.
    #[error("the settings are refused: {why}")]
    Misconfigured {
        /// What happened.
        why: Why,
    },
    /// The provider refuses this request for good; nothing happened, and a repeat is useless.
    #[error("refused: {why}")]
    Rejected {
        /// What happened.
        why: Why,
    },
}

impl CallFailure {
    /// What happened.
    #[must_use]
    pub fn why(&self) -> &Why {
        match self {
            Self::NotSent { why, .. }
            | Self::Unknown { why }
            | Self::Misconfigured { why }
            | Self::Rejected { why } => why,
        }
    }
}

/// What a provider or the way to it said. Holds neither secrets nor personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The provider's own code, or ours for what happened on the way, such as `timeout`.
    pub code: String,
    /// In plain words, at most [`Why::LONGEST`] characters.
    pub text: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The provider's name for the request, for its support.
    pub provider_request: Option<String>,
}

impl Why {
    /// Characters of a text at most.
    pub const LONGEST: usize = 500;

    /// A code and a text; control characters become spaces, and what is too long is cut.
    #[must_use]
    pub fn new(code: impl Into<String>, text: impl AsRef<str>) -> Self {
        Self {
            code: line(&code.into(), 100),
            text: line(text.as_ref(), Self::LONGEST),
            status: None,
            provider_request: None,
        }
    }

    /// With the status of the answer.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With the provider's name for the request.
    #[must_use]
    pub fn request(mut self, name: Option<&str>) -> Self {
        self.provider_request = name.map(|name| line(name, 100));
        self
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.text.as_str() {
            "" => f.write_str(&self.code),
            text => write!(f, "{text} ({})", self.code),
        }
    }
}

fn line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(most).collect::<String>().trim().to_owned()
}

/// What a provider says about something of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// It is there.
    There(T),
    /// It is not there, for certain.
    NotThere,
    /// It cannot be told.
    CannotTell,
}

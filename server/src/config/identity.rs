//! Who else vouches for staff: identity providers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Identity providers that vouch for staff, by OpenID Connect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Whether staff come in by a provider alone: passwords and passkeys of staff open nothing.
    pub only_by_provider: bool,
    /// The providers, each a `[[identity.providers]]`; they need `http.public_url`.
    pub providers: Vec<Provider>,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its key in addresses: small letters, digits and hyphens. Register
    /// `{http.public_url}/admin/sign-in/with/{key}/back` with it as the address to come back to.
    pub key: String,
    /// What its button says.
    pub name: String,
    /// Its issuer, exactly as it names itself.
    pub issuer: String,
    /// Our name with it.
    pub client_id: String,
    /// The file with our password with it; none for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
}

impl Identity {
    /// Whether the keys are keys, and browsers can come back.
    pub(super) fn check(&self, public_url: Option<&str>) -> Result<(), ConfigError> {
        let wrong = |setting, reason| Err(ConfigError::Unfit { setting, reason });
        if self.only_by_provider && self.providers.is_empty() {
            return wrong("identity.only_by_provider", "would keep everybody out: name a provider");
        }
        if !self.providers.is_empty() && public_url.is_none() {
            return wrong("http.public_url", "must be set: identity providers send browsers there");
        }
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        for (nth, provider) in self.providers.iter().enumerate() {
            let key = provider.key.as_str();
            if key.is_empty() || key.len() > 40 || !key.bytes().all(legal) {
                return wrong("identity.providers.key", "must be small letters, digits, hyphens");
            }
            if self.providers[..nth].iter().any(|other| other.key == key) {
                return wrong("identity.providers.key", "must name one provider each");
            }
        }
        Ok(())
    }
}

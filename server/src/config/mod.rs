//! The settings of the program: typed, with a default for every one.
//!
//! Order: the default, the file `billfold.toml` of the data folder (or `--config FILE`), the
//! environment (`BILLFOLD_HTTP_LISTEN` sets `http.listen`; `DATABASE_URL` sets `database.url`).
//! Guarantees: an unknown name is refused wherever it stands, secrets are named by the file that
//! holds them and never printed, and no other code of the program reads the environment.
//! Absent on purpose: settings of a tenant, which are events.

mod database;
mod environment;
mod folder;
mod http;
mod identity;
mod keys;
mod mail;
mod schedules;
mod telemetry;
mod webhooks;

use std::fs;
use std::path::{Path, PathBuf};

use billfold_app::retention::Retention;
use serde::{Deserialize, Serialize};

pub use database::{Database, DatabaseUrl, Log};
pub use environment::Environment;
pub use folder::default_data_folder;
pub use http::Http;
pub use identity::{Identity, Provider};
pub use keys::Keys;
pub use mail::{Mail, MailDriver, SmtpSecurity};
pub use schedules::Schedules;
pub use telemetry::{LogFormat, Metrics, Telemetry};
pub use webhooks::Webhooks;

/// Every setting, each section a struct.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What is served, and where.
    pub http: Http,
    /// The database: a server of yours, or the private cluster in the data folder.
    pub database: Database,
    /// Writers, cache and followers of the log.
    pub log: Log,
    /// Files with the keys.
    pub keys: Keys,
    /// How long what personal data is kept, and by which law.
    pub retention: Retention,
    /// Whether this process does what sellers have done by themselves.
    pub schedules: Schedules,
    /// How webhook endpoints are called.
    pub webhooks: Webhooks,
    /// How mail leaves.
    pub mail: Mail,
    /// Who else vouches for staff.
    pub identity: Identity,
    /// What the program says about itself.
    pub telemetry: Telemetry,
    /// Where figures for a monitoring system are served.
    pub metrics: Metrics,
}

impl Config {
    /// Reads the settings for this data folder.
    ///
    /// `file` is the one named by the user, who wants it to exist; without it `billfold.toml` of
    /// the data folder is read if there is one.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown name, a value of the wrong kind: each names its
    /// place.
    pub fn load(
        data: &Path,
        file: Option<&Path>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let usual = data.join("billfold.toml");
        let mut table = match file {
            Some(file) => read(file)?,
            None if usual.is_file() => read(&usual)?,
            None => toml::Table::new(),
        };
        environment.overlay(&mut table)?;
        let config: Self = table.try_into().map_err(|error: toml::de::Error| {
            ConfigError::Environment { reason: error.message().to_owned() }
        })?;
        config.database.check()?;
        config.http.check()?;
        config.mail.check()?;
        config.identity.check(config.http.public_url.as_deref())?;
        Ok(config)
    }

    /// The settings as a file that would give the same ones.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }
}

/// Why the settings were refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or may not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or a name or value in it is not known.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A variable names no setting.
    #[error("{variable} names no setting: see `billfold config print` for those there are")]
    UnknownVariable {
        /// The variable.
        variable: String,
    },
    /// A variable has a value of the wrong kind.
    #[error("the environment does not fit the settings: {reason}")]
    Environment {
        /// What does not fit.
        reason: String,
    },
    /// A secret stands where a reference to it belongs.
    #[error("{setting} holds a password: put it into a file named by {instead}, or DATABASE_URL")]
    SecretInClear {
        /// The setting.
        setting: &'static str,
        /// The setting to use.
        instead: &'static str,
    },
    /// A setting does not fit the others.
    #[error("{setting} {reason}")]
    Unfit {
        /// The setting.
        setting: &'static str,
        /// The rule.
        reason: &'static str,
    },
    /// Not what a browser calls an origin.
    #[error(
        "http.cors_origins: {origin:?} is no origin; name each exactly, such as https://app.example"
    )]
    Origin {
        /// What was given.
        origin: String,
    },
    /// The address of the database cannot be understood.
    #[error("{origin} is not an address such as postgres://user@host/billfold")]
    DatabaseUrl {
        /// Where it came from.
        origin: String,
    },
}

/// Reads one file, whole, so that its own mistakes are named with their line.
fn read(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let refused = |error: toml::de::Error| ConfigError::File {
        path: path.to_owned(),
        reason: error.to_string().trim_end().to_owned(),
    };
    let config: Config = toml::from_str(&text).map_err(refused)?;
    if config.database.url.as_ref().is_some_and(DatabaseUrl::has_password) {
        return Err(ConfigError::SecretInClear {
            setting: "database.url",
            instead: "database.url_file",
        });
    }
    toml::from_str(&text).map_err(refused)
}

#[cfg(test)]
mod tests;

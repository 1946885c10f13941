//! Where the log lies and how much of the machine it may take.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;

use super::ConfigError;

/// The database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// A PostgreSQL of yours; without it (and `url_file`) a private cluster in the data folder is
    /// run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<DatabaseUrl>,
    /// A file with that address, when it holds a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// The folder of `postgres` and `initdb` for the private cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_binaries: Option<PathBuf>,
    /// Connections the private cluster accepts.
    pub server_connections: u16,
    /// Connections for requests, at most.
    pub app_connections: u32,
    /// Connections for followers, replays and verification, at most.
    pub feed_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            server_binaries: None,
            server_connections: 100,
            app_connections: 16,
            feed_connections: 16,
        }
    }
}

impl Database {
    /// The database of yours; `None` means the private cluster.
    ///
    /// # Errors
    /// The file cannot be read or the address cannot be understood; the address is not repeated.
    pub fn server(&self) -> Result<Option<PgConnectOptions>, ConfigError> {
        if let Some(path) = &self.url_file {
            let text = fs::read_to_string(path)
                .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
            let origin = path.display().to_string();
            return DatabaseUrl(text.trim().to_owned()).parse(origin).map(Some);
        }
        let parsed = self.url.as_ref().map(|url| url.parse("database.url".to_owned()));
        parsed.transpose()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.server().map(|_| ())
    }
}

/// Writers, cache and followers of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Commands that may wait; one more is answered "busy".
    pub queue: usize,
    /// Commands in one transaction, at most.
    pub max_batch: usize,
    /// Tasks that write, each with a connection of its own.
    pub writers: usize,
    /// Folded states kept in memory, in MiB.
    pub cache_mib: usize,
    /// How often the head is signed and the signature written outside, in seconds; 0 for never.
    pub checkpoint_seconds: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { queue: 4096, max_batch: 512, writers: 2, cache_mib: 64, checkpoint_seconds: 60 }
    }
}

/// An address that may hold a password: shown without it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Whether a password stands in it.
    pub fn has_password(&self) -> bool {
        self.password().is_some() || self.0.contains("password=")
    }

    fn parse(&self, origin: String) -> Result<PgConnectOptions, ConfigError> {
        PgConnectOptions::from_str(&self.0).map_err(|_| ConfigError::DatabaseUrl { origin })
    }

    /// What stands between the user's colon and the last at-sign before the path.
    fn password(&self) -> Option<&str> {
        let rest = self.0.split_once("://")?.1;
        let authority = rest.split(['/', '?']).next()?;
        authority.rsplit_once('@')?.0.split_once(':').map(|(_, password)| password)
    }

    fn shown(&self) -> String {
        let start = self.0.split('?').next().unwrap_or_default();
        match self.password() {
            Some(password) => start.replacen(&format!(":{password}@"), ":***@", 1),
            None => start.to_owned(),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.shown())
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

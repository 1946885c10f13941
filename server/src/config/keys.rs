//! Which files hold the keys. A key itself is never a setting.

use std::path::{Path, PathBuf};

use billfold_app::vault::KeyFiles;
use serde::{Deserialize, Serialize};

/// Files with the keys; those not named lie in the folder `keys` of the data folder and are made at
/// the first start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Seals the keys of persons: without it no personal data can be read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_encryption_file: Option<PathBuf>,
    /// Further keys that sealed keys of persons, besides those that lie beside the one above: what
    /// they sealed is read, nothing new is sealed with them.
    pub other_key_encryption_files: Vec<PathBuf>,
    /// Signs checkpoints of the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_file: Option<PathBuf>,
    /// Where signed checkpoints are written: best on another machine's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints_file: Option<PathBuf>,
}

impl Keys {
    /// The files with key-encryption keys.
    pub fn key_encryption_files(&self, data: &Path) -> KeyFiles {
        let usual = || data.join("keys/key-encryption");
        KeyFiles {
            wrapping: self.key_encryption_file.clone().unwrap_or_else(usual),
            others: self.other_key_encryption_files.clone(),
        }
    }

    /// The file with the key that signs checkpoints.
    pub fn signing_file(&self, data: &Path) -> PathBuf {
        self.signing_file.clone().unwrap_or_else(|| data.join("keys/signing"))
    }

    /// The file signed checkpoints are appended to.
    pub fn checkpoints_file(&self, data: &Path) -> PathBuf {
        self.checkpoints_file.clone().unwrap_or_else(|| data.join("checkpoints.jsonl"))
    }
}

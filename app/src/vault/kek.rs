//! The key-encryption key: 32 bytes from a file outside the database, which wrap every data key.
//!
//! Guarantees: the file is made with mode 0600 when it is absent and refused when others may read
//! it; the key never appears in logs or `Debug`; a wrapped key opens only for the tenant, subject
//! and purpose it was wrapped for.
//! Absent on purpose: which keys there are, and rotation. A row names the key that wrapped it, so
//! that several can live side by side.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::cipher;
use super::data_key::DataKey;
use super::error::VaultError;
use crate::ports::KeyRef;

/// Bytes of a key-encryption key and of a data key.
pub(super) const KEY_BYTES: usize = 32;

/// The installation's key-encryption key.
pub struct Kek {
    id: String,
    key: Zeroizing<[u8; KEY_BYTES]>,
}

impl Kek {
    /// Reads the key at `path`, or makes a new one there (mode 0600) when nothing is there.
    ///
    /// # Errors
    /// The file cannot be read or made, is not exactly 32 bytes long, or is open to other users.
    pub fn open_or_create(path: &Path) -> Result<Self, VaultError> {
        let file_error = |source| VaultError::KeyFile { path: path.to_owned(), source };
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
                rand::fill(key.as_mut_slice());
                file.write_all(key.as_slice()).map_err(file_error)?;
                file.sync_all().map_err(file_error)?;
                Ok(Self::from_bytes(key))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::open(path),
            Err(error) => Err(file_error(error)),
        }
    }

    /// A key from bytes that the caller holds, for tests and for installations with a key service.
    #[must_use]
    pub fn from_bytes(key: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let digest = Sha256::new().chain_update(b"billfold kek id v1").chain_update(key.as_slice());
        let id = super::hex(&digest.finalize()).chars().take(16).collect();
        Self { id, key }
    }

    /// The public name of this key: the first 16 hex digits of a hash of it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Reads the key at `path`.
    ///
    /// # Errors
    /// The file cannot be read, is not exactly 32 bytes long, or is open to other users.
    pub fn open(path: &Path) -> Result<Self, VaultError> {
        let file_error = |source| VaultError::KeyFile { path: path.to_owned(), source };
        let file = OpenOptions::new().read(true).open(path).map_err(file_error)?;
        let mode = file.metadata().map_err(file_error)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyFileOpenToOthers { path: path.to_owned() });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
        file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(file_error)?;
        let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
            .map_err(|_| VaultError::KeyFileLength { path: path.to_owned(), found: bytes.len() })?;
        Ok(Self::from_bytes(Zeroizing::new(key)))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.key
    }

    pub(super) fn wrap(&self, of: &KeyRef, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        cipher::seal(&self.key, &wrap_aad(of), key.bytes())
    }

    pub(super) fn unwrap(&self, of: &KeyRef, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        let opened = cipher::open(&self.key, &wrap_aad(of), wrapped)?;
        let key = <[u8; KEY_BYTES]>::try_from(opened.as_slice())
            .map_err(|_| VaultError::Unreadable { subject: of.subject.uuid() })?;
        Ok(DataKey::new(key))
    }
}

impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kek").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Tenant, subject and purpose, so that a wrapped key moved to another row does not open.
fn wrap_aad(of: &KeyRef) -> Vec<u8> {
    let mut aad = b"billfold data key v1".to_vec();
    aad.extend_from_slice(of.tenant.uuid().as_bytes());
    aad.extend_from_slice(of.subject.uuid().as_bytes());
    aad.push(of.purpose.tag());
    aad
}

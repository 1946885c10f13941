//! The key-encryption keys of an installation: one that wraps, and others that still unwrap.
//!
//! The wrapping key lies in a file. Beside it lie those it replaced, each named by its id
//! (`key-encryption.0123456789abcdef`); settings may name more.
//! Guarantees: a process that runs while the key is replaced notices it before it wraps another
//! data key, and finds a key it does not know yet when it meets what that one wrapped; replacing is
//! one rename, so that a killed process leaves the old key or the new one, never none.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::data_key::DataKey;
use super::error::VaultError;
use super::kek::Kek;
use crate::ports::StoredKey;

/// Where key-encryption keys lie.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    /// The key that wraps; made when it is absent.
    pub wrapping: PathBuf,
    /// Further keys that unwrap; each must be there.
    pub others: Vec<PathBuf>,
}

/// The key-encryption keys, as files or as bytes that the caller holds.
pub struct KeyEncryption {
    files: Option<KeyFiles>,
    known: RwLock<Known>,
}

struct Known {
    wrapping: Arc<Kek>,
    /// Which file it was read from: device, inode and time of change.
    stamp: Option<Stamp>,
    others: HashMap<String, Arc<Kek>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, u64, i64, i64);

impl KeyFiles {
    /// Puts a new key in the place of the one that wraps, which stays beside it under its id: a
    /// fresh one, or a copy of `from`. Answers the new key's id.
    ///
    /// # Errors
    /// A file cannot be read or written, or `from` is not a key that only its owner may read.
    pub fn replace(&self, from: Option<&Path>) -> Result<String, VaultError> {
        let old = Kek::open(&self.wrapping)?;
        let fresh = self.beside("new");
        remove(&fresh)?;
        let key = match from {
            None => Kek::open_or_create(&fresh)?,
            Some(from) => {
                let key = Kek::open(from)?;
                if key.id() == old.id() {
                    return Ok(key.id().to_owned());
                }
                let mut file = create(&fresh)?;
                let failed = |source| VaultError::KeyFile { path: fresh.clone(), source };
                file.write_all(key.bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
                key
            }
        };
        let kept = self.beside(old.id());
        match fs::hard_link(&self.wrapping, &kept) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(VaultError::KeyFile { path: kept, source: error });
            }
            _ => {}
        }
        let renamed = fs::rename(&fresh, &self.wrapping).and_then(|()| self.sync_folder());
        renamed.map_err(|source| VaultError::KeyFile { path: self.wrapping.clone(), source })?;
        Ok(key.id().to_owned())
    }

    /// The file of a key beside the one that wraps.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.wrapping.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(ending);
        self.wrapping.with_file_name(name)
    }

    fn sync_folder(&self) -> std::io::Result<()> {
        self.folder().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    fn folder(&self) -> Option<&Path> {
        self.wrapping.parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    fn read(&self) -> Result<Known, VaultError> {
        let stamp = self.stamp();
        let wrapping = Arc::new(Kek::open(&self.wrapping)?);
        let mut others = HashMap::new();
        for path in self.others.iter().cloned().chain(self.replaced()) {
            let key = Kek::open(&path)?;
            others.insert(key.id().to_owned(), Arc::new(key));
        }
        Ok(Known { wrapping, stamp, others })
    }

    /// Files beside the wrapping key that are named like it and end in a key's id.
    fn replaced(&self) -> Vec<PathBuf> {
        let Some(name) = self.wrapping.file_name().and_then(|name| name.to_str()) else {
            return Vec::new();
        };
        let folder = self.folder().unwrap_or(Path::new("."));
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_key = |found: &PathBuf| {
            let found = found.file_name().and_then(|found| found.to_str()).unwrap_or_default();
            let ending = found.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
            ending.is_some_and(|it| it.len() == 16 && it.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        entries.map(|entry| entry.path()).filter(is_key).collect()
    }

    fn stamp(&self) -> Option<Stamp> {
        let found = fs::metadata(&self.wrapping).ok()?;
        Some(Stamp(found.dev(), found.ino(), found.mtime(), found.mtime_nsec()))
    }
}

impl KeyEncryption {
    /// Reads the keys; makes the wrapping one (mode 0600) when nothing is there.
    ///
    /// # Errors
    /// A file cannot be read or made, is not a key, or is open to other users.
    pub fn open(files: KeyFiles) -> Result<Self, VaultError> {
        Kek::open_or_create(&files.wrapping)?;
        let known = files.read()?;
        Ok(Self { files: Some(files), known: RwLock::new(known) })
    }

    /// The key that wraps now.
    ///
    /// # Errors
    /// The file was replaced by something that is not a key.
    pub fn wrapping(&self) -> Result<Arc<Kek>, VaultError> {
        if let Some(files) = &self.files {
            let stamp = files.stamp();
            let seen = self.known.read().unwrap_or_else(PoisonError::into_inner).stamp;
            // A file that is away for now is no reason to forget its key.
            if stamp.is_some() && stamp != seen {
                self.read_again(files)?;
            }
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(&known.wrapping))
    }

    /// The data key in a row that holds one.
    ///
    /// # Errors
    /// `OtherKek` when its key-encryption key is not here, `Unreadable` when the row was changed.
    pub(super) fn unwrap(&self, row: &StoredKey, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        let subject = row.of.subject.uuid();
        let key = self.key(&row.kek_id)?;
        key.unwrap(&row.of, wrapped).map_err(|_| VaultError::Unreadable { subject })
    }

    /// Whether a key of this id is here.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.key(id).is_ok()
    }

    fn key(&self, id: &str) -> Result<Arc<Kek>, VaultError> {
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        if let Some(files) = &self.files {
            self.read_again(files)?;
        }
        self.known(id).ok_or_else(|| VaultError::OtherKek { kek_id: id.to_owned() })
    }

    fn known(&self, id: &str) -> Option<Arc<Kek>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.wrapping.id() == id {
            return Some(Arc::clone(&known.wrapping));
        }
        known.others.get(id).map(Arc::clone)
    }

    /// What is known stays known, also when its file went away.
    fn read_again(&self, files: &KeyFiles) -> Result<(), VaultError> {
        let read = files.read()?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut known.wrapping, read.wrapping);
        known.stamp = read.stamp;
        known.others.insert(before.id().to_owned(), before);
        known.others.extend(read.others);
        Ok(())
    }
}

impl From<Kek> for KeyEncryption {
    fn from(key: Kek) -> Self {
        let known = Known { wrapping: Arc::new(key), stamp: None, others: HashMap::new() };
        Self { files: None, known: RwLock::new(known) }
    }
}

impl std::fmt::Debug for KeyEncryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("KeyEncryption")
            .field("wrapping", &known.wrapping)
            .field("others", &known.others.keys())
            .finish_non_exhaustive()
    }
}

fn create(path: &Path) -> Result<File, VaultError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|source| VaultError::KeyFile { path: path.to_owned(), source })
}

fn remove(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(VaultError::KeyFile { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

//! Backups of the data keys, apart from those of the database, and their way back.
//!
//! A file of JSON lines: what it is, one key a line, how many there were and a hash of all before.
//! The keys in it are wrapped as they are in the table: it is of no use without the key-encryption
//! key, which it does not hold.
//! Guarantees: a file is written whole or not at all, for its owner alone; nothing is restored from
//! one that was cut or changed; a key whose end the table, the backup or the log knows is never
//! brought back.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::kernel::{SubjectId, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ports::{AllKeys, KeyRecord, KeyRef, Purpose, RestoredKeys, StoreFailure, StoredKey};

/// Keys read or written at a time.
const PAGE: u32 = 1_000;
/// Bytes of a line at most; a key takes some 400.
const LONGEST_LINE: usize = 4_096;
/// What the file is, and which version of it.
const FORMAT: &str = "billfold key backup 1";

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// Keys in the file.
    pub keys: u64,
    /// How many of them are known as destroyed.
    pub destroyed: u64,
}

/// What a restore did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Keys in the file.
    pub keys: u64,
    /// Keys that are there again.
    pub restored: u64,
    /// Keys that were destroyed now, because the backup or the log knows they were.
    pub destroyed: u64,
    /// Whether it was stopped before its end; run it again to go on.
    pub interrupted: bool,
}

/// Why keys were not backed up or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be read or written.
    #[error("the key backup {path} cannot be used; check the path and its permissions")]
    File {
        /// Where it lies.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// There is such a file already.
    #[error("{path} is there already; name a file that is not, backups are never written over")]
    Exists {
        /// Where it lies.
        path: PathBuf,
    },
    /// The file is no backup, or not as it was written.
    #[error("{path} line {line}: {what}; nothing was restored, take another backup")]
    Content {
        /// Where it lies.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// The key table does not answer.
    #[error("the key table did not answer")]
    Keys(#[from] StoreFailure),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    written_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tenant: Uuid,
    subject: Uuid,
    purpose: String,
    kek: String,
    wrapped: Option<String>,
    retain_until: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    destroyed_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    keys: u64,
    sha256: String,
}

/// Writes every data key, as it is wrapped, to a new file at `path`. `progress` is told how many
/// were written.
///
/// # Errors
/// The file is there already or cannot be written, or the key table does not answer.
pub async fn back_up(
    rows: &dyn AllKeys,
    path: &Path,
    at: DateTime<Utc>,
    progress: impl Fn(u64),
) -> Result<BackedUp, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists { path: path.to_owned() });
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let failed = |source| BackupError::File { path: path.to_owned(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
    let mut file = Hashed::new(BufWriter::new(file.map_err(failed)?));
    let mut done = BackedUp { keys: 0, destroyed: 0 };
    let head = Head { format: FORMAT.to_owned(), written_at: at };
    file.line(&head).map_err(failed)?;
    let mut after = None;
    loop {
        let page = rows.page(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.of);
        for record in &page {
            file.line(&Line::of(record)).map_err(failed)?;
            done.keys += 1;
            done.destroyed += u64::from(record.key.wrapped.is_none());
        }
        progress(done.keys);
    }
    let tail = Tail { keys: done.keys, sha256: file.digest() };
    file.line(&tail).map_err(failed)?;
    let file = file.to.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    fs::rename(&part, path).map_err(failed)?;
    Ok(done)
}

/// Puts the keys of a backup where none are. `progress` is told how many lines were looked at, and
/// says whether to go on.
///
/// # Errors
/// The file is not whole or not a backup, or the key table does not answer. A repeat is harmless.
pub async fn restore(
    rows: &dyn AllKeys,
    path: &Path,
    at: DateTime<Utc>,
    progress: impl Fn(u64) -> ControlFlow<()>,
) -> Result<Restored, BackupError> {
    let keys = check(path)?;
    let mut done = Restored { keys, ..Restored::default() };
    // First what is over: where a key is known as destroyed, none of the backup takes its place.
    let ended: Vec<KeyRecord> =
        rows.ended_by_log().await?.into_iter().map(|of| tombstone(of, at)).collect();
    for page in ended.chunks(PAGE as usize) {
        done.take(rows.restore(page).await?);
    }
    let mut lines = Lines::open(path)?;
    lines.next()?;
    let (mut page, mut seen) = (Vec::new(), 0);
    while seen < keys {
        page.push(lines.record()?);
        seen += 1;
        if page.len() == PAGE as usize || seen == keys {
            done.take(rows.restore(&page).await?);
            page.clear();
            if progress(seen).is_break() && seen < keys {
                done.interrupted = true;
                break;
            }
        }
    }
    Ok(done)
}

impl Restored {
    fn take(&mut self, page: RestoredKeys) {
        self.restored += page.restored;
        self.destroyed += page.destroyed;
    }
}

/// How many keys a whole and unchanged backup holds.
fn check(path: &Path) -> Result<u64, BackupError> {
    let mut lines = Lines::open(path)?;
    let head: Option<Head> = lines.next()?.and_then(|line| serde_json::from_str(&line).ok());
    if head.is_none_or(|head| head.format != FORMAT) {
        return Err(lines.wrong("this is no key backup of this program"));
    }
    let mut keys = 0;
    loop {
        let digest = lines.digest();
        let Some(line) = lines.next()? else {
            return Err(lines.wrong("the file ends before its last line"));
        };
        if let Ok(tail) = serde_json::from_str::<Tail>(&line) {
            let whole = tail.keys == keys && tail.sha256 == digest && lines.next()?.is_none();
            return if whole { Ok(keys) } else { Err(lines.wrong("its content was changed")) };
        }
        lines.parse(&line)?;
        keys += 1;
    }
}

fn tombstone(of: KeyRef, at: DateTime<Utc>) -> KeyRecord {
    let key = StoredKey { of, kek_id: String::new(), wrapped: None, retain_until: None };
    KeyRecord { key, created_at: at, destroyed_at: Some(at) }
}

impl Line {
    fn of(record: &KeyRecord) -> Self {
        let StoredKey { of, kek_id, wrapped, retain_until } = &record.key;
        Self {
            tenant: of.tenant.uuid(),
            subject: of.subject.uuid(),
            purpose: of.purpose.as_str().to_owned(),
            kek: kek_id.clone(),
            wrapped: wrapped.as_ref().map(|bytes| STANDARD.encode(bytes)),
            retain_until: *retain_until,
            created_at: record.created_at,
            destroyed_at: record.destroyed_at,
        }
    }

    fn record(self) -> Option<KeyRecord> {
        let wrapped = match self.wrapped {
            Some(text) => Some(STANDARD.decode(text).ok()?),
            None => None,
        };
        if wrapped.is_none() != self.destroyed_at.is_some() {
            return None;
        }
        let of = KeyRef {
            tenant: TenantId::new(self.tenant),
            subject: SubjectId::new(self.subject),
            purpose: Purpose::parse(&self.purpose)?,
        };
        let retain_until = self.retain_until;
        let key = StoredKey { of, kek_id: self.kek, wrapped, retain_until };
        Some(KeyRecord { key, created_at: self.created_at, destroyed_at: self.destroyed_at })
    }
}

/// Writes lines and keeps a hash of them.
struct Hashed {
    to: BufWriter<File>,
    hash: Sha256,
}

impl Hashed {
    fn new(to: BufWriter<File>) -> Self {
        Self { to, hash: Sha256::new() }
    }

    fn line(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.hash.update(&bytes);
        self.to.write_all(&bytes)
    }

    fn digest(&self) -> String {
        super::hex(&self.hash.clone().finalize())
    }
}

/// Reads lines and keeps a hash of them.
struct Lines {
    from: BufReader<File>,
    path: PathBuf,
    hash: Sha256,
    line: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, BackupError> {
        let failed = |source| BackupError::File { path: path.to_owned(), source };
        let from = BufReader::new(File::open(path).map_err(failed)?);
        Ok(Self { from, path: path.to_owned(), hash: Sha256::new(), line: 0 })
    }

    fn next(&mut self) -> Result<Option<String>, BackupError> {
        let mut line = Vec::new();
        self.line += 1;
        let read = std::io::Read::take(&mut self.from, LONGEST_LINE as u64);
        let read = { read }.read_until(b'\n', &mut line);
        read.map_err(|source| BackupError::File { path: self.path.clone(), source })?;
        self.hash.update(&line);
        if line.is_empty() {
            return Ok(None);
        }
        match (line.pop(), String::from_utf8(line)) {
            (Some(b'\n'), Ok(line)) => Ok(Some(line)),
            _ => Err(self.wrong("the line is cut")),
        }
    }

    fn record(&mut self) -> Result<KeyRecord, BackupError> {
        match self.next()? {
            Some(line) => self.parse(&line),
            None => Err(self.wrong("the file was changed while it was read")),
        }
    }

    fn parse(&self, line: &str) -> Result<KeyRecord, BackupError> {
        let line: Option<Line> = serde_json::from_str(line).ok();
        line.and_then(Line::record).ok_or_else(|| self.wrong("this is no key"))
    }

    fn digest(&self) -> String {
        super::hex(&self.hash.clone().finalize())
    }

    fn wrong(&self, what: &'static str) -> BackupError {
        BackupError::Content { path: self.path.clone(), line: self.line, what }
    }
}

//! Signed checkpoints of the chain, kept in the database and outside of it.
//!
//! A chain that lies in one database only proves that nobody edited part of it; whoever owns the
//! database can rebuild all of it. An anchor says "at this batch the hash was this", signed, in a
//! place the database's owner cannot reach. Guarantees: a signature covers every column of the
//! anchor; an anchor is outside, flushed to disk, before it is in the table, so the outside is
//! never behind. Absent on purpose: when to anchor (a job's matter), and where the sink lies (it
//! must not be the data folder).

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};
use thiserror::Error;

use crate::canonical::{AnchorRef, Hash, anchor_bytes};
use crate::feed::LogHead;
use crate::hex;

/// A signed statement that a batch had a hash. One line of JSON in a sink; one row of `anchors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The log.
    pub log_id: i16,
    /// Position of the head at that batch.
    pub position: i64,
    /// The batch.
    pub batch_no: i64,
    /// Its hash.
    #[serde(with = "hex::array")]
    pub batch_hash: Hash,
    /// When it was signed, in whole microseconds.
    pub signed_at: DateTime<Utc>,
    /// Which key signed it: the first 16 hexadecimal digits of the SHA-256 of the public key.
    pub key_id: String,
    /// Ed25519 over `canonical::anchor_bytes`.
    #[serde(with = "hex::array")]
    pub signature: [u8; 64],
}

/// Why an anchor could not be made, kept or believed.
#[derive(Debug, Error)]
pub enum AnchorError {
    /// A file of keys or anchors could not be read or written.
    #[error("{} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} {problem}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The database is away or refused.
    #[error("the anchor cannot be stored")]
    Database(#[from] sqlx::Error),
    /// No key is known by this id.
    #[error("it is signed with key {key_id}, which is not known")]
    UnknownKey {
        /// The id in the anchor.
        key_id: String,
    },
    /// The signature is not that of the key over these columns.
    #[error("its signature does not fit")]
    BadSignature,
}

impl Anchor {
    /// What the signature covers.
    pub fn as_ref(&self) -> AnchorRef<'_> {
        AnchorRef {
            log_id: self.log_id,
            position: self.position,
            batch_no: self.batch_no,
            batch_hash: self.batch_hash,
            signed_at: self.signed_at,
            key_id: &self.key_id,
        }
    }
}

/// The private key that signs anchors.
pub struct AnchorKey {
    key: SigningKey,
    id: String,
}

impl std::fmt::Debug for AnchorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnchorKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AnchorKey {
    /// A key from its 32 secret bytes.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        let id = key_id(&key.verifying_key());
        Self { key, id }
    }

    /// Reads the key file; makes a new key that only its owner can read, if there is none.
    ///
    /// # Errors
    /// [`AnchorError::File`]; [`AnchorError::Content`] if it is no key, or others can read it.
    pub fn open_or_create(path: &Path) -> Result<Self, AnchorError> {
        let secret: [u8; 32] = rand::random();
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let text = format!("{}\n", hex::encode(&secret));
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(|source| at(path, source))?;
                Ok(Self::from_secret(&secret))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::open(path),
            Err(source) => Err(at(path, source)),
        }
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// As [`AnchorKey::open_or_create`].
    pub fn open(path: &Path) -> Result<Self, AnchorError> {
        use std::os::unix::fs::PermissionsExt;
        let content =
            |problem: &str| AnchorError::Content { path: path.into(), problem: problem.into() };
        let metadata = std::fs::metadata(path).map_err(|source| at(path, source))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(content("can be read by others; take their rights away (chmod 600)"));
        }
        let text = std::fs::read_to_string(path).map_err(|source| at(path, source))?;
        let secret = hex::decode(text.trim());
        let secret = secret.ok_or_else(|| content("is not a key of 64 hexadecimal digits"))?;
        Ok(Self::from_secret(&secret))
    }

    /// Names the key in anchors.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key, for whoever checks anchors.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs the head of a log.
    pub fn sign(&self, head: &LogHead, now: DateTime<Utc>) -> Anchor {
        let mut anchor = Anchor {
            log_id: head.log_id,
            position: head.position,
            batch_no: head.batch_no,
            batch_hash: head.batch_hash,
            signed_at: now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now),
            key_id: self.id.clone(),
            signature: [0; 64],
        };
        anchor.signature = self.key.sign(&anchor_bytes(&anchor.as_ref())).to_bytes();
        anchor
    }
}

/// The public keys whose anchors are believed.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys {
    keys: Vec<(String, VerifyingKey)>,
}

impl PublicKeys {
    /// Adds a key; false if the bytes are not a public key.
    pub fn add(&mut self, public: &[u8; 32]) -> bool {
        match VerifyingKey::from_bytes(public) {
            Ok(key) => {
                self.keys.push((key_id(&key), key));
                true
            }
            Err(_) => false,
        }
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Checks the signature of an anchor.
    ///
    /// # Errors
    /// [`AnchorError::UnknownKey`], [`AnchorError::BadSignature`].
    pub fn check(&self, anchor: &Anchor) -> Result<(), AnchorError> {
        let key = self.keys.iter().find(|(id, _)| *id == anchor.key_id);
        let (_, key) =
            key.ok_or_else(|| AnchorError::UnknownKey { key_id: anchor.key_id.clone() })?;
        let signature = Signature::from_bytes(&anchor.signature);
        key.verify_strict(&anchor_bytes(&anchor.as_ref()), &signature)
            .map_err(|_| AnchorError::BadSignature)
    }
}

/// A file of anchors outside the database, one JSON object a line, only ever appended to.
#[derive(Debug, Clone)]
pub struct FileSink {
    path: PathBuf,
}

impl FileSink {
    /// A sink at `path`, which is created by the first anchor.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Appends an anchor and flushes it to disk. Blocks.
    ///
    /// # Errors
    /// [`AnchorError::File`].
    pub fn append(&self, anchor: &Anchor) -> Result<(), AnchorError> {
        let write = || {
            let mut line = serde_json::to_vec(anchor)?;
            line.push(b'\n');
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
            file.write_all(&line)?;
            file.sync_all()
        };
        write().map_err(|source| at(&self.path, source))
    }

    /// All anchors of the file, oldest first; none if there is no file. Blocks. A last line
    /// without its end is a write that was cut off, and is left out.
    ///
    /// # Errors
    /// [`AnchorError::File`]; [`AnchorError::Content`] for a line that is no anchor.
    pub fn read(&self) -> Result<Vec<Anchor>, AnchorError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(at(&self.path, source)),
        };
        let (mut reader, mut anchors, mut line) = (BufReader::new(file), Vec::new(), String::new());
        loop {
            line.clear();
            reader.read_line(&mut line).map_err(|source| at(&self.path, source))?;
            if !line.ends_with('\n') {
                return Ok(anchors);
            }
            anchors.push(serde_json::from_str(&line).map_err(|error| AnchorError::Content {
                path: self.path.clone(),
                problem: format!("holds a line {} that is no anchor: {error}", anchors.len() + 1),
            })?);
        }
    }
}

/// Signs the head, writes the anchor outside and then into the table.
///
/// # Errors
/// [`AnchorError::File`] before anything is stored; [`AnchorError::Database`] once it is outside.
pub async fn anchor_head(
    pool: &PgPool,
    key: &AnchorKey,
    sink: &FileSink,
    head: &LogHead,
    now: DateTime<Utc>,
) -> Result<Anchor, AnchorError> {
    let anchor = key.sign(head, now);
    let (outside, copy) = (sink.clone(), anchor.clone());
    let written = tokio::task::spawn_blocking(move || outside.append(&copy)).await;
    written.map_err(|error| at(&sink.path, std::io::Error::other(error)))??;
    sqlx::query(
        "insert into anchors \
             (log_id, batch_no, position, batch_hash, signed_at, key_id, signature) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(anchor.log_id)
    .bind(anchor.batch_no)
    .bind(anchor.position)
    .bind(anchor.batch_hash)
    .bind(anchor.signed_at)
    .bind(&anchor.key_id)
    .bind(anchor.signature)
    .execute(pool)
    .await?;
    Ok(anchor)
}

/// Every anchor in the table, of all logs, oldest first.
///
/// # Errors
/// The database is away or refused.
pub async fn stored_anchors(connection: &mut PgConnection) -> Result<Vec<Anchor>, sqlx::Error> {
    let rows = sqlx::query(
        "select log_id, position, batch_no, batch_hash, signed_at, key_id, signature \
         from anchors order by log_id, batch_no, key_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Anchor {
                log_id: row.try_get(0)?,
                position: row.try_get(1)?,
                batch_no: row.try_get(2)?,
                batch_hash: row.try_get(3)?,
                signed_at: row.try_get(4)?,
                key_id: row.try_get(5)?,
                signature: row.try_get(6)?,
            })
        })
        .collect()
}

/// How a log stands to an anchor from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The log holds the anchored batch with the anchored hash.
    Continues,
    /// The log ends before the anchored batch: it was restored from an older copy, or cut.
    /// Appending now would make two histories.
    Older {
        /// Where the log ends.
        batch_no: i64,
    },
    /// The log holds another batch under that number: it is another history.
    Forked,
}

/// Compares a log with an anchor from outside; ask this with the newest one before a writer starts.
///
/// # Errors
/// The database is away or refused.
pub async fn standing(pool: &PgPool, anchor: &Anchor) -> Result<Standing, sqlx::Error> {
    if anchor.batch_no == 0 {
        return Ok(Standing::Continues);
    }
    let found: Option<Hash> =
        sqlx::query_scalar("select batch_hash from batches where log_id = $1 and batch_no = $2")
            .bind(anchor.log_id)
            .bind(anchor.batch_no)
            .fetch_optional(pool)
            .await?;
    match found {
        Some(hash) if hash == anchor.batch_hash => Ok(Standing::Continues),
        Some(_) => Ok(Standing::Forked),
        None => {
            let batch_no: Option<i64> =
                sqlx::query_scalar("select max(batch_no) from batches where log_id = $1")
                    .bind(anchor.log_id)
                    .fetch_one(pool)
                    .await?;
            Ok(Standing::Older { batch_no: batch_no.unwrap_or(0) })
        }
    }
}

fn key_id(key: &VerifyingKey) -> String {
    let mut id = hex::encode(&Sha256::digest(key.as_bytes()));
    id.truncate(16);
    id
}

fn at(path: &Path, source: std::io::Error) -> AnchorError {
    AnchorError::File { path: path.to_owned(), source }
}

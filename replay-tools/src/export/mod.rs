//! `billfold export DIR`: the log as compressed JSON lines with a manifest of hashes.
//!
//! Guarantees: the export ends at one head and holds everything up to it; payloads are the stored
//! bytes; the manifest is written last, so a folder without one is not an export. An interrupted
//! export is simply started again. Absent on purpose: keys (personal data stays sealed) and read
//! models (they can be rebuilt).

pub mod format;
mod read;
mod segments;
mod source;

pub use read::{Lines, Reader, parse};
pub use source::ExportSource;

use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use billfold_event_store::anchor::stored_anchors;
use billfold_event_store::canonical::{BatchHeader, Hash};
use billfold_event_store::copy::{self, Range, ReplayError, Whole};
use billfold_event_store::feed::{Feed, LogHead};
use format::{AnchorLine, BatchLine, EventLine, FORMAT, Kind, Manifest, ReceiptLine};
use segments::Segments;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use std::fmt;
use std::path::{Path, PathBuf};

/// Batches whose headers or receipts are read in one query.
const BATCHES_PER_PAGE: i64 = 5_000;

/// Arguments of `billfold export`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Folder to write; made if absent, must hold no export yet
    pub dir: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The folder.
    pub dir: PathBuf,
    /// Last position.
    pub position: i64,
    /// Events written.
    pub events: u64,
    /// Batch headers written.
    pub batches: u64,
    /// Receipts written.
    pub receipts: u64,
    /// Signed checkpoints written.
    pub anchors: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "exported {} events, {} batches, {} receipts and {} anchors up to position {} to {}",
            self.events,
            self.batches,
            self.receipts,
            self.anchors,
            self.position,
            self.dir.display()
        )
    }
}

/// Exports the log of `pool` (role billfold_feed).
///
/// # Errors
/// The folder holds an export already or can't be written; the log can't be read to its head.
pub async fn run(pool: &PgPool, options: &Options, output: Output) -> Result<Verdict, Error> {
    let report = write(pool, &options.dir, output).await?;
    output.result(&report);
    Ok(Verdict::Clean)
}

/// Writes the export and returns what it holds.
///
/// # Errors
/// As [`run`].
pub async fn write(pool: &PgPool, dir: &Path, output: Output) -> Result<Report, Error> {
    prepare(dir)?;
    let feed = Feed::new(pool.clone(), 1);
    let head = feed.head().await.map_err(|e| Error::Failed(e.to_string()))?;
    let mut files = write_events(pool, &head, dir, output).await?;
    let events = files.iter().map(|f| f.rows).sum();
    let batches = write_batches(pool, &head, dir).await?;
    let receipts = write_receipts(pool, &head, dir).await?;
    let anchors = write_anchors(pool, &head, dir).await?;
    let count = |list: &[format::File]| list.iter().map(|f| f.rows).sum();
    let report = Report {
        dir: dir.to_owned(),
        position: head.position,
        events,
        batches: count(&batches),
        receipts: count(&receipts),
        anchors: count(&anchors),
    };
    files.extend(batches.into_iter().chain(receipts).chain(anchors));
    write_manifest(dir, &head, files)?;
    Ok(report)
}

/// Makes the folder; removes what an interrupted export left there.
fn prepare(dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir)
        .map_err(|e| Error::file(format!("could not make {}", dir.display()), e))?;
    if dir.join("manifest.json").exists() {
        let shown = dir.display();
        return Err(Error::Usage(format!("{shown} holds an export already; name another folder")));
    }
    let list = std::fs::read_dir(dir)
        .map_err(|e| Error::file(format!("could not read {}", dir.display()), e))?;
    for entry in list.flatten() {
        if entry.file_name().to_string_lossy().ends_with(".jsonl.zst") {
            std::fs::remove_file(entry.path())
                .map_err(|e| Error::file(format!("could not remove {:?}", entry.path()), e))?;
        }
    }
    Ok(())
}

async fn write_events(
    pool: &PgPool,
    head: &LogHead,
    dir: &Path,
    output: Output,
) -> Result<Vec<format::File>, Error> {
    let total = u64::try_from(head.position).unwrap_or(0);
    let progress = Progress::new("events exported", total, output.quiet);
    let mut segments = Segments::new(dir, Kind::Events);
    let range = Range { log_id: head.log_id, after: 0, through: head.position };
    let mut done = 0_u64;
    let read = copy::for_each::<Whole, Error>(pool, range, |event| {
        let line = EventLine::of(&event)
            .map_err(|e| Error::Input(format!("event {} is not JSON: {e}", event.position)))?;
        segments.push(&line)?;
        done += 1;
        if done.is_multiple_of(1_000) {
            progress.at(done);
        }
        Ok(())
    })
    .await;
    progress.finish();
    read.map_err(|error| match error {
        ReplayError::Fold { source, .. } => source,
        ReplayError::Read(error) => Error::Failed(error.to_string()),
    })?;
    segments.finish()
}

async fn write_batches(
    pool: &PgPool,
    head: &LogHead,
    dir: &Path,
) -> Result<Vec<format::File>, Error> {
    let mut segments = Segments::new(dir, Kind::Batches);
    let mut after = 0;
    while after < head.batch_no {
        let rows = sqlx::query(
            "select batch_no, first_position, last_position, prev_hash, events_root, receipts_root,
                    batch_hash, recorded_at
             from batches where log_id = $1 and batch_no > $2 and batch_no <= $3
             order by batch_no limit $4",
        )
        .bind(head.log_id)
        .bind(after)
        .bind(head.batch_no)
        .bind(BATCHES_PER_PAGE)
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else {
            return Err(Error::Failed(format!("batch {} is missing", after + 1)));
        };
        after = last.try_get("batch_no")?;
        for row in &rows {
            let header = BatchHeader {
                log_id: head.log_id,
                batch_no: row.try_get("batch_no")?,
                first_position: row.try_get("first_position")?,
                last_position: row.try_get("last_position")?,
                prev_hash: hash(row, "prev_hash")?,
                events_root: hash(row, "events_root")?,
                receipts_root: hash(row, "receipts_root")?,
                recorded_at: row.try_get("recorded_at")?,
            };
            segments.push(&BatchLine::of(&header, hash(row, "batch_hash")?))?;
        }
    }
    segments.finish()
}

async fn write_receipts(
    pool: &PgPool,
    head: &LogHead,
    dir: &Path,
) -> Result<Vec<format::File>, Error> {
    let mut segments = Segments::new(dir, Kind::Receipts);
    let mut after = 0;
    while after < head.batch_no {
        let through = head.batch_no.min(after + BATCHES_PER_PAGE);
        let rows = sqlx::query(
            "select tenant_id, key, request_hash, command_id, batch_no, outcome, first_position,
                    last_position, leaf_hash, answer
             from receipts where log_id = $1 and batch_no > $2 and batch_no <= $3
             order by batch_no, leaf_hash",
        )
        .bind(head.log_id)
        .bind(after)
        .bind(through)
        .fetch_all(pool)
        .await?;
        for row in &rows {
            segments.push(&receipt(row)?)?;
        }
        after = through;
    }
    segments.finish()
}

fn receipt(row: &PgRow) -> Result<ReceiptLine, Error> {
    // json travels as its own text; the stored bytes are what is hashed
    let answer: String = row.try_get_unchecked("answer")?;
    let key: String = row.try_get("key")?;
    let answer = serde_json::value::RawValue::from_string(answer)
        .map_err(|e| Error::Input(format!("the answer of receipt {key:?} is not JSON: {e}")))?;
    Ok(ReceiptLine {
        tenant_id: row.try_get("tenant_id")?,
        key,
        request_hash: hash(row, "request_hash")?,
        command_id: row.try_get("command_id")?,
        batch_no: row.try_get("batch_no")?,
        outcome: row.try_get("outcome")?,
        first_position: row.try_get("first_position")?,
        last_position: row.try_get("last_position")?,
        leaf_hash: hash(row, "leaf_hash")?,
        answer,
    })
}

async fn write_anchors(
    pool: &PgPool,
    head: &LogHead,
    dir: &Path,
) -> Result<Vec<format::File>, Error> {
    let mut segments = Segments::new(dir, Kind::Anchors);
    let mut connection = pool.acquire().await?;
    let anchors = stored_anchors(&mut connection).await?;
    let ours =
        |anchor: &&AnchorLine| anchor.log_id == head.log_id && anchor.batch_no <= head.batch_no;
    for anchor in anchors.iter().filter(ours) {
        segments.push(anchor)?;
    }
    segments.finish()
}

fn write_manifest(dir: &Path, head: &LogHead, files: Vec<format::File>) -> Result<(), Error> {
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        install_id: head.install_id,
        log_id: head.log_id,
        position: head.position,
        batch_no: head.batch_no,
        batch_hash: head.batch_hash,
        last_recorded_at: head.recorded_at,
        files,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::Failed(e.to_string()))?;
    let (beside, path) = (dir.join("manifest.json.part"), dir.join("manifest.json"));
    let tried = || format!("could not write {}", path.display());
    std::fs::write(&beside, text).map_err(|e| Error::file(tried(), e))?;
    std::fs::File::open(&beside)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&beside, &path))
        .map_err(|e| Error::file(tried(), e))
}

fn hash(row: &PgRow, column: &str) -> Result<Hash, Error> {
    let bytes: &[u8] = row.try_get(column)?;
    Hash::try_from(bytes).map_err(|_| Error::Input(format!("{column} is not 32 bytes")))
}

//! `billfold import log DIR`: an export into an empty database, with byte-identical hashes.
//!
//! Guarantees: nothing is re-encoded, so every stored hash is the exported one; rows go in whole
//! batches with the head, so an interrupted import goes on where it stopped; at the end the tables
//! that can be derived (streams, counters, reservations) are derived from the events. Absent on
//! purpose: merging into a log that has events of its own.

use crate::export::Reader;
use crate::export::format::{AnchorLine, BatchLine, EventLine, Kind, Manifest, ReceiptLine};
use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use crate::rederive;
use billfold_event_store::Recorded;
use billfold_event_store::canonical::{BatchHeader, Hash, genesis};
use billfold_event_store::feed::{Feed, LogHead};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use std::fmt;
use std::path::PathBuf;

/// Events in one transaction, at least (batches are never split).
const EVENTS_PER_TRANSACTION: usize = 5_000;

/// Arguments of `billfold import log`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Folder of a finished export
    pub dir: PathBuf,
}

/// What was imported.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Last position of the log now.
    pub position: i64,
    /// Events stored by this run.
    pub events: u64,
    /// Batches stored by this run.
    pub batches: u64,
    /// Receipts stored by this run.
    pub receipts: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "imported {} events, {} batches and {} receipts; the log is at position {}",
            self.events, self.batches, self.receipts, self.position
        )
    }
}

/// One transaction's worth of rows.
#[derive(Default)]
struct Load {
    batches: Vec<(BatchHeader, Hash)>,
    events: Vec<Recorded>,
    receipts: Vec<ReceiptLine>,
}

/// Imports an export into the empty log of `pool` (role billfold_feed).
///
/// # Errors
/// The export is damaged, the log is not empty (and not the beginning of this export), or the
/// database refuses.
pub async fn run(pool: &PgPool, options: &Options, output: Output) -> Result<Verdict, Error> {
    let report = load(pool, options, output).await?;
    output.result(&report);
    Ok(Verdict::Clean)
}

/// Imports and returns what was stored.
///
/// # Errors
/// As [`run`].
pub async fn load(pool: &PgPool, options: &Options, output: Output) -> Result<Report, Error> {
    let reader = Reader::open(&options.dir)?;
    let manifest = reader.manifest().clone();
    let head = start(pool, &manifest).await?;
    let mut report = Report { position: head.position, events: 0, batches: 0, receipts: 0 };
    let progress = Progress::new("events imported", reader.rows(Kind::Events), output.quiet);
    let mut batches = reader.lines(Kind::Batches)?;
    let mut events = reader.lines(Kind::Events)?;
    let mut receipts = reader.lines(Kind::Receipts)?;
    let mut next_receipt: Option<ReceiptLine> = receipts.next_row()?;
    let mut load = Load::default();
    while let Some(line) = batches.next_row::<BatchLine>()? {
        let (header, hash) = line.header(manifest.log_id);
        let known = header.batch_no <= head.batch_no;
        for position in header.first_position..=header.last_position {
            let Some(line) = events.next_line()? else {
                return Err(Error::Input(format!("event {position} is missing in the export")));
            };
            if !known {
                let event: EventLine<'_> = crate::export::parse(line)?;
                load.events.push(event.to_ref(manifest.log_id).to_recorded());
            }
        }
        while let Some(receipt) = next_receipt.take_if(|r| r.batch_no == header.batch_no) {
            if !known {
                load.receipts.push(receipt);
            }
            next_receipt = receipts.next_row()?;
        }
        if !known {
            load.batches.push((header, hash));
        }
        if load.events.len() >= EVENTS_PER_TRANSACTION {
            store(pool, &mut load, &mut report).await?;
            progress.at(u64::try_from(report.position).unwrap_or(0));
        }
    }
    store(pool, &mut load, &mut report).await?;
    progress.finish();
    anchors(pool, &reader).await?;
    rederive::store(pool).await?;
    Ok(report)
}

/// Gives the empty log the identity of the exported one; a log that already has it goes on.
async fn start(pool: &PgPool, manifest: &Manifest) -> Result<LogHead, Error> {
    let feed = Feed::new(pool.clone(), manifest.log_id);
    let head = feed.head().await.map_err(|e| Error::Failed(e.to_string()))?;
    if head.install_id == manifest.install_id && head.position <= manifest.position {
        return Ok(head);
    }
    if head.batch_no > 0 {
        return Err(Error::Usage(format!(
            "the log is not empty (position {}); import into a new database",
            head.position
        )));
    }
    let genesis = genesis(manifest.install_id, manifest.log_id);
    sqlx::query("update log_heads set install_id = $2, batch_hash = $3 where log_id = $1")
        .bind(manifest.log_id)
        .bind(manifest.install_id)
        .bind(genesis.as_slice())
        .execute(pool)
        .await?;
    feed.head().await.map_err(|e| Error::Failed(e.to_string()))
}

async fn store(pool: &PgPool, load: &mut Load, report: &mut Report) -> Result<(), Error> {
    let Some(&(last, hash)) = load.batches.last() else { return Ok(()) };
    let mut transaction = pool.begin().await?;
    insert_events(&mut transaction, &load.events).await?;
    insert_batches(&mut transaction, &load.batches).await?;
    insert_receipts(&mut transaction, last.log_id, &load.receipts).await?;
    sqlx::query(
        "update log_heads set position = $2, batch_no = $3, batch_hash = $4, last_recorded_at = $5
         where log_id = $1",
    )
    .bind(last.log_id)
    .bind(last.last_position)
    .bind(last.batch_no)
    .bind(hash.as_slice())
    .bind(last.recorded_at)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    report.position = last.last_position;
    report.events += load.events.len() as u64;
    report.batches += load.batches.len() as u64;
    report.receipts += load.receipts.len() as u64;
    *load = Load::default();
    Ok(())
}

/// One column of a set of rows, ready to bind.
fn column<'a, T, U>(rows: &'a [T], value: impl Fn(&'a T) -> U) -> Vec<U> {
    rows.iter().map(value).collect()
}

async fn insert_events(connection: &mut PgConnection, rows: &[Recorded]) -> Result<(), Error> {
    sqlx::query(
        "insert into events (log_id, position, tenant_id, aggregate_type, aggregate_id, sequence,
             event_type, event_version, event_id, recorded_at, effective_at, command_id,
             correlation_id, causation_id, actor, leaf_hash, payload, metadata)
         select l, p, t, k, i, s, e, v, d, r, f, c, o, a, w, h, b::json, m::json
         from unnest($1::smallint[], $2::bigint[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[],
             $7::text[], $8::text[], $9::uuid[], $10::timestamptz[], $11::timestamptz[],
             $12::uuid[], $13::uuid[], $14::uuid[], $15::text[], $16::bytea[], $17::text[],
             $18::text[]) u(l, p, t, k, i, s, e, v, d, r, f, c, o, a, w, h, b, m)",
    )
    .bind(column(rows, |e| e.log_id))
    .bind(column(rows, |e| e.position))
    .bind(column(rows, |e| e.tenant_id))
    .bind(column(rows, |e| e.aggregate_type.as_str()))
    .bind(column(rows, |e| e.aggregate_id))
    .bind(column(rows, |e| e.sequence))
    .bind(column(rows, |e| e.event_type.as_str()))
    .bind(column(rows, |e| e.event_version.as_str()))
    .bind(column(rows, |e| e.event_id))
    .bind(column(rows, |e| e.recorded_at))
    .bind(column(rows, |e| e.effective_at))
    .bind(column(rows, |e| e.command_id))
    .bind(column(rows, |e| e.correlation_id))
    .bind(column(rows, |e| e.causation_id))
    .bind(column(rows, |e| e.actor.as_str()))
    .bind(column(rows, |e| e.leaf_hash.as_slice()))
    .bind(column(rows, |e| e.payload.as_str()))
    .bind(column(rows, |e| e.metadata.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_batches(
    connection: &mut PgConnection,
    rows: &[(BatchHeader, Hash)],
) -> Result<(), Error> {
    sqlx::query(
        "insert into batches (log_id, batch_no, first_position, last_position, prev_hash,
             events_root, receipts_root, batch_hash, recorded_at)
         select * from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[],
             $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::timestamptz[])",
    )
    .bind(column(rows, |(b, _)| b.log_id))
    .bind(column(rows, |(b, _)| b.batch_no))
    .bind(column(rows, |(b, _)| b.first_position))
    .bind(column(rows, |(b, _)| b.last_position))
    .bind(column(rows, |(b, _)| b.prev_hash.as_slice()))
    .bind(column(rows, |(b, _)| b.events_root.as_slice()))
    .bind(column(rows, |(b, _)| b.receipts_root.as_slice()))
    .bind(column(rows, |(_, hash)| hash.as_slice()))
    .bind(column(rows, |(b, _)| b.recorded_at))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_receipts(
    connection: &mut PgConnection,
    log_id: i16,
    rows: &[ReceiptLine],
) -> Result<(), Error> {
    sqlx::query(
        "insert into receipts (log_id, tenant_id, key, request_hash, command_id, batch_no, outcome,
             first_position, last_position, answer, leaf_hash)
         select $1, t, k, h, c, b, o, f, l, a::json, x
         from unnest($2::uuid[], $3::text[], $4::bytea[], $5::uuid[], $6::bigint[], $7::smallint[],
             $8::bigint[], $9::bigint[], $10::text[], $11::bytea[])
             u(t, k, h, c, b, o, f, l, a, x)",
    )
    .bind(log_id)
    .bind(column(rows, |r| r.tenant_id))
    .bind(column(rows, |r| r.key.as_str()))
    .bind(column(rows, |r| r.request_hash.as_slice()))
    .bind(column(rows, |r| r.command_id))
    .bind(column(rows, |r| r.batch_no))
    .bind(column(rows, |r| r.outcome))
    .bind(column(rows, |r| r.first_position))
    .bind(column(rows, |r| r.last_position))
    .bind(column(rows, |r| r.answer.get()))
    .bind(column(rows, |r| r.leaf_hash.as_slice()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn anchors(pool: &PgPool, reader: &Reader) -> Result<(), Error> {
    let log_id = reader.manifest().log_id;
    let mut lines = reader.lines(Kind::Anchors)?;
    while let Some(anchor) = lines.next_row::<AnchorLine>()? {
        sqlx::query(
            "insert into anchors (log_id, batch_no, position, batch_hash, signed_at, key_id,
                 signature)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        )
        .bind(log_id)
        .bind(anchor.batch_no)
        .bind(anchor.position)
        .bind(anchor.batch_hash.as_slice())
        .bind(anchor.signed_at)
        .bind(&anchor.key_id)
        .bind(anchor.signature.as_slice())
        .execute(pool)
        .await?;
    }
    Ok(())
}

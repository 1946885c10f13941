//! Rebuild: fold the whole log into a new generation beside the live one, prove it, swap.
//!
//! Steps: fix the head; one scan feeds all projections asked for, folded in memory on a thread of
//! its own, rows streamed out by COPY; keys and indexes; the rest is caught up page by page;
//! proofs; the swap, in one transaction. The old generation stays, retired, until dropped.
//!
//! Guarantees: any read error fails the rebuild; the scan ends at the head that was fixed; readers
//! see the old generation or the new one, and never an older position than before. Memory stays
//! under [`Options::memory`]: what would exceed it is caught up page by page instead.
//! Absent on purpose: sending anything. A fold has no means to.

mod bulk;
mod claim;
mod page_by_page;
mod prove;
mod sink;
mod swap;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;

pub use prove::prove;

use crate::error::Error;
use crate::generation::{self, LOG};
use crate::projection::Definition;
pub(crate) use claim::Claim;
pub(crate) use page_by_page::catch_up;

/// How a rebuild behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of folded rows to hold before going on page by page.
    pub memory: usize,
    /// Events in a page when catching up.
    pub page: u32,
    /// Whether proofs that read the whole log run too.
    pub prove_over_log: bool,
}

impl Default for Options {
    /// 512 MiB, pages of 10,000 events, all proofs.
    fn default() -> Self {
        Self { memory: 512 << 20, page: 10_000, prove_over_log: true }
    }
}

/// What a rebuild is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Folding the log in memory.
    Scanning,
    /// Writing rows, keys and indexes.
    Writing,
    /// Following the log page by page.
    CatchingUp,
    /// Checking the result.
    Proving,
    /// Making it the one that answers.
    Swapping,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Events read so far.
    pub events: i64,
    /// Events to read.
    pub of: i64,
    /// Events per second since the start.
    pub rate: u64,
    /// Time left at that rate; only while events are being read.
    pub left: Option<Duration>,
}

type OnProgress = dyn Fn(Progress) + Send + Sync;

/// The observer of a rebuild, who may also stop it.
#[derive(Clone)]
pub struct Watch {
    cancelled: Arc<AtomicBool>,
    report: Arc<OnProgress>,
    started: Instant,
}

impl Watch {
    /// Calls `report` a few times a second.
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { cancelled: Arc::default(), report: Arc::new(report), started: Instant::now() }
    }

    /// Reports to nobody.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    /// Asks the rebuild to stop at the next event it would read.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), Error> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }

    fn say(&self, phase: Phase, events: i64, of: i64) {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = u64::try_from(events).unwrap_or(0).saturating_mul(1000) / elapsed;
        let left = u64::try_from(of - events)
            .ok()
            .filter(|_| rate > 0)
            .map(|events| Duration::from_millis(events.saturating_mul(1000) / rate));
        let left = left.filter(|_| matches!(phase, Phase::Scanning | Phase::CatchingUp));
        (self.report)(Progress { phase, events, of, rate, left });
    }
}

/// What a rebuild made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The projection.
    pub name: &'static str,
    /// The generation that answers now.
    pub generation: i32,
    /// The generation that answered before; kept until dropped.
    pub retired: Option<i32>,
    /// Position of the log up to which it was built when it went live.
    pub position: i64,
    /// Rows per table, as they were proved.
    pub rows: Vec<(String, i64)>,
    /// Rules that were checked.
    pub proofs: Vec<&'static str>,
}

/// Builds new generations of `definitions` from one scan and makes them answer. `owner` is a pool
/// of the role that owns the schema; it needs a connection per table, and two more.
///
/// # Errors
/// Whatever went wrong first; the generations that answered before still do. What was built up to
/// a cancellation while catching up is resumed by the next rebuild.
pub async fn rebuild(
    owner: &PgPool,
    definitions: &[&'static Definition],
    options: &Options,
    watch: &Watch,
) -> Result<Vec<Rebuilt>, Error> {
    let mut claims = Vec::with_capacity(definitions.len());
    let mut rebuilt = Err(Error::Cancelled);
    for definition in definitions {
        match Claim::take(owner, definition).await {
            Ok(claim) => claims.push(claim),
            Err(error) => rebuilt = Err(error),
        }
    }
    if claims.len() == definitions.len() {
        rebuilt = rebuild_claimed(owner, &claims, options, watch).await;
    }
    if rebuilt.is_err() {
        for claim in &claims {
            claim.release(owner).await;
        }
    }
    rebuilt
}

async fn rebuild_claimed(
    owner: &PgPool,
    claims: &[Claim],
    options: &Options,
    watch: &Watch,
) -> Result<Vec<Rebuilt>, Error> {
    let head = head(owner).await?;
    build(owner, claims, head, options, watch).await?;
    let mut rebuilt = Vec::with_capacity(claims.len());
    for claim in claims {
        page_by_page::catch_up(owner, claim, head, options, watch).await?;
        watch.say(Phase::Proving, head, head);
        let proofs = prove(owner, claim.definition, claim.generation, options.prove_over_log);
        let proofs = proofs.await?;
        watch.say(Phase::Swapping, head, head);
        rebuilt.push(swap::swap(owner, claim, proofs, options).await?);
    }
    Ok(rebuilt)
}

/// Builds a generation that answers nobody, as a witness for [`crate::diff`], up to `target`.
pub(crate) async fn build_witness(
    owner: &PgPool,
    definition: &'static Definition,
    target: i64,
    options: &Options,
    watch: &Watch,
) -> Result<Claim, Error> {
    let claim = Claim::take_new(owner, definition).await?;
    let mut built = build(owner, std::slice::from_ref(&claim), target, options, watch).await;
    if built.is_ok() {
        built = page_by_page::catch_up(owner, &claim, target, options, watch).await;
    }
    match built {
        Ok(()) => Ok(claim),
        Err(error) => {
            claim.discard(owner).await?;
            Err(error)
        }
    }
}

/// Fills generations that are empty yet; those that a cancelled rebuild left are caught up later.
async fn build(
    owner: &PgPool,
    claims: &[Claim],
    head: i64,
    options: &Options,
    watch: &Watch,
) -> Result<(), Error> {
    let empty: Vec<&Claim> = claims.iter().filter(|claim| claim.position == 0).collect();
    if empty.is_empty() {
        return Ok(());
    }
    let built = bulk::scan(owner, &empty, head, options, watch).await;
    if built.is_err() {
        for claim in empty {
            // Nobody can use half of a scan; if the drop fails too, the next rebuild drops it.
            let mut conn = owner.acquire().await?;
            generation::remove(&mut conn, claim.definition, claim.generation).await?;
        }
    }
    built
}

/// The newest position of the log.
pub(crate) async fn head(pool: &PgPool) -> Result<i64, Error> {
    let head = sqlx::query_scalar("select position from log_heads where log_id = $1")
        .bind(LOG)
        .fetch_optional(pool)
        .await?;
    Ok(head.unwrap_or(0))
}

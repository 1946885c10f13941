//! Folding streams from the database: whole, or from a known state on.
//!
//! Guarantees: any number of streams is read in one query; a stream with a hole in its sequence is
//! not folded. Events are folded as they arrive, so memory holds states, not histories. A snapshot
//! only shortens the way: one that does not fit its stream is passed over.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};
use tracing::warn;
use uuid::Uuid;

use crate::cache::Versioned;
use crate::kinds::Kinds;
use crate::recorded::RecordedRef;
use crate::snapshot::{self, Snapshot};
use crate::state::{AnyState, FoldError, StateKind};
use crate::stream::StreamKey;

/// Events behind a snapshot, or behind nothing, that make a new snapshot worth its row.
const SNAPSHOT_AFTER: i64 = 500;

/// A stream to fold on from a version; blank at 0.
pub(crate) struct Tail {
    pub(crate) stream: StreamKey,
    pub(crate) known: Versioned,
    /// The version is a claim: unless the log has an event of that sequence, the fold fails.
    pub(crate) unproved: bool,
}

impl Tail {
    /// A stream to fold from its first event; nothing if its kind is not known.
    pub(crate) fn whole(kinds: &Kinds, stream: StreamKey) -> Option<Self> {
        kinds.blank(stream.kind).map(|blank| Self::after(stream, (0, blank)))
    }

    /// A stream to fold on from a state that was committed.
    pub(crate) fn after(stream: StreamKey, known: Versioned) -> Self {
        Self { stream, known, unproved: false }
    }
}

/// Folds streams of which nothing is known, from their snapshots if they have any; makes snapshots
/// of those that were long. One result per stream, in their order. Not for use under the head lock.
pub(crate) async fn whole(
    connection: &mut PgConnection,
    kinds: &Kinds,
    streams: &[StreamKey],
) -> Result<Vec<Result<Versioned, FoldError>>, sqlx::Error> {
    let mut bases: Vec<Option<Versioned>> = vec![None; streams.len()];
    for kind in kinds.with_snapshots() {
        from_snapshots(connection, &**kind, streams, &mut bases).await?;
    }
    let tails = streams.iter().zip(&bases).filter_map(|(stream, base)| match base {
        Some(known) => Some(Tail { stream: *stream, known: known.clone(), unproved: true }),
        None => Tail::whole(kinds, *stream),
    });
    let mut folded = fold(connection, kinds, tails.collect(), i64::MAX).await?;
    for (at, base) in bases.iter_mut().enumerate() {
        if base.is_some() && folded[at].is_err() {
            *base = None;
            let blank = Tail::whole(kinds, streams[at]).into_iter().collect();
            folded.splice(at..=at, fold(connection, kinds, blank, i64::MAX).await?);
        }
    }
    for kind in kinds.with_snapshots() {
        let written = keep_snapshots(connection, &**kind, streams, &bases, &folded).await;
        if let Err(error) = written {
            warn!(%error, kind = kind.name(), "snapshots were not written");
        }
    }
    Ok(folded)
}

async fn from_snapshots(
    connection: &mut PgConnection,
    kind: &dyn StateKind,
    streams: &[StreamKey],
    bases: &mut [Option<Versioned>],
) -> Result<(), sqlx::Error> {
    let ours = |(_, stream): &(usize, &StreamKey)| stream.kind == kind.name();
    let (places, ours): (Vec<usize>, Vec<StreamKey>) =
        streams.iter().enumerate().filter(ours).unzip();
    if ours.is_empty() {
        return Ok(());
    }
    let found = snapshot::read(connection, &ours, &kind.state_schema_hash()).await?;
    for (place, found) in places.into_iter().zip(found) {
        let Some(Snapshot { sequence, state }) = found else { continue };
        bases[place] = kind.read_json(&state).map(|state| (sequence, Arc::from(state)));
    }
    Ok(())
}

async fn keep_snapshots(
    connection: &mut PgConnection,
    kind: &dyn StateKind,
    streams: &[StreamKey],
    bases: &[Option<Versioned>],
    folded: &[Result<Versioned, FoldError>],
) -> Result<(), sqlx::Error> {
    let mut made = Vec::new();
    for ((stream, base), folded) in streams.iter().zip(bases).zip(folded) {
        let Ok((sequence, state)) = folded else { continue };
        let before = base.as_ref().map_or(0, |(version, _)| *version);
        if stream.kind != kind.name() || sequence - before <= SNAPSHOT_AFTER {
            continue;
        }
        if let Some(state) = kind.to_json(&**state) {
            made.push((*stream, Snapshot { sequence: *sequence, state }));
        }
    }
    if made.is_empty() {
        return Ok(());
    }
    snapshot::write(connection, &made, &kind.state_schema_hash()).await
}

/// Folds every event of the tails up to position `as_of`. One result per tail, in their order.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    kinds: &Kinds,
    tails: Vec<Tail>,
    as_of: i64,
) -> Result<Vec<Result<Versioned, FoldError>>, sqlx::Error> {
    let mut folding: Vec<Folding> = tails.into_iter().map(Folding::new).collect();
    if folding.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<Uuid> = folding.iter().map(|tail| tail.stream.tenant).collect();
    let types: Vec<&str> = folding.iter().map(|tail| tail.stream.kind).collect();
    let ids: Vec<Uuid> = folding.iter().map(|tail| tail.stream.id).collect();
    let after: Vec<i64> = folding.iter().map(Folding::after).collect();
    let statement = query(SELECT).persistent(false);
    let statement = statement.bind(tenants).bind(types).bind(ids).bind(after).bind(as_of);
    {
        let mut rows = statement.fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let tail: i64 = row.try_get(0)?;
            let tail = usize::try_from(tail - 1).ok().and_then(|at| folding.get_mut(at));
            let tail = tail.ok_or(sqlx::Error::RowNotFound)?;
            tail.fold(kinds, &recorded(&row)?);
        }
    }
    Ok(folding.into_iter().map(Folding::finish).collect())
}

/// Planned anew each time, and `position + 0`: a plan made while the table was small would walk a
/// tenant's whole history by position, and would be kept until statistics are gathered.
const SELECT: &str = "
    select u.o, e.log_id, e.position, e.tenant_id, e.aggregate_type, e.aggregate_id, e.sequence,
           e.event_type, e.event_version, e.event_id, e.recorded_at, e.effective_at, e.command_id,
           e.correlation_id, e.causation_id, e.actor, e.leaf_hash, e.payload, e.metadata
      from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
           with ordinality u(tenant, type, id, after, o)
      join events e on e.tenant_id = u.tenant and e.aggregate_type = u.type
           and e.aggregate_id = u.id and e.sequence > u.after and e.position + 0 <= $5
     order by u.o, e.sequence";

struct Folding {
    stream: StreamKey,
    version: i64,
    known: Arc<dyn AnyState>,
    unproved: bool,
    /// A copy of `known` that events are applied to, once there are any.
    changed: Option<Box<dyn AnyState>>,
    failed: Option<FoldError>,
}

impl Folding {
    fn new(tail: Tail) -> Self {
        let Tail { stream, known: (version, known), unproved } = tail;
        Self { stream, version, known, unproved, changed: None, failed: None }
    }

    /// The sequence after which events are read.
    fn after(&self) -> i64 {
        if self.unproved { self.version - 1 } else { self.version }
    }

    fn fold(&mut self, kinds: &Kinds, event: &RecordedRef<'_>) {
        if self.failed.is_some() {
            return;
        }
        if self.unproved && event.sequence == self.version {
            self.unproved = false;
            return;
        }
        let known = &self.known;
        let state = self.changed.get_or_insert_with(|| known.clone_box());
        let folded = if event.sequence == self.version + 1 {
            kinds.fold(&mut **state, event)
        } else {
            Err(FoldError::Broken(format!("sequence {} is missing", self.version + 1)))
        };
        self.version = event.sequence;
        self.failed = folded.err();
    }

    fn finish(self) -> Result<Versioned, FoldError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.unproved => {
                Err(FoldError::Broken(format!("it has no event {}", self.version)))
            }
            None => Ok((self.version, self.changed.map_or(self.known, Arc::from))),
        }
    }
}

/// The event of a row of [`SELECT`], borrowed from it.
fn recorded(row: &PgRow) -> Result<RecordedRef<'_>, sqlx::Error> {
    Ok(RecordedRef {
        log_id: row.try_get(1)?,
        position: row.try_get(2)?,
        tenant_id: row.try_get(3)?,
        aggregate_type: row.try_get(4)?,
        aggregate_id: row.try_get(5)?,
        sequence: row.try_get(6)?,
        event_type: row.try_get(7)?,
        event_version: row.try_get(8)?,
        event_id: row.try_get(9)?,
        recorded_at: row.try_get(10)?,
        effective_at: row.try_get(11)?,
        command_id: row.try_get(12)?,
        correlation_id: row.try_get(13)?,
        causation_id: row.try_get(14)?,
        actor: row.try_get(15)?,
        leaf_hash: row.try_get(16)?,
        // json travels as its own text
        payload: row.try_get_unchecked(17)?,
        metadata: row.try_get_unchecked(18)?,
    })
}

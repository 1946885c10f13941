//! Folded states kept beside the log, so that a long stream need not be folded from its first
//! event.
//!
//! Guarantees: a snapshot is only a cache (R24). It is used only if it was made by code with the
//! same state schema, for this very stream, and unchanged since; otherwise it is as if there were
//! none, and deleting every row changes no answer. A newer snapshot is never replaced by an older
//! one. Absent on purpose: deciding when to write one, and upcasting. The caller must still read
//! the events after `sequence`, and must drop the snapshot if the stream has no event at
//! `sequence` (a restored log).

use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::canonical::{Hash, snapshot_digest};
use crate::stream::StreamKey;

/// A folded state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last event that is folded in.
    pub sequence: i64,
    /// The state as JSON, byte for byte as stored.
    pub state: String,
}

/// Reads the snapshots of some streams, which must all be of kinds whose state schema has this
/// hash. Answers in the order of `streams`, with nothing where there is none that may be used.
///
/// # Errors
/// The database is away or refused.
pub async fn read(
    connection: &mut PgConnection,
    streams: &[StreamKey],
    schema: &Hash,
) -> Result<Vec<Option<Snapshot>>, sqlx::Error> {
    let rows = sqlx::query(
        "select u.place, s.sequence, s.state, s.state_digest \
         from unnest($1::uuid[], $2::text[], $3::uuid[]) \
             with ordinality u(tenant, kind, id, place) \
         join snapshots s on s.tenant_id = u.tenant and s.aggregate_type = u.kind \
             and s.aggregate_id = u.id \
         where s.state_schema_hash = $4",
    )
    .bind(column(streams, |stream| stream.tenant))
    .bind(column(streams, |stream| stream.kind))
    .bind(column(streams, |stream| stream.id))
    .bind(schema)
    .fetch_all(connection)
    .await?;
    let mut found = vec![None; streams.len()];
    for row in rows {
        let place: i64 = row.try_get(0)?;
        let (sequence, stored): (i64, Vec<u8>) = (row.try_get(1)?, row.try_get(3)?);
        let state: String = row.try_get_unchecked(2)?;
        let Some(place) = usize::try_from(place - 1).ok().filter(|at| *at < streams.len()) else {
            continue;
        };
        let (Some(stream), Some(slot)) = (streams.get(place), found.get_mut(place)) else {
            continue;
        };
        if stored == snapshot_digest(&key(stream), sequence, schema, &state) {
            *slot = Some(Snapshot { sequence, state });
        } else {
            tracing::warn!(%stream, "a snapshot was changed; folding the events instead");
        }
    }
    Ok(found)
}

/// Stores snapshots made by code whose state schema has this hash; the newest per stream is kept.
///
/// # Errors
/// The database is away or refused, or a state is not JSON.
pub async fn write(
    connection: &mut PgConnection,
    snapshots: &[(StreamKey, Snapshot)],
    schema: &Hash,
) -> Result<(), sqlx::Error> {
    let digest = |(stream, snapshot): &(StreamKey, Snapshot)| {
        snapshot_digest(&key(stream), snapshot.sequence, schema, &snapshot.state).to_vec()
    };
    sqlx::query(
        "insert into snapshots (tenant_id, aggregate_type, aggregate_id, sequence, \
             state_schema_hash, state, state_digest) \
         select u.tenant, u.kind, u.id, u.sequence, $7, u.state::json, u.digest \
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::bytea[]) \
             u(tenant, kind, id, sequence, state, digest) \
         order by u.tenant, u.kind, u.id \
         on conflict (tenant_id, aggregate_type, aggregate_id) do update set \
             sequence = excluded.sequence, state_schema_hash = excluded.state_schema_hash, \
             state = excluded.state, state_digest = excluded.state_digest \
         where snapshots.sequence < excluded.sequence \
            or snapshots.state_schema_hash <> excluded.state_schema_hash",
    )
    .bind(column(snapshots, |(stream, _)| stream.tenant))
    .bind(column(snapshots, |(stream, _)| stream.kind))
    .bind(column(snapshots, |(stream, _)| stream.id))
    .bind(column(snapshots, |(_, snapshot)| snapshot.sequence))
    .bind(column(snapshots, |(_, snapshot)| snapshot.state.clone()))
    .bind(column(snapshots, digest))
    .bind(schema)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the snapshots of some streams, as erasing a person does.
///
/// # Errors
/// The database is away or refused.
pub async fn forget(
    connection: &mut PgConnection,
    streams: &[StreamKey],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from snapshots s \
         using unnest($1::uuid[], $2::text[], $3::uuid[]) u(tenant, kind, id) \
         where s.tenant_id = u.tenant and s.aggregate_type = u.kind and s.aggregate_id = u.id",
    )
    .bind(column(streams, |stream| stream.tenant))
    .bind(column(streams, |stream| stream.kind))
    .bind(column(streams, |stream| stream.id))
    .execute(connection)
    .await?;
    Ok(())
}

fn key(stream: &StreamKey) -> (Uuid, &str, Uuid) {
    (stream.tenant, stream.kind, stream.id)
}

fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

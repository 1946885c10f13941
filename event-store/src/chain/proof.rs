//! Proof that one event lies in the log, without showing any other.
//!
//! Guarantees: a proof holds only for the exact columns of one event, at its position, in the
//! batch whose hash it ends in. Whoever holds an anchor of that batch, or of a later one with the
//! headers between, needs to trust nobody.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};
use thiserror::Error;

use crate::canonical::{BatchHeader, Hash, batch_hash, event_leaf};
use crate::feed::ReadError;
use crate::recorded::RecordedRef;
use crate::{hex, merkle};

/// The way from one event to the hash of its batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The event's position.
    pub position: i64,
    /// Its place in the batch, from 0.
    pub index: u64,
    /// Events in the batch.
    pub size: u64,
    /// Hashes beside the way from the leaf to the events root.
    #[serde(with = "hex::hashes")]
    pub path: Vec<Hash>,
    /// The header of the batch.
    pub header: BatchHeader,
    /// Its hash.
    #[serde(with = "hex::array")]
    pub batch_hash: Hash,
}

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log has no such event.
    #[error("log {log_id} has no event at position {position}")]
    NoEvent {
        /// The log.
        log_id: i16,
        /// The position that was asked for.
        position: i64,
    },
}

impl From<sqlx::Error> for ProofError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

impl Proof {
    /// Whether the proof holds for this event: the columns hash to a leaf, the leaf leads to the
    /// root in the header, the header hashes to `batch_hash`. Compare that hash with an anchor.
    pub fn holds_for(&self, event: &RecordedRef<'_>) -> bool {
        let header = &self.header;
        let size = header.last_position.checked_sub(header.first_position);
        let size = size.and_then(|last| last.checked_add(1));
        let index = event.position.checked_sub(header.first_position);
        let (Some(size), Some(index)) = (size, index) else { return false };
        event.position == self.position
            && event.log_id == header.log_id
            && u64::try_from(size) == Ok(self.size)
            && u64::try_from(index) == Ok(self.index)
            && merkle::path_holds(
                event_leaf(event),
                self.index,
                self.size,
                &self.path,
                &header.events_root,
            )
            && batch_hash(header) == self.batch_hash
    }
}

/// Makes the proof for the event at a position.
///
/// # Errors
/// See [`ProofError`].
pub async fn prove(pool: &PgPool, log_id: i16, position: i64) -> Result<Proof, ProofError> {
    let none = ProofError::NoEvent { log_id, position };
    let mut connection = pool.acquire().await?;
    let Some((header, hash)) = batch_of(&mut connection, log_id, position).await? else {
        return Err(none);
    };
    let leaves: Vec<Hash> = sqlx::query_scalar(
        "select leaf_hash from events where log_id = $1 and position between $2 and $3 \
         order by position",
    )
    .bind(log_id)
    .bind(header.first_position)
    .bind(header.last_position)
    .fetch_all(&mut *connection)
    .await?;
    let index = position - header.first_position;
    let path = usize::try_from(index).ok().and_then(|index| merkle::path(&leaves, index));
    let path = path.ok_or(none)?;
    Ok(Proof {
        position,
        index: u64::try_from(index).unwrap_or(0),
        size: u64::try_from(leaves.len()).unwrap_or(u64::MAX),
        path,
        header,
        batch_hash: hash,
    })
}

/// Positions rise with batch numbers, so the batch is found by halving.
async fn batch_of(
    connection: &mut PgConnection,
    log_id: i16,
    position: i64,
) -> Result<Option<(BatchHeader, Hash)>, sqlx::Error> {
    let newest: Option<i64> =
        sqlx::query_scalar("select max(batch_no) from batches where log_id = $1")
            .bind(log_id)
            .fetch_one(&mut *connection)
            .await?;
    let (mut low, mut high) = (1, newest.unwrap_or(0));
    while low <= high {
        let middle = low + (high - low) / 2;
        let Some((header, hash)) = batch(connection, log_id, middle).await? else {
            return Ok(None);
        };
        if position > header.last_position {
            low = middle + 1;
        } else if position < header.first_position {
            high = middle - 1;
        } else {
            return Ok(Some((header, hash)));
        }
    }
    Ok(None)
}

async fn batch(
    connection: &mut PgConnection,
    log_id: i16,
    batch_no: i64,
) -> Result<Option<(BatchHeader, Hash)>, sqlx::Error> {
    let row = sqlx::query(
        "select first_position, last_position, prev_hash, events_root, receipts_root, \
             recorded_at, batch_hash \
         from batches where log_id = $1 and batch_no = $2",
    )
    .bind(log_id)
    .bind(batch_no)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let header = BatchHeader {
            log_id,
            batch_no,
            first_position: row.try_get(0)?,
            last_position: row.try_get(1)?,
            prev_hash: row.try_get(2)?,
            events_root: row.try_get(3)?,
            receipts_root: row.try_get(4)?,
            recorded_at: row.try_get(5)?,
        };
        Ok((header, row.try_get(6)?))
    })
    .transpose()
}

//! Replay: all events of a range of positions through one binary COPY, parsed in place.
//!
//! Guarantees (R16): events arrive in order and without a gap, and the last one is the one asked
//! for; everything else, a lost connection too, is an error. The reader allocates nothing per
//! event. Absent on purpose: writing. A fold must not mix reading with slow work; use [`fold`]
//! for that, which folds on a thread of its own while the next block is read.

pub mod binary;
mod shape;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{Executor, PgPool};
use thiserror::Error;
use tokio::sync::mpsc;

pub use self::shape::{Fact, FactRef, Shape, Whole};
use crate::feed::ReadError;
use binary::Decoder;

/// Bytes per block handed to the folding thread.
const BLOCK: usize = 256 << 10;
/// Blocks that may wait for it: bounds memory to 4 MiB.
const BLOCKS: usize = 16;

/// A range of positions: everything after `after`, up to and including `through`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The log.
    pub log_id: i16,
    /// The position before the first one.
    pub after: i64,
    /// The last position; it must exist (take it from the head).
    pub through: i64,
}

/// Why a replay ended early.
#[derive(Debug, Error)]
pub enum ReplayError<E> {
    /// The log could not be read, or is damaged.
    #[error("the replay could not read the log")]
    Read(#[from] ReadError),
    /// The fold gave up.
    #[error("the replay stopped at position {position}")]
    Fold {
        /// The event it gave up on.
        position: i64,
        /// What it said.
        source: E,
    },
}

/// Calls `each` for every event of the range, in order; returns how many there were. The
/// connection is taken out of the pool, so that dropping the future half way leaves no half-read
/// stream behind.
///
/// # Errors
/// See [`ReplayError`]; nothing that `each` built may then be taken for complete.
pub async fn for_each<S: Shape, E>(
    pool: &PgPool,
    range: Range,
    mut each: impl FnMut(S::Row<'_>) -> Result<(), E>,
) -> Result<u64, ReplayError<E>> {
    let mut connection = connect(pool).await?;
    let (mut decoder, mut order) = (Decoder::default(), Order::new(range));
    let sql = statement::<S>(range);
    let mut stream = connection.copy_out_raw(&sql).await.map_err(ReadError::from)?;
    while let Some(chunk) = stream.try_next().await.map_err(ReadError::from)? {
        decoder.feed(&chunk, |mut fields| one::<S, E>(&mut order, &mut fields, &mut each))?;
    }
    decoder.finish()?;
    Ok(order.finish()?)
}

/// Folds every event of the range into `state` on a thread of its own, while the next block is
/// read.
///
/// # Errors
/// See [`ReplayError`]; the state is dropped then.
pub async fn fold<S, T, E>(
    pool: &PgPool,
    range: Range,
    mut state: T,
    mut each: impl FnMut(&mut T, S::Row<'_>) -> Result<(), E> + Send + 'static,
) -> Result<T, ReplayError<E>>
where
    S: Shape,
    T: Send + 'static,
    E: Send + 'static,
{
    let connection = connect(pool).await?;
    let (sender, mut blocks) = mpsc::channel::<Bytes>(BLOCKS);
    let folding = tokio::task::spawn_blocking(move || {
        let (mut decoder, mut order) = (Decoder::default(), Order::new(range));
        while let Some(block) = blocks.blocking_recv() {
            decoder.feed::<ReplayError<E>>(&block, |mut fields| {
                one::<S, E>(&mut order, &mut fields, &mut |row| each(&mut state, row))
            })?;
        }
        decoder.finish()?;
        order.finish()?;
        Ok(state)
    });
    let read = read_blocks(connection, &statement::<S>(range), sender).await;
    let folded = folding.await.map_err(|error| ReadError::Broken(error.to_string()))?;
    // a reader that failed is why the fold saw a short stream
    read?;
    folded
}

/// A connection of our own, set to stream an index in order.
pub(crate) async fn connect(pool: &PgPool) -> Result<PgConnection, ReadError> {
    let mut connection = pool.acquire().await?.detach();
    connection
        .execute("set enable_sort = off; set max_parallel_workers_per_gather = 0; set jit = off")
        .await?;
    Ok(connection)
}

/// Sends what a COPY statement yields in blocks; stops without an error if nobody wants them any
/// more.
async fn read_blocks(
    mut connection: PgConnection,
    sql: &str,
    blocks: mpsc::Sender<Bytes>,
) -> Result<(), ReadError> {
    let mut block = BytesMut::with_capacity(BLOCK + BLOCK / 4);
    let mut stream = connection.copy_out_raw(sql).await?;
    while let Some(chunk) = stream.try_next().await? {
        block.extend_from_slice(&chunk);
        if block.len() >= BLOCK {
            let full = std::mem::replace(&mut block, BytesMut::with_capacity(BLOCK + BLOCK / 4));
            if blocks.send(full.freeze()).await.is_err() {
                return Ok(());
            }
        }
    }
    let _gone = blocks.send(block.freeze()).await;
    Ok(())
}

fn statement<S: Shape>(range: Range) -> String {
    let Range { log_id, after, through } = range;
    format!(
        "copy (select {} from events where log_id = {log_id} and position > {after} \
         and position <= {through} order by position) to stdout (format binary)",
        S::COLUMNS
    )
}

fn one<S: Shape, E>(
    order: &mut Order,
    fields: &mut binary::Fields<'_>,
    each: &mut impl FnMut(S::Row<'_>) -> Result<(), E>,
) -> Result<(), ReplayError<E>> {
    let row = S::read(fields)?;
    let position = S::position(&row);
    order.next(position)?;
    each(row).map_err(|source| ReplayError::Fold { position, source })
}

/// Counts positions: each must follow the one before, and the last must be the range's.
struct Order {
    range: Range,
    last: i64,
    count: u64,
}

impl Order {
    fn new(range: Range) -> Self {
        Self { range, last: range.after, count: 0 }
    }

    fn next(&mut self, position: i64) -> Result<(), ReadError> {
        let expected = self.last.saturating_add(1);
        if position != expected {
            return Err(ReadError::Gap { expected, found: Some(position) });
        }
        self.last = position;
        self.count += 1;
        Ok(())
    }

    fn finish(&self) -> Result<u64, ReadError> {
        if self.last != self.range.through {
            return Err(ReadError::Gap { expected: self.last.saturating_add(1), found: None });
        }
        Ok(self.count)
    }
}

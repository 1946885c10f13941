//! What a fold writes into: buffers of rows, one per table, in three kinds.
//!
//! Guarantees: a page becomes one statement per table, in the order of the keys; the same buffers
//! become COPY rows for a rebuild. A row that already holds a page's effect refuses it a second
//! time. Absent on purpose: SQL in the projections' own files, and any way to send something.

mod appended;
mod array;
mod replaced;
mod summed;

use async_trait::async_trait;
use sqlx::PgConnection;

pub use appended::Appended;
pub use replaced::Replaced;
pub use summed::Summed;

use crate::error::Error;
use crate::row::{Cells, Row, Shape};
use array::Columns;

/// Whether a buffer may ask the database for what it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Rows outside the buffer may exist and are loaded when needed.
    Page,
    /// The buffer saw every event so far: what it does not hold does not exist.
    Whole,
}

/// Bytes per block of COPY rows.
pub const BLOCK: usize = 1 << 20;

/// One buffer, whatever its rows are.
#[async_trait]
pub trait Table: Send {
    /// The table's shape.
    fn shape(&self) -> &'static Shape;
    /// Says once, before the first event, what an unknown row means.
    fn set_mode(&mut self, mode: Mode);
    /// Forgets what the page folded so far; what was loaded stays.
    fn restart(&mut self);
    /// Whether the fold asked for rows that have not been loaded.
    fn lacks(&self) -> bool;
    /// Loads those rows in one query.
    async fn load(&mut self, conn: &mut PgConnection, physical: &str) -> Result<(), Error>;
    /// Writes the page, whose first event is at `first`, in one statement and empties the buffer.
    async fn write(
        &mut self,
        conn: &mut PgConnection,
        physical: &str,
        first: i64,
    ) -> Result<u64, Error>;
    /// Hands all rows to `emit` as COPY rows, in blocks of about [`BLOCK`] bytes, and forgets them;
    /// answers how many there were.
    fn drain(&mut self, emit: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>) -> Result<u64, Error>;
    /// Rows held.
    fn rows(&self) -> usize;
    /// About how many bytes are held.
    fn bytes(&self) -> usize;
}

/// The tables of a projection, in a fixed order.
pub trait Tables: Default + Send + 'static {
    /// All of them.
    fn tables(&mut self) -> Vec<&mut dyn Table>;
}

/// Writes rows with one statement; refuses if a row says that it has the page already.
async fn write_rows<R: Row>(
    conn: &mut PgConnection,
    physical: &str,
    first: i64,
    rows: impl ExactSizeIterator<Item = &R>,
) -> Result<u64, Error> {
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if count == 0 {
        return Ok(0);
    }
    let mut columns = Columns::new(R::SHAPE.columns);
    for row in rows {
        columns.row(|cells| row.put(cells));
    }
    let statement = R::SHAPE.write(physical);
    let mut query = sqlx::query(&statement);
    for array in columns.into_arrays() {
        query = query.bind(array);
    }
    if R::SHAPE.kind != crate::row::Kind::Appended {
        query = query.bind(first);
    }
    let written = query.execute(conn).await?.rows_affected();
    if written == count {
        Ok(written)
    } else {
        Err(Error::AppliedTwice { table: physical.to_owned(), first, refused: count - written })
    }
}

/// Encodes rows for COPY, block by block.
fn copy_rows<R: Row>(
    rows: impl Iterator<Item = R>,
    emit: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>,
) -> Result<u64, Error> {
    struct Line<'a>(&'a mut Vec<u8>);
    impl Cells for Line<'_> {
        fn next(&mut self) -> &mut Vec<u8> {
            self.0
        }
    }
    let fields = i16::try_from(R::SHAPE.columns.len()).unwrap_or(i16::MAX);
    let (mut block, mut count) = (Vec::new(), 0);
    for row in rows {
        block.extend_from_slice(&fields.to_be_bytes());
        row.put(&mut Line(&mut block));
        count += 1;
        if block.len() >= BLOCK {
            emit(std::mem::replace(&mut block, Vec::with_capacity(BLOCK + BLOCK / 8)))?;
        }
    }
    if !block.is_empty() {
        emit(block)?;
    }
    Ok(count)
}

impl<R: Row> Tables for Appended<R> {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![self]
    }
}

impl<R: crate::row::Kept> Tables for Replaced<R> {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![self]
    }
}

impl<R: crate::row::Summed> Tables for Summed<R> {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![self]
    }
}

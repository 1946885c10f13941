//! Rows of read models: a struct, its table and its encoding, declared once by `row!`.
//!
//! Guarantees: the columns of the table, the order of encoding and the order of decoding come from
//! one declaration and cannot differ. The key's first field is the tenant.
//! Absent on purpose: an ORM. Reads are SQL; a row only knows how to be written and read back.

pub mod cell;
mod macros;
pub mod shape;

use std::fmt::Debug;
use std::hash::Hash;

use sqlx::postgres::PgRow;

pub use cell::{Cell, Json};
pub(crate) use macros::row;
pub use shape::{Column, Kind, Shape};

/// Where a row's cells go, one after the other: into one COPY row, or each into its own column.
pub trait Cells {
    /// The buffer of the next cell.
    fn next(&mut self) -> &mut Vec<u8>;
}

/// A row of a table that a projection owns; implemented by `row!` only.
pub trait Row: Clone + Debug + Send + Sync + 'static {
    /// Columns, key, checks and indexes.
    const SHAPE: &'static Shape;
    /// What identifies a row.
    type Key: Clone + Debug + Eq + Ord + Hash + Send + Sync + 'static;

    /// The row's key.
    fn key(&self) -> Self::Key;
    /// Writes all cells in the order of the columns.
    fn put(&self, cells: &mut impl Cells);
    /// Writes the cells of a key.
    fn put_key(key: &Self::Key, cells: &mut impl Cells);
    /// Reads all columns, the first of which is column `at`.
    ///
    /// # Errors
    /// A column of another type, or a value outside it.
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error>;
}

/// A row that lives on: it says at which position it changed last.
pub trait Kept: Row {
    /// Position of the last event that changed the row.
    fn last_position(&self) -> i64;
    /// Notes the position of a change.
    fn set_last_position(&mut self, position: i64);
}

/// A row of sums: two rows of one key make one.
pub trait Summed: Kept {
    /// Adds the other row's sums to this one's; `None` if a sum leaves 64 bits.
    fn add(&mut self, other: &Self) -> Option<()>;

    /// The coarser rows that this one is part of. They are derived when rows leave the buffer, so
    /// that a fold adds each delta once. Coarser rows have none themselves.
    fn coarser(&self) -> Vec<Self> {
        Vec::new()
    }
}

//! Array parameters made from cells: one buffer per column, bound as they are.
//!
//! Guarantees: the element bytes are those of [`Cell::put`](crate::row::Cell::put); nothing is
//! converted twice. Absent on purpose: nested and empty arrays (an empty page writes nothing).

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, Postgres};

use crate::row::cell::{SqlType, TEXT};
use crate::row::{Cells, Column};

/// Rows turned into columns.
pub(super) struct Columns {
    columns: Vec<Array>,
    next: usize,
    spill: Vec<u8>,
    rows: i32,
}

impl Columns {
    pub(super) fn new(columns: &[Column]) -> Self {
        let columns = columns.iter().map(|column| Array::new(column.sql)).collect();
        Self { columns, next: 0, spill: Vec::new(), rows: 0 }
    }

    /// Adds a row; `put` writes one cell per column.
    pub(super) fn row(&mut self, put: impl FnOnce(&mut Self)) {
        self.next = 0;
        put(self);
        self.rows = self.rows.saturating_add(1);
    }

    pub(super) fn into_arrays(self) -> impl Iterator<Item = Array> {
        let rows = self.rows;
        self.columns.into_iter().map(move |array| Array { rows, ..array })
    }
}

impl Cells for Columns {
    fn next(&mut self) -> &mut Vec<u8> {
        let at = self.next;
        self.next += 1;
        match self.columns.get_mut(at) {
            Some(array) => &mut array.cells,
            None => &mut self.spill,
        }
    }
}

/// One column of a page.
pub(super) struct Array {
    sql: SqlType,
    rows: i32,
    cells: Vec<u8>,
}

impl Array {
    fn new(sql: SqlType) -> Self {
        Self { sql, rows: 0, cells: Vec::new() }
    }
}

impl sqlx::Type<Postgres> for Array {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(TEXT.array))
    }
}

impl Encode<'_, Postgres> for Array {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        const DIMENSIONS: i32 = 1;
        const HAS_NULLS: i32 = 1;
        const LOWER_BOUND: i32 = 1;
        buffer.extend_from_slice(&DIMENSIONS.to_be_bytes());
        buffer.extend_from_slice(&HAS_NULLS.to_be_bytes());
        buffer.extend_from_slice(&self.sql.element.to_be_bytes());
        buffer.extend_from_slice(&self.rows.to_be_bytes());
        buffer.extend_from_slice(&LOWER_BOUND.to_be_bytes());
        buffer.extend_from_slice(&self.cells);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.sql.array)))
    }

    fn size_hint(&self) -> usize {
        20 + self.cells.len()
    }
}

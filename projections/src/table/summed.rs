//! Rows of sums: the buffer holds deltas, the table adds them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_trait::async_trait;
use sqlx::PgConnection;

use super::{Mode, Table, copy_rows, write_rows};
use crate::error::Error;
use crate::projection::FoldError;
use crate::row::{self, Row, Shape};

/// A buffer of deltas by key; nothing needs to be loaded to add.
#[derive(Debug)]
pub struct Summed<R: Row> {
    deltas: HashMap<R::Key, R>,
}

impl<R: Row> Default for Summed<R> {
    fn default() -> Self {
        Self { deltas: HashMap::new() }
    }
}

impl<R: row::Summed> Summed<R> {
    /// Adds a delta.
    ///
    /// # Errors
    /// [`FoldError::Overflow`] if a sum leaves 64 bits.
    pub fn add(&mut self, delta: R) -> Result<(), FoldError> {
        match self.deltas.entry(delta.key()) {
            Entry::Occupied(mut sum) => {
                sum.get_mut().add(&delta).ok_or(FoldError::Overflow { table: R::SHAPE.table })
            }
            Entry::Vacant(place) => {
                place.insert(delta);
                Ok(())
            }
        }
    }

    /// Takes all rows, the coarser ones too, in the order of their keys.
    fn take_sorted(&mut self) -> Result<Vec<R>, Error> {
        let fine: Vec<R> = self.deltas.values().cloned().collect();
        for coarse in fine.iter().flat_map(R::coarser) {
            let position = coarse.last_position();
            self.add(coarse).map_err(|error| Error::Fold {
                name: R::SHAPE.table,
                position,
                error,
            })?;
        }
        let mut rows: Vec<(R::Key, R)> = std::mem::take(&mut self.deltas).into_iter().collect();
        rows.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

#[async_trait]
impl<R: row::Summed> Table for Summed<R> {
    fn shape(&self) -> &'static Shape {
        R::SHAPE
    }
    fn set_mode(&mut self, _: Mode) {}
    fn restart(&mut self) {
        self.deltas.clear();
    }
    fn lacks(&self) -> bool {
        false
    }
    async fn load(&mut self, _: &mut PgConnection, _: &str) -> Result<(), Error> {
        Ok(())
    }
    async fn write(
        &mut self,
        conn: &mut PgConnection,
        physical: &str,
        first: i64,
    ) -> Result<u64, Error> {
        let rows = self.take_sorted()?;
        write_rows(conn, physical, first, rows.iter()).await
    }
    fn drain(&mut self, emit: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>) -> Result<u64, Error> {
        copy_rows(self.take_sorted()?.into_iter(), emit)
    }
    fn rows(&self) -> usize {
        self.deltas.len()
    }
    fn bytes(&self) -> usize {
        self.deltas.capacity() * (size_of::<(R::Key, R)>() + 64)
    }
}

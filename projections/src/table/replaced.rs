//! Rows that are replaced as a whole when something about them changed.
//!
//! A page is folded before it is known which rows it needs. An unknown row is noted and the change
//! is left out; the rows noted are then loaded in one query and the page is folded again. Folding
//! is pure and cheap next to decoding, which is not repeated.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sqlx::PgConnection;

use super::array::Columns;
use super::{Mode, Table, copy_rows, write_rows};
use crate::error::Error;
use crate::projection::FoldError;
use crate::row::{Kept, Row, Shape};

/// A buffer of rows by key.
#[derive(Debug)]
pub struct Replaced<R: Row> {
    mode: Mode,
    /// What the page made of each row it touched.
    changed: HashMap<R::Key, R>,
    /// What the table held before the page; `None` for a row that does not exist.
    loaded: HashMap<R::Key, Option<R>>,
    wanted: HashSet<R::Key>,
}

impl<R: Row> Default for Replaced<R> {
    fn default() -> Self {
        Self {
            mode: Mode::Page,
            changed: HashMap::new(),
            loaded: HashMap::new(),
            wanted: HashSet::new(),
        }
    }
}

impl<R: Kept> Replaced<R> {
    /// Sets a row, whatever it was.
    pub fn put(&mut self, row: R) {
        self.changed.insert(row.key(), row);
    }

    /// Changes a row that must exist.
    ///
    /// # Errors
    /// [`FoldError::Missing`] if it does not, or what `change` answers.
    pub fn change(
        &mut self,
        key: R::Key,
        position: i64,
        change: impl FnOnce(&mut R) -> Result<(), FoldError>,
    ) -> Result<(), FoldError> {
        let row = match self.find(&key) {
            Found::Row(row) => row,
            Found::Absent => {
                return Err(FoldError::Missing { table: R::SHAPE.table, key: format!("{key:?}") });
            }
            Found::Unknown => return Ok(()),
        };
        change(row)?;
        row.set_last_position(position);
        Ok(())
    }

    /// Changes a row that may not exist yet; `new` makes it.
    ///
    /// # Errors
    /// What `change` answers.
    pub fn change_or_put(
        &mut self,
        key: R::Key,
        position: i64,
        new: impl FnOnce() -> R,
        change: impl FnOnce(&mut R) -> Result<(), FoldError>,
    ) -> Result<(), FoldError> {
        match self.find(&key) {
            Found::Row(row) => {
                change(row)?;
                row.set_last_position(position);
            }
            Found::Absent => {
                let mut row = new();
                change(&mut row)?;
                row.set_last_position(position);
                self.changed.insert(key, row);
            }
            Found::Unknown => {}
        }
        Ok(())
    }

    /// A row as it stands, for whoever does not change it; nothing if it does not exist, or while
    /// it is unknown and the page will be folded again.
    pub fn look(&mut self, key: &R::Key) -> Option<&R> {
        if self.mode == Mode::Page
            && !self.changed.contains_key(key)
            && !self.loaded.contains_key(key)
        {
            self.wanted.insert(key.clone());
        }
        self.changed.get(key).or_else(|| self.loaded.get(key)?.as_ref())
    }

    fn find(&mut self, key: &R::Key) -> Found<'_, R> {
        if !self.changed.contains_key(key) {
            match self.loaded.get(key) {
                Some(Some(row)) => {
                    self.changed.insert(key.clone(), row.clone());
                }
                Some(None) => return Found::Absent,
                None if self.mode == Mode::Whole => return Found::Absent,
                None => {
                    self.wanted.insert(key.clone());
                    return Found::Unknown;
                }
            }
        }
        self.changed.get_mut(key).map_or(Found::Absent, Found::Row)
    }

    fn forget(&mut self) {
        self.changed.clear();
        self.loaded.clear();
        self.wanted.clear();
    }
}

enum Found<'a, R> {
    Row(&'a mut R),
    Absent,
    Unknown,
}

#[async_trait]
impl<R: Kept> Table for Replaced<R> {
    fn shape(&self) -> &'static Shape {
        R::SHAPE
    }
    fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }
    fn restart(&mut self) {
        self.changed.clear();
    }
    fn lacks(&self) -> bool {
        !self.wanted.is_empty()
    }
    async fn load(&mut self, conn: &mut PgConnection, physical: &str) -> Result<(), Error> {
        let mut keys: Vec<R::Key> = self.wanted.drain().collect();
        keys.sort_unstable();
        let mut columns = Columns::new(R::SHAPE.columns.get(..R::SHAPE.key).unwrap_or_default());
        for key in &keys {
            columns.row(|cells| R::put_key(key, cells));
        }
        let statement = R::SHAPE.load(physical);
        let mut query = sqlx::query(&statement);
        for array in columns.into_arrays() {
            query = query.bind(array);
        }
        for row in query.fetch_all(conn).await? {
            let row = R::get(&row, 0)?;
            self.loaded.insert(row.key(), Some(row));
        }
        for key in keys {
            self.loaded.entry(key).or_insert(None);
        }
        Ok(())
    }
    async fn write(
        &mut self,
        conn: &mut PgConnection,
        physical: &str,
        first: i64,
    ) -> Result<u64, Error> {
        let mut rows: Vec<(&R::Key, &R)> = self.changed.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        let written = write_rows(conn, physical, first, rows.into_iter().map(|(_, row)| row)).await;
        self.forget();
        written
    }
    fn drain(&mut self, emit: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>) -> Result<u64, Error> {
        let mut rows: Vec<(R::Key, R)> = std::mem::take(&mut self.changed).into_iter().collect();
        rows.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        copy_rows(rows.into_iter().map(|(_, row)| row), emit)
    }
    fn rows(&self) -> usize {
        self.changed.len()
    }
    fn bytes(&self) -> usize {
        self.changed.capacity() * (size_of::<(R::Key, R)>() + 64)
    }
}

//! Rows that are written once.

use async_trait::async_trait;
use sqlx::PgConnection;

use super::{Mode, Table, copy_rows, write_rows};
use crate::error::Error;
use crate::row::{Row, Shape};

/// A buffer of new rows. A key that exists already fails the page: it would be a second effect of
/// one event, and is never dropped silently.
#[derive(Debug)]
pub struct Appended<R> {
    rows: Vec<R>,
}

impl<R> Default for Appended<R> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<R: Row> Appended<R> {
    /// Adds a row.
    pub fn push(&mut self, row: R) {
        self.rows.push(row);
    }
}

#[async_trait]
impl<R: Row> Table for Appended<R> {
    fn shape(&self) -> &'static Shape {
        R::SHAPE
    }
    fn set_mode(&mut self, _: Mode) {}
    fn restart(&mut self) {
        self.rows.clear();
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
        let written = write_rows(conn, physical, first, self.rows.iter()).await;
        self.rows.clear();
        written
    }
    fn drain(&mut self, emit: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>) -> Result<u64, Error> {
        copy_rows(self.rows.drain(..), emit)
    }
    fn rows(&self) -> usize {
        self.rows.len()
    }
    fn bytes(&self) -> usize {
        self.rows.len() * (size_of::<R>() + 64)
    }
}

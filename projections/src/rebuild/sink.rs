//! A table being filled: created, taken in by COPY, given keys and indexes, in one transaction.
//!
//! Guarantees: the table exists as a whole or not at all. The rows are frozen, so that the first
//! reads and the first vacuum have nothing to tidy up.

use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::row::Shape;

/// Blocks that may wait for the database: bounds memory per table.
const BLOCKS: usize = 4;

/// What a binary COPY begins with: signature, flags, no header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with: a row of -1 fields.
const TRAILER: &[u8] = b"\xff\xff";

enum Input {
    Block(Vec<u8>),
    /// All rows were sent. A channel that closes without it was given up.
    End,
}

/// The writing end of a table being filled. Dropped before it is closed, it leaves no table.
pub(super) struct Sink {
    input: mpsc::Sender<Input>,
    task: JoinHandle<Result<u64, Error>>,
}

impl Sink {
    /// Opens a connection of its own.
    pub(super) async fn open(
        pool: &PgPool,
        shape: &'static Shape,
        physical: String,
    ) -> Result<Self, Error> {
        let connection = pool.acquire().await?.detach();
        let (input, received) = mpsc::channel(BLOCKS);
        let task = tokio::spawn(fill(connection, shape, physical, received));
        Ok(Self { input, task })
    }

    /// Hands over a block of COPY rows; blocks the thread while the database is behind.
    pub(super) fn send(&self, block: Vec<u8>) -> Result<(), Error> {
        // A table that failed says why when it is closed.
        self.input.blocking_send(Input::Block(block)).map_err(|_| Error::Cancelled)
    }

    /// Waits until keys and indexes are there; answers the number of rows.
    pub(super) async fn close(&mut self) -> Result<u64, Error> {
        // If nobody receives any more, the task's own answer says why.
        let _gone = self.input.send(Input::End).await;
        (&mut self.task).await.map_err(|error| Error::Broken(error.to_string()))?
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn fill(
    mut connection: PgConnection,
    shape: &'static Shape,
    physical: String,
    mut input: mpsc::Receiver<Input>,
) -> Result<u64, Error> {
    let mut tx = connection.begin().await?;
    sqlx::query("set local maintenance_work_mem = '128MB'").execute(&mut *tx).await?;
    sqlx::query(&shape.create(&physical)).execute(&mut *tx).await?;
    let mut copy = tx.copy_in_raw(&shape.copy_in(&physical)).await?;
    copy.send(HEADER).await?;
    loop {
        match input.recv().await {
            Some(Input::Block(block)) => {
                copy.send(block).await?;
            }
            Some(Input::End) => break,
            None => {
                copy.abort("the rebuild was given up").await?;
                return Err(Error::Cancelled);
            }
        }
    }
    copy.send(TRAILER).await?;
    let rows = copy.finish().await?;
    for statement in shape.finish(&physical) {
        sqlx::query(&statement).execute(&mut *tx).await?;
    }
    sqlx::query(&format!("analyze {physical}")).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(rows)
}

//! A log read from its database: one snapshot, one connection, COPY streams, hashed on another
//! thread.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection, Executor};
use tokio::sync::mpsc;

use super::rows::{BatchRow, ReceiptRow, StreamRow};
use super::{Source, Verifier};
use crate::anchor::{Anchor, stored_anchors};
use crate::copy::binary::{Decoder, Fields};
use crate::copy::{self, Shape, Whole};
use crate::feed::{self, LogHead, ReadError};

/// Batches in a window at most.
const BATCHES: usize = 8192;
/// Events in a window at most, unless one batch alone has more.
const EVENTS: i64 = 65_536;
/// No batch is this large; a header that says so was changed, and must not fill the memory.
const LARGEST_BATCH: i64 = 4_000_000;
/// Below every number, and still a bigint when it is written with its sign.
const LOWEST: i64 = -i64::MAX;
/// Bytes in a block, and blocks that may wait for the hashing thread.
const BLOCK: usize = 256 << 10;
const BLOCKS: usize = 16;

/// One log of a database, as of the moment it was opened.
#[derive(Debug)]
pub struct DatabaseSource {
    connection: PgConnection,
    log_id: i16,
}

/// What goes to the hashing thread.
enum Message {
    Anchors(Vec<Anchor>),
    OtherLogs,
    Strangers(&'static str, Vec<i16>),
    Batches(Vec<BatchRow>),
    Rows(Table, Bytes),
    /// The rows of one COPY are complete.
    End,
    Settle,
}

#[derive(Debug, Clone, Copy)]
enum Table {
    Events,
    Receipts,
    Streams,
}

impl DatabaseSource {
    /// Opens a snapshot of a log on a connection of its own, out of a pool that acts as
    /// `billfold_feed`.
    ///
    /// # Errors
    /// The database is away or refused.
    pub async fn open(pool: &PgPool, log_id: i16) -> Result<Self, ReadError> {
        let mut connection = copy::connect(pool).await?;
        connection.execute("begin isolation level repeatable read, read only").await?;
        Ok(Self { connection, log_id })
    }

    /// The snapshot, to read tables that are derived from the log as of the same moment.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Ends the snapshot.
    ///
    /// # Errors
    /// The database is away.
    pub async fn close(self) -> Result<(), ReadError> {
        Ok(self.connection.close().await?)
    }

    async fn send_all(&mut self, to: &mpsc::Sender<Message>) -> Result<(), Stopped> {
        let anchors = stored_anchors(&mut self.connection).await?;
        to.send(Message::Anchors(anchors)).await?;
        let logs: i64 = sqlx::query_scalar("select count(*) from log_heads")
            .fetch_one(&mut self.connection)
            .await?;
        if logs > 1 {
            to.send(Message::OtherLogs).await?;
        }
        for table in ["events", "batches", "receipts"] {
            let strangers = self.strangers(table).await?;
            to.send(Message::Strangers(table, strangers)).await?;
        }
        let (mut batch_no, mut position) = (LOWEST, LOWEST);
        loop {
            let batches = self.batches(batch_no).await?;
            let Some(last) = batches.last() else { break };
            let next = last.header.batch_no;
            for window in windows(&batches) {
                self.send_window(window, &mut batch_no, &mut position, to).await?;
            }
            batch_no = next;
        }
        // whatever lies beyond the last batch
        self.send_rows(Table::Events, &events_sql(self.log_id, position, i64::MAX), to).await?;
        self.send_rows(Table::Receipts, &receipts_sql(self.log_id, batch_no, i64::MAX), to).await?;
        to.send(Message::Settle).await?;
        let sql = format!("select {} from streams", StreamRow::COLUMNS);
        self.send_rows(Table::Streams, &sql, to).await
    }

    async fn send_window(
        &mut self,
        window: &[BatchRow],
        batch_no: &mut i64,
        position: &mut i64,
        to: &mpsc::Sender<Message>,
    ) -> Result<(), Stopped> {
        let Some(last) = window.last().map(|row| row.header) else { return Ok(()) };
        let largest = last.first_position.saturating_add(LARGEST_BATCH);
        let through = last.last_position.min(largest).max(*position);
        to.send(Message::Batches(window.to_vec())).await?;
        let events = events_sql(self.log_id, *position, through);
        self.send_rows(Table::Events, &events, to).await?;
        let receipts = receipts_sql(self.log_id, *batch_no, last.batch_no);
        self.send_rows(Table::Receipts, &receipts, to).await?;
        to.send(Message::Settle).await?;
        (*batch_no, *position) = (last.batch_no, through);
        Ok(())
    }

    /// Logs that have rows in a table and no head. Hops over the index, one look per log.
    async fn strangers(&mut self, table: &str) -> Result<Vec<i16>, sqlx::Error> {
        let sql = format!(
            "with recursive present(log_id) as ( \
                 (select log_id from {table} order by log_id limit 1) union all \
                 select (select t.log_id from {table} t where t.log_id > p.log_id \
                         order by t.log_id limit 1) \
                 from present p where p.log_id is not null) \
             select log_id from present \
             where log_id is not null and log_id not in (select log_id from log_heads)"
        );
        sqlx::query_scalar(&sql).fetch_all(&mut self.connection).await
    }

    /// The next headers after a batch.
    async fn batches(&mut self, after: i64) -> Result<Vec<BatchRow>, ReadError> {
        let sql = format!(
            "copy (select {} from batches where log_id = {} and batch_no > {after} \
             order by batch_no limit {BATCHES}) to stdout (format binary)",
            BatchRow::COLUMNS,
            self.log_id
        );
        let (mut decoder, mut rows) = (Decoder::default(), Vec::new());
        let mut stream = self.connection.copy_out_raw(&sql).await?;
        while let Some(chunk) = stream.try_next().await? {
            decoder.feed(&chunk, |fields| {
                rows.push(BatchRow::read(fields)?);
                Ok::<_, ReadError>(())
            })?;
        }
        decoder.finish()?;
        Ok(rows)
    }

    async fn send_rows(
        &mut self,
        table: Table,
        select: &str,
        to: &mpsc::Sender<Message>,
    ) -> Result<(), Stopped> {
        let sql = format!("copy ({select}) to stdout (format binary)");
        let mut stream = self.connection.copy_out_raw(&sql).await?;
        let mut block = BytesMut::with_capacity(BLOCK + BLOCK / 4);
        while let Some(chunk) = stream.try_next().await? {
            block.extend_from_slice(&chunk);
            if block.len() >= BLOCK {
                let next = BytesMut::with_capacity(BLOCK + BLOCK / 4);
                let full = std::mem::replace(&mut block, next);
                to.send(Message::Rows(table, full.freeze())).await?;
            }
        }
        to.send(Message::Rows(table, block.freeze())).await?;
        to.send(Message::End).await?;
        Ok(())
    }
}

#[async_trait]
impl Source for DatabaseSource {
    async fn head(&mut self) -> Result<LogHead, ReadError> {
        feed::head(&mut self.connection, self.log_id).await
    }

    async fn hand_over(&mut self, verifier: Verifier) -> Result<Verifier, ReadError> {
        let (sender, receiver) = mpsc::channel(BLOCKS);
        let hashing = tokio::task::spawn_blocking(move || receive(verifier, receiver));
        let sent = self.send_all(&sender).await;
        drop(sender);
        let received = hashing.await.map_err(|error| ReadError::Broken(error.to_string()))?;
        match sent {
            Ok(()) | Err(Stopped::Receiver) => received,
            Err(Stopped::Read(error)) => Err(error),
        }
    }
}

/// Why sending ended early.
enum Stopped {
    Read(ReadError),
    /// The hashing thread gave up, and knows why.
    Receiver,
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

impl From<mpsc::error::SendError<Message>> for Stopped {
    fn from(_: mpsc::error::SendError<Message>) -> Self {
        Self::Receiver
    }
}

fn receive(
    mut verifier: Verifier,
    mut messages: mpsc::Receiver<Message>,
) -> Result<Verifier, ReadError> {
    let mut decoder = Decoder::default();
    while let Some(message) = messages.blocking_recv() {
        match message {
            Message::Anchors(anchors) => {
                anchors.into_iter().for_each(|anchor| verifier.anchor(anchor));
            }
            Message::OtherLogs => verifier.beside_other_logs(),
            Message::Strangers(table, logs) => {
                logs.into_iter().for_each(|log_id| verifier.stranger(table, log_id));
            }
            Message::Batches(rows) => rows.iter().for_each(|row| verifier.batch(row)),
            Message::Rows(table, block) => {
                decoder.feed(&block, |fields| one(&mut verifier, table, fields))?;
            }
            Message::End => std::mem::take(&mut decoder).finish()?,
            Message::Settle => verifier.settle(),
        }
    }
    Ok(verifier)
}

fn one(verifier: &mut Verifier, table: Table, mut fields: Fields<'_>) -> Result<(), ReadError> {
    match table {
        Table::Events => {
            let mut start = fields;
            match Whole::read(&mut fields) {
                Ok(event) => verifier.event(&event),
                Err(error) => {
                    start.int2("log_id")?;
                    verifier.unreadable_event(start.int8("position")?, &error.to_string());
                }
            }
        }
        Table::Receipts => verifier.receipt(&ReceiptRow::read(fields)?),
        Table::Streams => verifier.stream(&StreamRow::read(fields)?),
    }
    Ok(())
}

/// Cuts batches into runs whose events fit into a window.
fn windows(batches: &[BatchRow]) -> impl Iterator<Item = &[BatchRow]> {
    let mut events = 0i64;
    batches.chunk_by(move |row, next| {
        let size = |row: &BatchRow| {
            row.header.last_position.saturating_sub(row.header.first_position).clamp(0, EVENTS)
        };
        events = events.saturating_add(size(row));
        let fits = events.saturating_add(size(next)) < EVENTS;
        if !fits {
            events = 0;
        }
        fits
    })
}

fn events_sql(log_id: i16, after: i64, through: i64) -> String {
    format!(
        "select {} from events where log_id = {log_id} and position > {after} \
         and position <= {through} order by position",
        Whole::COLUMNS
    )
}

fn receipts_sql(log_id: i16, after: i64, through: i64) -> String {
    format!(
        "select {} from receipts where log_id = {log_id} and batch_no > {after} \
         and batch_no <= {through}",
        ReceiptRow::COLUMNS
    )
}

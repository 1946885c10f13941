//! A small, honest writer of logs: one batch at a time, hashed and chained as the store does it.
//!
//! It lets tests of readers say exactly what lies in a log, batch by batch, without deciding
//! anything. Absent on purpose: idempotency, conflicts, speed.

use billfold_event_store::canonical::{
    BatchHeader, Hash, ReceiptRef, batch_hash, event_leaf, genesis, receipt_leaf,
    sort_receipt_leaves,
};
use billfold_event_store::{Recorded, merkle};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::{PgConnection, PgPool};
use uuid::Uuid;

/// What a test wants to be in the log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The seller.
    pub tenant: Uuid,
    /// The kind of stream.
    pub kind: String,
    /// The stream.
    pub stream: Uuid,
    /// What happened.
    pub event_type: String,
    /// The event's JSON.
    pub payload: String,
}

impl Entry {
    /// An event of an `account` stream that carries a number.
    pub fn amount(tenant: Uuid, stream: Uuid, amount: i64) -> Self {
        Self {
            tenant,
            kind: "account".to_owned(),
            stream,
            event_type: "account.credited".to_owned(),
            payload: format!(r#"{{"credited":{{"amount":{amount}}}}}"#),
        }
    }
}

/// One answered command: its events (none for a refusal), under one receipt.
pub type Command = Vec<Entry>;

/// Writes to log 1 of a test's database. Clones may write at the same time.
#[derive(Debug, Clone)]
pub struct Scribe {
    pool: PgPool,
}

impl Scribe {
    /// The log every scribe writes to.
    pub const LOG: i16 = 1;

    /// Begins the log, if that has not been done. The pool acts as `billfold_feed`.
    pub async fn begin(pool: &PgPool) -> Self {
        let install = Uuid::from_u128(0xb111_f01d);
        sqlx::query(
            "insert into log_heads values ($1, $2, 0, 0, $3, 'epoch') on conflict do nothing",
        )
        .bind(Self::LOG)
        .bind(install)
        .bind(genesis(install, Self::LOG))
        .execute(pool)
        .await
        .expect("the log's head");
        Self { pool: pool.clone() }
    }

    /// Appends one batch and returns the last position.
    pub async fn append(&self, commands: &[Command]) -> i64 {
        let position = self.append_silently(commands).await;
        let news = sqlx::query("select pg_notify('billfold_log', '')").execute(&self.pool).await;
        news.expect("news");
        position
    }

    /// Appends one batch whose notification gets lost.
    pub async fn append_silently(&self, commands: &[Command]) -> i64 {
        let mut tx = self.pool.begin().await.expect("a transaction");
        let position = write(&mut tx, commands).await.expect("a batch");
        tx.commit().await.expect("a commit");
        position
    }

    /// Appends one command of one event.
    pub async fn append_one(&self, entry: Entry) -> i64 {
        self.append(&[vec![entry]]).await
    }
}

type Head = (i64, i64, Hash, DateTime<Utc>);

async fn write(connection: &mut PgConnection, commands: &[Command]) -> Result<i64, sqlx::Error> {
    let (position, batch_no, prev_hash, last): Head = sqlx::query_as(
        "select position, batch_no, batch_hash, last_recorded_at from log_heads \
         where log_id = $1 for update",
    )
    .bind(Scribe::LOG)
    .fetch_one(&mut *connection)
    .await?;
    let recorded_at = last + TimeDelta::microseconds(1_000_001);
    let (mut next, batch_no) = (position, batch_no + 1);
    let (mut leaves, mut receipts) = (Vec::new(), Vec::new());
    for command in commands {
        let command_id = Uuid::now_v7();
        let first = next + 1;
        for entry in command {
            next += 1;
            let event = stored(connection, entry, next, command_id, recorded_at).await?;
            leaves.push(event.leaf_hash);
        }
        let span = (!command.is_empty()).then_some((first, next));
        let tenant = command.first().map_or(Uuid::nil(), |entry| entry.tenant);
        receipts.push(receipt(connection, tenant, command_id, batch_no, span).await?);
    }
    sort_receipt_leaves(&mut receipts);
    let header = BatchHeader {
        log_id: Scribe::LOG,
        batch_no,
        first_position: position + 1,
        last_position: next,
        prev_hash,
        events_root: merkle::root(&leaves),
        receipts_root: merkle::root(&receipts),
        recorded_at,
    };
    close(connection, &header).await?;
    Ok(next)
}

async fn stored(
    connection: &mut PgConnection,
    entry: &Entry,
    position: i64,
    command_id: Uuid,
    recorded_at: DateTime<Utc>,
) -> Result<Recorded, sqlx::Error> {
    let sequence: i64 = sqlx::query_scalar(
        "insert into streams values ($1, $2, $3, 1, $4) \
         on conflict (tenant_id, aggregate_type, aggregate_id) do update \
         set last_sequence = streams.last_sequence + 1, last_position = $4 \
         returning last_sequence",
    )
    .bind(entry.tenant)
    .bind(&entry.kind)
    .bind(entry.stream)
    .bind(position)
    .fetch_one(&mut *connection)
    .await?;
    let mut event = Recorded {
        log_id: Scribe::LOG,
        position,
        tenant_id: entry.tenant,
        aggregate_type: entry.kind.clone(),
        aggregate_id: entry.stream,
        sequence,
        event_type: entry.event_type.clone(),
        event_version: "1".to_owned(),
        event_id: Uuid::now_v7(),
        recorded_at,
        effective_at: recorded_at - TimeDelta::days(1),
        command_id,
        correlation_id: Uuid::now_v7(),
        causation_id: (position % 2 == 0).then(Uuid::now_v7),
        actor: "system:scribe".to_owned(),
        leaf_hash: [0; 32],
        payload: entry.payload.clone(),
        metadata: r#"{"origin": "test"}"#.to_owned(),
    };
    event.leaf_hash = event_leaf(&event.as_ref());
    insert_event(connection, &event).await?;
    Ok(event)
}

/// Inserts an event as it is, right or wrong.
pub async fn insert_event(
    connection: &mut PgConnection,
    event: &Recorded,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into events values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
             $15, $16, $17::text::json, $18::text::json)",
    )
    .bind(event.log_id)
    .bind(event.position)
    .bind(event.tenant_id)
    .bind(&event.aggregate_type)
    .bind(event.aggregate_id)
    .bind(event.sequence)
    .bind(&event.event_type)
    .bind(&event.event_version)
    .bind(event.event_id)
    .bind(event.recorded_at)
    .bind(event.effective_at)
    .bind(event.command_id)
    .bind(event.correlation_id)
    .bind(event.causation_id)
    .bind(&event.actor)
    .bind(event.leaf_hash)
    .bind(&event.payload)
    .bind(&event.metadata)
    .execute(connection)
    .await?;
    Ok(())
}

async fn receipt(
    connection: &mut PgConnection,
    tenant_id: Uuid,
    command_id: Uuid,
    batch_no: i64,
    span: Option<(i64, i64)>,
) -> Result<Hash, sqlx::Error> {
    let key = format!("key-{command_id}");
    let row = ReceiptRef {
        tenant_id,
        key: &key,
        request_hash: [7; 32],
        command_id,
        log_id: Scribe::LOG,
        batch_no,
        outcome: i16::from(span.is_none()),
        first_position: span.map(|(first, _)| first),
        last_position: span.map(|(_, last)| last),
        answer: r#"{ "said":"yes" }"#,
    };
    let leaf = receipt_leaf(&row);
    sqlx::query(
        "insert into receipts values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::json, $11)",
    )
    .bind(row.tenant_id)
    .bind(row.key)
    .bind(row.request_hash)
    .bind(row.command_id)
    .bind(row.log_id)
    .bind(row.batch_no)
    .bind(row.outcome)
    .bind(row.first_position)
    .bind(row.last_position)
    .bind(row.answer)
    .bind(leaf)
    .execute(connection)
    .await?;
    Ok(leaf)
}

async fn close(connection: &mut PgConnection, header: &BatchHeader) -> Result<(), sqlx::Error> {
    let hash = batch_hash(header);
    sqlx::query("insert into batches values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(header.log_id)
        .bind(header.batch_no)
        .bind(header.first_position)
        .bind(header.last_position)
        .bind(header.prev_hash)
        .bind(header.events_root)
        .bind(header.receipts_root)
        .bind(hash)
        .bind(header.recorded_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "update log_heads set position = $2, batch_no = $3, batch_hash = $4, \
             last_recorded_at = $5 where log_id = $1",
    )
    .bind(header.log_id)
    .bind(header.last_position)
    .bind(header.batch_no)
    .bind(hash)
    .bind(header.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

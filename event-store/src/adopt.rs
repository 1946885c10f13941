//! Reading the events of an existing cqrs-es database, so that its history can be imported.
//!
//! A stock table has no order across streams. [`Adoption`] brings its events into one: by a time
//! that the application wrote into payload or metadata, or stream after stream. Guarantees:
//! within a stream the stored sequence decides, whatever the times say; an event without a
//! readable time is named before the first event is handed out; payload and metadata are the
//! source's own text (`jsonb` sources have lost the original bytes). Absent on purpose: what the
//! events mean, and writing; the importer goes through the ordinary door.

use chrono::{DateTime, Utc};
use futures_util::stream::{BoxStream, StreamExt};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use thiserror::Error;

/// How to read a stock table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    table: String,
    order: AdoptOrder,
}

/// How to bring streams into one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdoptOrder {
    /// By a time inside each event. A time that falls within a stream is taken as that of the
    /// event before.
    Time {
        /// Where it lies.
        column: TimeColumn,
        /// A JSON pointer (RFC 6901) to it, such as `/committed_at`.
        pointer: String,
        /// How it is written.
        form: TimeForm,
    },
    /// Stream after stream, by type and id; there is no time then.
    Stream,
}

/// The column a time lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeColumn {
    /// `metadata`.
    Metadata,
    /// `payload`.
    Payload,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// RFC 3339, with an offset.
    Rfc3339,
    /// Seconds since 1970, with or without a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
}

/// An event of a stock table, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedEvent {
    /// As stored.
    pub aggregate_type: String,
    /// As stored; any text, not always a UUID.
    pub aggregate_id: String,
    /// As stored; stock tables may have gaps.
    pub sequence: i64,
    /// As stored.
    pub event_type: String,
    /// As stored.
    pub event_version: String,
    /// The event's JSON.
    pub payload: String,
    /// Its metadata as JSON.
    pub metadata: String,
    /// The time it was ordered by, never falling; nothing if ordered by stream.
    pub time: Option<DateTime<Utc>>,
}

/// Why a stock table cannot be adopted.
#[derive(Debug, Error)]
pub enum AdoptError {
    /// The source database is away or refused, or the table has other columns.
    #[error("the source table cannot be read")]
    Source(#[from] sqlx::Error),
    /// The table's name has characters that a plain name has not.
    #[error("{name:?} is no table name; use letters, digits and _, and at most one dot")]
    Name {
        /// The name that was given.
        name: String,
    },
    /// The pointer is none.
    #[error("{pointer:?} is no JSON pointer; it must start with /")]
    Pointer {
        /// The pointer that was given.
        pointer: String,
    },
    /// An event has no time where the pointer points, or one that cannot be read.
    #[error(
        "event {sequence} of {aggregate_type} {aggregate_id} has no readable time at the pointer; \
         choose another pointer or form, or order by stream"
    )]
    Time {
        /// The event's aggregate type.
        aggregate_type: String,
        /// The event's aggregate id.
        aggregate_id: String,
        /// The event's sequence.
        sequence: i64,
    },
}

impl Adoption {
    /// A plan to read a table, given as `events` or `schema.events`.
    ///
    /// # Errors
    /// [`AdoptError::Name`], [`AdoptError::Pointer`].
    pub fn try_new(table: &str, order: AdoptOrder) -> Result<Self, AdoptError> {
        let plain = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let parts: Vec<&str> = table.split('.').collect();
        if parts.len() > 2 || !parts.iter().all(|part| plain(part)) {
            return Err(AdoptError::Name { name: table.to_owned() });
        }
        if let AdoptOrder::Time { pointer, .. } = &order
            && !pointer.starts_with('/')
        {
            return Err(AdoptError::Pointer { pointer: pointer.clone() });
        }
        let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
        Ok(Self { table: quoted.join("."), order })
    }

    /// Counts the events, and checks that each has a readable time. Do this before
    /// [`Adoption::events`].
    ///
    /// # Errors
    /// [`AdoptError::Time`] names the first event that has none; [`AdoptError::Source`].
    pub async fn check(&self, connection: &mut PgConnection) -> Result<i64, AdoptError> {
        if let AdoptOrder::Time { form, .. } = &self.order {
            let sql = format!(
                "select aggregate_type, aggregate_id::text, sequence from {} \
                 where coalesce({}, '') !~ $2 \
                 order by aggregate_type, aggregate_id, sequence limit 1",
                self.table,
                self.time_text()
            );
            let bad = sqlx::query(&sql)
                .bind(self.path())
                .bind(form.pattern())
                .fetch_optional(&mut *connection)
                .await?;
            if let Some(row) = bad {
                return Err(AdoptError::Time {
                    aggregate_type: row.try_get(0)?,
                    aggregate_id: row.try_get(1)?,
                    sequence: row.try_get(2)?,
                });
            }
        }
        let sql = format!("select count(*) from {}", self.table);
        Ok(sqlx::query_scalar(&sql).fetch_one(connection).await?)
    }

    /// The statement that [`Adoption::events`] streams.
    pub fn statement(&self) -> String {
        let (time, order) = match &self.order {
            AdoptOrder::Stream => ("null::timestamptz".to_owned(), ""),
            AdoptOrder::Time { form, .. } => (
                format!(
                    "max({}) over (partition by aggregate_type, aggregate_id order by sequence)",
                    form.cast(&self.time_text())
                ),
                "time, ",
            ),
        };
        format!(
            "select aggregate_type, aggregate_id::text, sequence, event_type, event_version, \
                 payload::text, metadata::text, {time} as time \
             from {} where $1::text[] is not null \
             order by {order}aggregate_type, aggregate_id, sequence",
            self.table
        )
    }

    /// The events in their order. `statement` is [`Adoption::statement`], lent for as long as the
    /// stream lives.
    pub fn events<'a>(
        &self,
        connection: &'a mut PgConnection,
        statement: &'a str,
    ) -> BoxStream<'a, Result<AdoptedEvent, AdoptError>> {
        let rows = sqlx::query(statement).bind(self.path()).fetch(connection);
        rows.map(|row| Ok(adopted(&row?)?)).boxed()
    }

    /// The time as text, from the path in `$1`.
    fn time_text(&self) -> String {
        let column = match &self.order {
            AdoptOrder::Time { column: TimeColumn::Payload, .. } => "payload",
            AdoptOrder::Time { column: TimeColumn::Metadata, .. } | AdoptOrder::Stream => {
                "metadata"
            }
        };
        format!("({column} #>> $1::text[])")
    }

    /// The pointer as the path PostgreSQL wants.
    fn path(&self) -> Vec<String> {
        match &self.order {
            AdoptOrder::Stream => Vec::new(),
            AdoptOrder::Time { pointer, .. } => pointer
                .split('/')
                .skip(1)
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .collect(),
        }
    }
}

impl TimeForm {
    fn pattern(self) -> &'static str {
        match self {
            Self::Rfc3339 => concat!(
                r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
                r"[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"
            ),
            Self::Seconds => r"^\d{1,11}(\.\d+)?$",
            Self::Millis => r"^\d{1,14}$",
        }
    }

    fn cast(self, text: &str) -> String {
        match self {
            Self::Rfc3339 => format!("{text}::timestamptz"),
            Self::Seconds => format!(
                "(timestamptz 'epoch' + ({text}::numeric * 1000000)::bigint \
                 * interval '1 microsecond')"
            ),
            Self::Millis => {
                format!("(timestamptz 'epoch' + {text}::bigint * interval '1 millisecond')")
            }
        }
    }
}

fn adopted(row: &PgRow) -> Result<AdoptedEvent, sqlx::Error> {
    Ok(AdoptedEvent {
        aggregate_type: row.try_get(0)?,
        aggregate_id: row.try_get(1)?,
        sequence: row.try_get(2)?,
        event_type: row.try_get(3)?,
        event_version: row.try_get(4)?,
        payload: row.try_get(5)?,
        metadata: row.try_get(6)?,
        time: row.try_get(7)?,
    })
}

//! Which events are there? Found by type, stream, actor, business process or time: the event
//! explorer, the history of a record, and everything one click has caused.
//!
//! Guarantees: an entry per event, whatever it means; answers show the stored event, read from the
//! log itself. Absent on purpose: payloads of its own. The index holds what the log's own indexes
//! do not answer, and no event needs to be decoded for it.

use std::collections::BTreeMap;

use billfold_domain::kernel::{EventId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use crate::error::Error;
use crate::fact::Fact;
use crate::generation::LOG;
use crate::list::{Order, counted};
use crate::paging::{Cursor, CursorError, Page, Total, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, AsOf, Read, Reads, position_at};
use crate::row::row;
use crate::table::Appended;

row! {
    /// What an event can be found by.
    pub struct IndexRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Place in the log.
            position: i64,
        }
        appended {
            /// What happened.
            event_type: String,
            /// Who did it.
            actor: String,
            /// The business process it belongs to.
            correlation_id: Uuid,
            /// Its identity, by which what it led to names it.
            event_id: Uuid,
            /// What led to the command, if it was not a person.
            causation_id: Option<Uuid>,
        }
    }
    index "(tenant_id, event_type, position)";
    index "(tenant_id, actor, position)";
    index "(tenant_id, correlation_id, position)";
    index "(tenant_id, event_id)";
    index "(tenant_id, causation_id, position) where causation_id is not null";
}

/// The projection.
#[derive(Debug)]
pub struct EventIndex;

impl Projection for EventIndex {
    const NAME: &'static str = "event_index";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &[];
    type Rows = Appended<IndexRow>;

    /// Every event has a header, so there is nothing to match on.
    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        rows.push(IndexRow {
            tenant_id: fact.tenant(),
            position: fact.position,
            event_type: fact.event_type.to_owned(),
            actor: fact.actor.to_owned(),
            correlation_id: fact.correlation_id,
            event_id: fact.event_id,
            causation_id: fact.causation_id,
        });
        Ok(())
    }
}

/// Which events are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these types; any if empty.
    pub types: Vec<String>,
    /// Of this kind of stream and, if given, of this stream.
    pub stream: Option<(String, Option<Uuid>)>,
    /// Who did it, as stored: `staff:<uuid>`.
    pub actor: Option<String>,
    /// The business process.
    pub correlation: Option<Uuid>,
    /// First instant of recording.
    pub from: Option<DateTime<Utc>>,
    /// Last instant of recording.
    pub to: Option<DateTime<Utc>>,
    /// As known when.
    pub as_of: AsOf,
    /// Newest first, or oldest first.
    pub order: Order,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Place in the log.
    pub position: i64,
    /// Identity.
    pub event_id: EventId,
    /// Kind of stream.
    pub aggregate_type: String,
    /// The stream.
    pub aggregate_id: Uuid,
    /// Place in the stream.
    pub sequence: i64,
    /// What happened.
    pub event_type: String,
    /// Version of the payload.
    pub event_version: String,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// When it holds in business time.
    pub effective_at: DateTime<Utc>,
    /// The command that caused it.
    pub command_id: Uuid,
    /// The business process it belongs to.
    pub correlation_id: Uuid,
    /// What led to the command, if it was not a person.
    pub causation_id: Option<Uuid>,
    /// Who did it.
    pub actor: String,
    /// From where, why, and so on.
    pub metadata: BTreeMap<String, String>,
    /// The event's JSON, byte for byte.
    pub payload: String,
}

/// Events.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list; [`Error::NotYet`] for an `as_of` to come.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<Stored>>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let (positions, total) = positions(&mut read, tenant, filter, wanted).await?;
    let page = wanted.page(positions, |position| vec![position.to_string()]);
    let rows = stored(read.conn(), tenant, &page.rows, filter.order).await?;
    Ok(read.answer(Page { rows, next: page.next, total }))
}

/// Where a list goes on after a position, for those who follow the log.
#[must_use]
pub fn after(position: i64) -> Cursor {
    Cursor::of(vec![position.to_string()])
}

/// One event.
///
/// # Errors
/// The database is away, or the index is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    position: i64,
) -> Result<Answer<Option<Stored>>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let found = stored(read.conn(), tenant, &[position], Order::Ascending).await?.pop();
    Ok(read.answer(found))
}

/// The events at some positions; positions of other sellers are left out.
///
/// # Errors
/// The database is away, or the index is not built.
pub async fn at(
    reads: &Reads,
    tenant: TenantId,
    positions: &[i64],
    order: Order,
) -> Result<Answer<Vec<Stored>>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let found = stored(read.conn(), tenant, positions, order).await?;
    Ok(read.answer(found))
}

async fn positions(
    read: &mut Read,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<(Vec<i64>, Option<Total>), Error> {
    let (mut first, mut last) = (1, read.resolve(EventIndex::NAME, filter.as_of).await?);
    if let Some(from) = filter.from {
        // the log's clock counts microseconds
        let before = from - chrono::TimeDelta::microseconds(1);
        first = position_at(read.conn(), before).await? + 1;
    }
    if let Some(to) = filter.to {
        last = last.min(position_at(read.conn(), to).await?);
    }
    let mut all = candidates(tenant, filter);
    all.push(" and e.position >= ").push_bind(first).push(" and e.position <= ").push_bind(last);
    let total = counted(&mut all, wanted, read.conn()).await?;
    if let Some(cursor) = &wanted.after {
        let [position] = cursor.values()?;
        let position: i64 = position.parse().map_err(|_| CursorError)?;
        match filter.order {
            Order::Descending => last = last.min(position.saturating_sub(1)),
            Order::Ascending => first = first.max(position.saturating_add(1)),
        }
    }
    let mut query = candidates(tenant, filter);
    query.push(" and e.position >= ").push_bind(first);
    query.push(" and e.position <= ").push_bind(last);
    query.push(match filter.order {
        Order::Descending => " order by e.position desc limit ",
        Order::Ascending => " order by e.position limit ",
    });
    query.push_bind(wanted.fetch());
    Ok((query.build_query_scalar().fetch_all(read.conn()).await?, total))
}

/// The log's own indexes answer for a stream; ours answers for the rest.
fn candidates(tenant: TenantId, filter: &Filter) -> QueryBuilder<'static, Postgres> {
    let by_stream = matches!(filter.stream, Some((_, Some(_))));
    let mut query = QueryBuilder::new("select e.position from ");
    query.push(if by_stream || filter.stream.is_none() && is_plain(filter) {
        "events e"
    } else {
        "event_index e"
    });
    query.push(" where e.tenant_id = ").push_bind(tenant.uuid());
    if by_stream || filter.stream.is_none() && is_plain(filter) {
        query.push(" and e.log_id = ").push_bind(LOG);
    }
    match &filter.stream {
        Some((kind, Some(id))) => {
            query.push(" and e.aggregate_type = ").push_bind(kind.clone());
            query.push(" and e.aggregate_id = ").push_bind(*id);
        }
        Some((kind, None)) => {
            query.push(" and starts_with(e.event_type, ").push_bind(format!("{kind}.")).push(")");
        }
        None => {}
    }
    if !filter.types.is_empty() {
        query.push(" and e.event_type = any(").push_bind(filter.types.clone()).push(")");
    }
    if let Some(actor) = &filter.actor {
        query.push(" and e.actor = ").push_bind(actor.clone());
    }
    if let Some(correlation) = filter.correlation {
        query.push(" and e.correlation_id = ").push_bind(correlation);
    }
    query
}

/// Whether only positions and times are asked for.
fn is_plain(filter: &Filter) -> bool {
    filter.types.is_empty() && filter.actor.is_none() && filter.correlation.is_none()
}

/// The events at some positions, in order of position.
pub(crate) async fn stored(
    conn: &mut PgConnection,
    tenant: TenantId,
    positions: &[i64],
    order: Order,
) -> Result<Vec<Stored>, Error> {
    let direction = match order {
        Order::Descending => "desc",
        Order::Ascending => "asc",
    };
    let sql = format!(
        "select position, event_id, aggregate_type, aggregate_id, sequence, event_type, \
             event_version, recorded_at, effective_at, command_id, correlation_id, \
             causation_id, actor, metadata, payload \
         from events where log_id = $1 and tenant_id = $2 and position = any($3) \
         order by position {direction}"
    );
    let rows =
        sqlx::query(&sql).bind(LOG).bind(tenant.uuid()).bind(positions).fetch_all(conn).await?;
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

fn event(row: &sqlx::postgres::PgRow) -> Result<Stored, sqlx::Error> {
    let sqlx::types::Json(metadata) = row.try_get(13)?;
    Ok(Stored {
        position: row.try_get(0)?,
        event_id: row.try_get(1).map(EventId::new)?,
        aggregate_type: row.try_get(2)?,
        aggregate_id: row.try_get(3)?,
        sequence: row.try_get(4)?,
        event_type: row.try_get(5)?,
        event_version: row.try_get(6)?,
        recorded_at: row.try_get(7)?,
        effective_at: row.try_get(8)?,
        command_id: row.try_get(9)?,
        correlation_id: row.try_get(10)?,
        causation_id: row.try_get(11)?,
        actor: row.try_get(12)?,
        metadata,
        // json travels as its own text, and here the text itself is wanted
        payload: row.try_get_unchecked(14)?,
    })
}

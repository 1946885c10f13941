//! Which events speak of somebody? Everything a person may ask to see (Art. 15 GDPR).
//!
//! Guarantees: an event is found wherever it names them: as its stream, as who did it, or anywhere
//! in its payload. Absent on purpose: an index. It is asked seldom, and reads the log once through,
//! a bounded part at a time.

use billfold_domain::kernel::TenantId;
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::{EventIndex, Stored, stored};
use crate::generation::LOG;
use crate::list::Order;
use crate::projection::Projection;
use crate::reader::Reads;

/// Positions that one part looks through.
const WINDOW: i64 = 50_000;
/// Events that one part answers at most.
const MOST: i64 = 200;

/// Events found, and up to where the log was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// In order of the log.
    pub events: Vec<Stored>,
    /// Go on after this position.
    pub looked_up_to: i64,
}

/// The next events after a position, up to `last`, that speak of somebody: `subject` is their id,
/// `actor` what events name them by that they caused.
///
/// # Errors
/// The database is away, or the event index is not built.
pub async fn next(
    reads: &Reads,
    tenant: TenantId,
    (subject, actor): (Uuid, &str),
    after: i64,
    last: i64,
) -> Result<Part, Error> {
    let end = after.saturating_add(WINDOW).min(last);
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let positions: Vec<i64> = sqlx::query_scalar(
        "select position from events \
         where log_id = $1 and tenant_id = $2 and position > $3 and position <= $4 \
           and (aggregate_id = $5 or actor = $6 or strpos(payload::text, $7) > 0) \
         order by position limit $8",
    )
    .bind(LOG)
    .bind(tenant.uuid())
    .bind(after)
    .bind(end)
    .bind(subject)
    .bind(actor)
    .bind(subject.to_string())
    .bind(MOST)
    .fetch_all(read.conn())
    .await?;
    let full = i64::try_from(positions.len()).is_ok_and(|found| found == MOST);
    let looked_up_to = positions.last().copied().filter(|_| full).unwrap_or(end);
    let events = stored(read.conn(), tenant, &positions, Order::Ascending).await?;
    Ok(Part { events, looked_up_to })
}

//! Which roles and API keys were there at a moment? Asked by whoever computes what could be done
//! then, and by whom (EVT-35).
//!
//! Guarantees: as the log knew it at that moment; what was deleted or revoked since was there, and
//! what was deleted or revoked before was not. Absent on purpose: tables of its own; it reads the
//! event index and the log. What a role allowed and who had it, its stream says.

use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};
use sqlx::Row as _;
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::EventIndex;
use crate::generation::LOG;
use crate::projection::Projection as _;
use crate::reader::{Answer, AsOf, Reads};

/// A moment, and what could allow something then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Then {
    /// The last position that was known.
    pub position: i64,
    /// The instant: the one that was asked for, or that of the seller's last event up to the
    /// position that was; none for now, and where there is no event yet.
    pub at: Option<DateTime<Utc>>,
    /// The seller's own roles.
    pub roles: Vec<Uuid>,
    /// API keys that nobody had revoked; the time of some may have been over.
    pub api_keys: Vec<Uuid>,
}

const ROLE: &str = "role.created";
const KEY: &str = "api_key.created";
const ENDS: [&str; 2] = ["role.deleted", "api_key.revoked"];

/// What could allow something at a moment.
///
/// # Errors
/// [`Error::NotYet`] for a position to come; the database is away, or the index is not built.
pub async fn then(reads: &Reads, tenant: TenantId, as_of: AsOf) -> Result<Answer<Then>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let position = read.resolve(EventIndex::NAME, as_of).await?;
    let at = match as_of {
        AsOf::Now => None,
        AsOf::Instant(instant) => Some(instant),
        AsOf::Position(_) => {
            sqlx::query_scalar(
                "select recorded_at from events where log_id = $1 and tenant_id = $2 \
                     and position <= $3 order by position desc limit 1",
            )
            .bind(LOG)
            .bind(tenant.uuid())
            .bind(position)
            .fetch_optional(read.conn())
            .await?
        }
    };
    let rows = sqlx::query(
        "select i.event_type, e.aggregate_id from event_index i \
         join events e on e.log_id = $1 and e.tenant_id = $2 and e.position = i.position \
         where i.tenant_id = $2 and i.event_type = any($4) and i.position <= $3 \
             and not exists ( \
                 select from events over \
                 where over.tenant_id = $2 and over.aggregate_type = e.aggregate_type \
                     and over.aggregate_id = e.aggregate_id and over.position <= $3 \
                     and over.event_type = any($5)) \
         order by i.position",
    )
    .bind(LOG)
    .bind(tenant.uuid())
    .bind(position)
    .bind([ROLE, KEY].as_slice())
    .bind(ENDS.as_slice())
    .fetch_all(read.conn())
    .await?;
    let (mut roles, mut api_keys) = (Vec::new(), Vec::new());
    for row in rows {
        let of = if row.try_get::<&str, _>(0)? == ROLE { &mut roles } else { &mut api_keys };
        of.push(row.try_get(1)?);
    }
    Ok(read.answer(Then { position, at, roles, api_keys }))
}

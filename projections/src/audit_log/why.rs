//! Why did this happen? What led to an event, up to the first cause, and what it led to.
//!
//! Guarantees: each step is found by an index, however long the process is that the event belongs
//! to; nothing of another seller is shown; the size of an answer is bounded and it says when it was
//! cut. Absent on purpose: guesses by time. A cause is what a command named as its cause.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use billfold_domain::kernel::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::{EventIndex, Stored, stored};
use crate::generation::LOG;
use crate::list::Order;
use crate::projection::Projection;
use crate::reader::{Answer, Reads};

/// Causes told at most, and levels of effects.
const DEEPEST: usize = 64;
/// Effects told at most.
const MOST_EFFECTS: usize = 200;
/// How far from an event those that were decided with it are looked for.
const NEAR: i64 = 200;

/// Why an event happened, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The event itself.
    pub event: Stored,
    /// What led to it: the first cause first, the nearest one last; empty if a person asked for it.
    pub causes: Vec<Stored>,
    /// What the same command decided with it.
    pub beside: Vec<Stored>,
    /// What it led to, each below what led to it.
    pub effects: Vec<Effect>,
    /// Whether there are more effects than were told.
    pub cut: bool,
}

/// Something that an event led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What happened.
    pub event: Stored,
    /// The position of the event that led to it.
    pub caused_by: i64,
    /// How many steps from the event that was asked about; 1 for what it led to directly.
    pub depth: usize,
}

/// Why the event at a position happened; nothing if the seller has no event there.
///
/// # Errors
/// The database is away, or the index is not built.
pub async fn why(
    reads: &Reads,
    tenant: TenantId,
    position: i64,
) -> Result<Answer<Option<Why>>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let conn = read.conn();
    let Some(event) = at(conn, tenant, &[position]).await?.pop() else {
        return Ok(read.answer(None));
    };
    let causes = causes(conn, tenant, &event).await?;
    let beside = beside(conn, tenant, &event).await?;
    let (effects, cut) = effects(conn, tenant, &event).await?;
    Ok(read.answer(Some(Why { event, causes, beside, effects, cut })))
}

async fn at(
    conn: &mut PgConnection,
    tenant: TenantId,
    positions: &[i64],
) -> Result<Vec<Stored>, Error> {
    stored(conn, tenant, positions, Order::Ascending).await
}

async fn causes(
    conn: &mut PgConnection,
    tenant: TenantId,
    event: &Stored,
) -> Result<Vec<Stored>, Error> {
    let (mut found, mut of) = (Vec::new(), event.clone());
    while let Some(cause) = of.causation_id {
        let Some(position) = cause_at(conn, tenant, cause, of.position).await? else { break };
        let Some(before) = at(conn, tenant, &[position]).await?.pop() else { break };
        found.push(before.clone());
        of = before;
        if found.len() >= DEEPEST {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

/// Where the cause of an event at `before` stands. It is named by its id, or by that of the command
/// or of the thing it began with, such as a billing run.
async fn cause_at(
    conn: &mut PgConnection,
    tenant: TenantId,
    cause: Uuid,
    before: i64,
) -> Result<Option<i64>, Error> {
    let found = sqlx::query_scalar(
        "select position from ( \
             (select position, 1 as rank from event_index \
              where tenant_id = $1 and event_id = $2) \
             union all \
             (select position, 2 from events \
              where tenant_id = $1 and aggregate_id = $2 and sequence = 1) \
             union all \
             (select position, 3 from event_index \
              where tenant_id = $1 and correlation_id = $2 order by position limit 1) \
         ) found where position < $3 order by rank, position limit 1",
    )
    .bind(tenant.uuid())
    .bind(cause)
    .bind(before)
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

async fn beside(
    conn: &mut PgConnection,
    tenant: TenantId,
    event: &Stored,
) -> Result<Vec<Stored>, Error> {
    let positions: Vec<i64> = sqlx::query_scalar(
        "select position from events where log_id = $1 and tenant_id = $2 \
             and position between $3 and $4 and command_id = $5 and position <> $6 \
         order by position",
    )
    .bind(LOG)
    .bind(tenant.uuid())
    .bind(event.position.saturating_sub(NEAR))
    .bind(event.position.saturating_add(NEAR))
    .bind(event.command_id)
    .bind(event.position)
    .fetch_all(&mut *conn)
    .await?;
    at(conn, tenant, &positions).await
}

/// Level by level, so that what is nearest is told first when there is too much; then each below
/// its cause.
async fn effects(
    conn: &mut PgConnection,
    tenant: TenantId,
    event: &Stored,
) -> Result<(Vec<Effect>, bool), Error> {
    let mut seen = BTreeSet::from([event.position]);
    let mut below: BTreeMap<i64, Vec<Stored>> = BTreeMap::new();
    let mut level = vec![event.clone()];
    let (mut told, mut cut) = (0, false);
    for _ in 0..DEEPEST {
        let names = names_of(&level);
        let ids: Vec<Uuid> = names.keys().copied().collect();
        let room = MOST_EFFECTS.saturating_sub(told);
        let found: Vec<i64> = sqlx::query_scalar(
            "select position from event_index \
             where tenant_id = $1 and causation_id = any($2) order by position limit $3",
        )
        .bind(tenant.uuid())
        .bind(&ids)
        .bind(i64::try_from(room + 1).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?;
        cut |= found.len() > room;
        let fresh: Vec<i64> = found.into_iter().take(room).filter(|at| seen.insert(*at)).collect();
        if fresh.is_empty() {
            break;
        }
        level = at(conn, tenant, &fresh).await?;
        told += level.len();
        for effect in &level {
            if let Some(cause) = effect.causation_id.and_then(|cause| names.get(&cause)) {
                below.entry(*cause).or_default().push(effect.clone());
            }
        }
    }
    let mut effects = Vec::with_capacity(told);
    hang(event.position, 1, &mut below, &mut effects);
    Ok((effects, cut))
}

/// The ids by which what these events led to names them, each with the event's position.
fn names_of(events: &[Stored]) -> HashMap<Uuid, i64> {
    let mut names = HashMap::new();
    for event in events {
        names.insert(event.event_id.uuid(), event.position);
        // A thing is named as a cause by what it began with, and so is a command.
        if event.sequence == 1 {
            names.entry(event.aggregate_id).or_insert(event.position);
        }
        if event.causation_id.is_none() {
            names.entry(event.command_id).or_insert(event.position);
        }
    }
    names
}

fn hang(cause: i64, depth: usize, below: &mut BTreeMap<i64, Vec<Stored>>, to: &mut Vec<Effect>) {
    for event in below.remove(&cause).unwrap_or_default() {
        let position = event.position;
        to.push(Effect { event, caused_by: cause, depth });
        hang(position, depth.saturating_add(1), below, to);
    }
}

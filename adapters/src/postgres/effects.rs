//! The queue of effects, in `effects`, `effect_attempts` and `effect_lanes`.
//!
//! Guarantees: a row is granted while its lane is locked, so that a budget holds over every
//! process; whoever ends a row names the epoch of the grant; leases are timed by the database's
//! clock, due times by the caller's.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_app::effects::{
    Claimed, EffectRow, EffectSubject, Ending, Lane, LaneState, LaneWord, Next, Wanted,
};
use billfold_app::ports::StoreFailure;
use billfold_app::ports::driver::Budget;
use billfold_app::ports::effect_queue::{Claiming, EffectQueue, Granted};
use billfold_domain::kernel::{EffectId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use uuid::Uuid;

use super::scoped::{failed, get};

/// The channel on which workers hear that there is something to do.
pub const CHANNEL: &str = "billfold_effects";

/// The queue.
#[derive(Clone, Debug)]
pub struct PostgresEffects {
    pool: PgPool,
}

impl PostgresEffects {
    /// Over a pool whose connections run as `billfold_feed`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

/// Writes what is wanted, in the caller's transaction; what is there already stays as it is.
///
/// # Errors
/// The database is away or refused.
pub async fn insert_wanted(
    connection: &mut PgConnection,
    wanted: &[Wanted],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if wanted.is_empty() {
        return Ok(());
    }
    insert_lanes(connection, wanted, now).await?;
    let ids = |of: &dyn Fn(&Wanted) -> Uuid| wanted.iter().map(of).collect::<Vec<_>>();
    let texts = |of: &dyn Fn(&Wanted) -> String| wanted.iter().map(of).collect::<Vec<_>>();
    let places: Vec<(i64, i32)> = wanted.iter().map(|it| it.wish.place()).collect();
    sqlx::query(
        "insert into effects (tenant_id, effect_id, kind, origin, position, ordinal, \
             subject_type, subject_id, part, lane, driver, order_key, state, asks, wanted_at, \
             next_at, created_at, changed_at) \
         select tenant_id, effect_id, kind, origin, position, ordinal, subject_type, subject_id, \
             part, lane, driver, order_key, case when later is null then 'waiting' else 'later' \
             end, asks, wanted_at, coalesce(later, $15), $15, $15 \
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], \
             $6::integer[], $7::text[], $8::uuid[], $9::integer[], $10::text[], $11::text[], \
             $12::text[], $13::boolean[], $14::timestamptz[], $16::timestamptz[]) as w (tenant_id, \
             effect_id, kind, origin, position, ordinal, subject_type, subject_id, part, lane, \
             driver, order_key, asks, wanted_at, later) \
         on conflict (tenant_id, effect_id) do nothing",
    )
    .bind(ids(&|it| it.tenant.uuid()))
    .bind(ids(&|it| it.wish.effect_id(it.tenant).uuid()))
    .bind(texts(&|it| it.kind.to_owned()))
    .bind(texts(&|it| it.wish.origin().to_owned()))
    .bind(places.iter().map(|(position, _)| *position).collect::<Vec<_>>())
    .bind(places.iter().map(|(_, ordinal)| *ordinal).collect::<Vec<_>>())
    .bind(texts(&|it| it.subject.kind.clone()))
    .bind(ids(&|it| it.subject.id))
    .bind(wanted.iter().map(|it| signed(it.subject.part)).collect::<Vec<_>>())
    .bind(texts(&|it| it.lane.key.clone()))
    .bind(texts(&|it| it.lane.driver.clone()))
    .bind(texts(&|it| it.order_key.clone()))
    .bind(wanted.iter().map(|it| it.asks).collect::<Vec<_>>())
    .bind(wanted.iter().map(|it| it.wanted_at).collect::<Vec<_>>())
    .bind(now)
    .bind(wanted.iter().map(|it| it.later).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}

/// Lanes that are not there yet, each with the budget of its driver.
async fn insert_lanes(
    connection: &mut PgConnection,
    wanted: &[Wanted],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let mut seen = BTreeSet::new();
    for it in wanted.iter().filter(|it| seen.insert(&it.lane)) {
        let fresh = LaneState::new(it.budget, now);
        sqlx::query(
            "insert into effect_lanes (tenant_id, lane, driver, per_second, burst, at_once, \
                 tokens, refilled_at, pace, served_at, paused) \
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $8, coalesce((select bool_or(paused) \
                 from effect_lanes where tenant_id = $1 and driver = $3), false) \
             on conflict (tenant_id, lane) do nothing",
        )
        .bind(it.lane.tenant.uuid())
        .bind(&it.lane.key)
        .bind(&it.lane.driver)
        .bind(signed(fresh.budget.per_second))
        .bind(signed(fresh.budget.burst))
        .bind(signed(fresh.budget.at_once))
        .bind(fresh.tokens)
        .bind(now)
        .bind(signed(fresh.pace))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

#[async_trait]
impl EffectQueue for PostgresEffects {
    async fn due_lanes(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Lane>, StoreFailure> {
        let rows = sqlx::query(
            "select tenant_id, lane, driver from effect_lanes l \
             where not paused and (not_before is null or not_before <= $1) \
               and (open_until is null or open_until <= $1) \
               and exists (select from effects e where e.tenant_id = l.tenant_id \
                   and e.lane = l.lane and e.state = 'waiting' and e.next_at <= $1) \
             order by served_at limit $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(lane).collect()
    }

    async fn claim(&self, lane: &Lane, how: &Claiming<'_>) -> Result<Granted, StoreFailure> {
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        let Some(mut state) = lock(&mut transaction, lane, true).await? else {
            return Ok(Granted::default());
        };
        let running = running(&mut transaction, lane).await?;
        let allowed = state.allow(how.limit, running, how.now);
        if allowed.calls == 0 {
            return Ok(Granted { wait_until: allowed.wait_until, ..Granted::default() });
        }
        let granted_at = Instant::now();
        let rows = take(&mut transaction, lane, how, allowed.calls).await?;
        state.spend(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        store(&mut transaction, lane, &state, Some(how.now)).await?;
        transaction.commit().await.map_err(failed)?;
        let until = granted_at + how.lease;
        let rows = rows.into_iter().map(|row| Claimed::granted(row, until)).collect();
        Ok(Granted { rows, wait_until: allowed.wait_until, is_well: state.is_well() })
    }

    async fn finish(&self, endings: &[Ending]) -> Result<Vec<EffectRow>, StoreFailure> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let ended = end(&mut connection, endings).await?;
        let lost = endings.iter().filter(|ending| {
            !ended.contains(&(ending.row.tenant.uuid(), ending.row.effect_id.uuid()))
        });
        Ok(lost.map(|ending| ending.row.clone()).collect())
    }

    async fn take_back(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, StoreFailure> {
        let back = sqlx::query(
            "update effects set state = 'waiting', asks = true, lease_owner = null, \
                 lease_until = null, changed_at = $1 \
             where (tenant_id, effect_id) in (select tenant_id, effect_id from effects \
                 where state = 'running' and lease_until < clock_timestamp() \
                 limit $2 for update skip locked)",
        )
        .bind(now)
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        let due = sqlx::query(
            "update effects set state = 'waiting', changed_at = $1 \
             where (tenant_id, effect_id) in (select tenant_id, effect_id from effects \
                 where state = 'later' and next_at <= $1 \
                 order by next_at limit $2 for update skip locked)",
        )
        .bind(now)
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(back.rows_affected() + due.rows_affected())
    }

    async fn note_lane(&self, lane: &Lane, word: &LaneWord) -> Result<(), StoreFailure> {
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        if let Some(mut state) = lock(&mut transaction, lane, false).await? {
            state.hear(word);
            store(&mut transaction, lane, &state, None).await?;
        }
        transaction.commit().await.map_err(failed)
    }
}

/// Locks a lane; nothing if it is not there, or, with `skips`, if somebody else has it.
async fn lock(
    connection: &mut PgConnection,
    lane: &Lane,
    skips: bool,
) -> Result<Option<LaneState>, StoreFailure> {
    let statement = if skips {
        "select per_second, burst, at_once, tokens, refilled_at, pace, not_before, failures, \
             opened, open_until, trouble, paused from effect_lanes \
         where tenant_id = $1 and lane = $2 for update skip locked"
    } else {
        "select per_second, burst, at_once, tokens, refilled_at, pace, not_before, failures, \
             opened, open_until, trouble, paused from effect_lanes \
         where tenant_id = $1 and lane = $2 for update"
    };
    let row = sqlx::query(statement)
        .bind(lane.tenant.uuid())
        .bind(&lane.key)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(|row| {
        Ok(LaneState {
            budget: Budget {
                per_second: count(&row, "per_second")?,
                burst: count(&row, "burst")?,
                at_once: count(&row, "at_once")?,
            },
            tokens: get(&row, "tokens")?,
            refilled_at: get(&row, "refilled_at")?,
            pace: count(&row, "pace")?,
            not_before: get(&row, "not_before")?,
            failures: count(&row, "failures")?,
            opened: count(&row, "opened")?,
            open_until: get(&row, "open_until")?,
            trouble: get(&row, "trouble")?,
            is_paused: get(&row, "paused")?,
        })
    })
    .transpose()
}

/// Writes how a locked lane stands; whether it is paused is another's to say.
async fn store(
    connection: &mut PgConnection,
    lane: &Lane,
    state: &LaneState,
    served_at: Option<DateTime<Utc>>,
) -> Result<(), StoreFailure> {
    sqlx::query(
        "update effect_lanes set tokens = $3, refilled_at = $4, pace = $5, not_before = $6, \
             failures = $7, opened = $8, open_until = $9, trouble = $10, \
             served_at = coalesce($11, served_at) \
         where tenant_id = $1 and lane = $2",
    )
    .bind(lane.tenant.uuid())
    .bind(&lane.key)
    .bind(state.tokens)
    .bind(state.refilled_at)
    .bind(signed(state.pace))
    .bind(state.not_before)
    .bind(signed(state.failures))
    .bind(signed(state.opened))
    .bind(state.open_until)
    .bind(&state.trouble)
    .bind(served_at)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn running(connection: &mut PgConnection, lane: &Lane) -> Result<u32, StoreFailure> {
    let running: i64 = sqlx::query_scalar(
        "select count(*) from effects where tenant_id = $1 and lane = $2 and state = 'running'",
    )
    .bind(lane.tenant.uuid())
    .bind(&lane.key)
    .fetch_one(connection)
    .await
    .map_err(failed)?;
    Ok(u32::try_from(running).unwrap_or(u32::MAX))
}

/// Grants due rows of a locked lane, in order; none behind an open row of its key.
async fn take(
    connection: &mut PgConnection,
    lane: &Lane,
    how: &Claiming<'_>,
    calls: u32,
) -> Result<Vec<EffectRow>, StoreFailure> {
    let rows = sqlx::query(
        "update effects e set state = 'running', lease_owner = $5, \
             lease_epoch = e.lease_epoch + 1, \
             lease_until = clock_timestamp() + $6 * interval '1 millisecond', \
             tries = e.tries + (not e.asks)::integer, asked = e.asked + e.asks::integer, \
             sent_at = case when e.asks then e.sent_at else $3 end, changed_at = $3 \
         where (e.tenant_id, e.effect_id) in ( \
             select w.tenant_id, w.effect_id from effects w \
             where w.tenant_id = $1 and w.lane = $2 and w.state = 'waiting' and w.next_at <= $3 \
               and not exists (select from effects b where b.tenant_id = w.tenant_id \
                   and b.order_key = w.order_key and b.state in ('waiting', 'running', 'dead') \
                   and (b.state = 'running' or (b.position, b.ordinal, b.place) \
                       < (w.position, w.ordinal, w.place))) \
             order by w.position, w.ordinal, w.place limit $4 for update skip locked) \
         returning e.tenant_id, e.effect_id, e.kind, e.position, e.ordinal, e.place, \
             e.subject_type, e.subject_id, e.part, e.lane, e.driver, e.asks, e.sent_at, \
             e.wanted_at, e.tries, e.asked, e.try_no, e.reference, e.lease_epoch",
    )
    .bind(lane.tenant.uuid())
    .bind(&lane.key)
    .bind(how.now)
    .bind(i64::from(calls))
    .bind(how.owner)
    .bind(millis(how.lease))
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let mut taken = rows.iter().map(placed).collect::<Result<Vec<_>, _>>()?;
    taken.sort_by_key(|(place, _)| *place);
    Ok(taken.into_iter().map(|(_, row)| row).collect())
}

/// Ends or postpones rows that are still granted as they were claimed, and notes the attempts;
/// answers which.
async fn end(
    connection: &mut PgConnection,
    endings: &[Ending],
) -> Result<BTreeSet<(Uuid, Uuid)>, StoreFailure> {
    let nexts: Vec<Stored> = endings.iter().map(|ending| Stored::of(ending.next)).collect();
    let whys: Vec<_> = endings.iter().map(|ending| ending.outcome.why()).collect();
    let rows = sqlx::query(
        "with n as (select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], \
             $5::timestamptz[], $6::boolean[], $7::boolean[], $8::boolean[], $9::text[], \
             $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[], \
             $15::integer[], $16::text[], $17::boolean[]) as n (tenant_id, effect_id, epoch, \
             state, next_at, asks, anew, counts, reference, outcome, error, began_at, ended_at, \
             owner, status, request, asked)), \
         ended as (update effects e set state = n.state, \
             next_at = coalesce(n.next_at, e.next_at), asks = coalesce(n.asks, e.asks), \
             tries = e.tries - (not n.counts and not e.asks)::integer, \
             asked = e.asked - (not n.counts and e.asks)::integer, \
             try_no = e.try_no + n.anew::integer, attempts = e.attempts + 1, \
             reference = coalesce(n.reference, e.reference), last_outcome = n.outcome, \
             last_error = n.error, lease_owner = null, lease_until = null, \
             changed_at = n.ended_at, \
             ended_at = case when n.state in ('done', 'moot') then n.ended_at end \
           from n where e.tenant_id = n.tenant_id and e.effect_id = n.effect_id \
             and e.state = 'running' and e.lease_epoch = n.epoch \
           returning e.tenant_id, e.effect_id, e.attempts) \
         insert into effect_attempts (tenant_id, effect_id, no, asks, process, began_at, \
             ended_at, outcome, status, provider_request, error) \
         select tenant_id, effect_id, ended.attempts, n.asked, n.owner, n.began_at, n.ended_at, \
             n.outcome, n.status, n.request, n.error \
         from n join ended using (tenant_id, effect_id) \
         returning tenant_id, effect_id",
    )
    .bind(endings.iter().map(|it| it.row.tenant.uuid()).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.row.effect_id.uuid()).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.row.epoch).collect::<Vec<_>>())
    .bind(nexts.iter().map(|it| it.state.to_owned()).collect::<Vec<_>>())
    .bind(nexts.iter().map(|it| it.next_at).collect::<Vec<_>>())
    .bind(nexts.iter().map(|it| it.asks).collect::<Vec<_>>())
    .bind(nexts.iter().map(|it| it.anew).collect::<Vec<_>>())
    .bind(nexts.iter().map(|it| it.counts).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.reference.clone()).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.outcome.word().to_owned()).collect::<Vec<_>>())
    .bind(whys.iter().map(|why| why.map(ToString::to_string)).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.began_at).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.ended_at).collect::<Vec<_>>())
    .bind(endings.iter().map(|it| it.owner.clone()).collect::<Vec<_>>())
    .bind(whys.iter().map(|why| why.and_then(|why| why.status.map(i32::from))).collect::<Vec<_>>())
    .bind(
        whys.iter().map(|why| why.and_then(|why| why.provider_request.clone())).collect::<Vec<_>>(),
    )
    .bind(endings.iter().map(|it| it.row.asks).collect::<Vec<_>>())
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| Ok((get(row, "tenant_id")?, get(row, "effect_id")?))).collect()
}

/// What becomes of a row, as its columns.
struct Stored {
    state: &'static str,
    next_at: Option<DateTime<Utc>>,
    asks: Option<bool>,
    anew: bool,
    counts: bool,
}

impl Stored {
    fn of(next: Next) -> Self {
        let ended = |state| Self { state, next_at: None, asks: None, anew: false, counts: true };
        match next {
            Next::Done => ended("done"),
            Next::Moot => ended("moot"),
            Next::Dead => ended("dead"),
            Next::Later { at } => Self { next_at: Some(at), asks: Some(true), ..ended("later") },
            Next::Again { at, asks, anew, counts } => {
                Self { state: "waiting", next_at: Some(at), asks: Some(asks), anew, counts }
            }
        }
    }
}

fn lane(row: &PgRow) -> Result<Lane, StoreFailure> {
    Ok(Lane {
        tenant: TenantId::new(get(row, "tenant_id")?),
        key: get(row, "lane")?,
        driver: get(row, "driver")?,
    })
}

type Place = (i64, i32, i64);

fn placed(row: &PgRow) -> Result<(Place, EffectRow), StoreFailure> {
    let place = (get(row, "position")?, get(row, "ordinal")?, get(row, "place")?);
    Ok((place, effect(row)?))
}

fn effect(row: &PgRow) -> Result<EffectRow, StoreFailure> {
    Ok(EffectRow {
        tenant: TenantId::new(get(row, "tenant_id")?),
        effect_id: EffectId::new(get(row, "effect_id")?),
        kind: get(row, "kind")?,
        position: get(row, "position")?,
        subject: EffectSubject {
            kind: get(row, "subject_type")?,
            id: get(row, "subject_id")?,
            part: count(row, "part")?,
        },
        lane: lane(row)?,
        asks: get(row, "asks")?,
        sent_at: get(row, "sent_at")?,
        wanted_at: get(row, "wanted_at")?,
        tries: count(row, "tries")?,
        asked: count(row, "asked")?,
        try_no: count(row, "try_no")?,
        reference: get(row, "reference")?,
        epoch: get(row, "lease_epoch")?,
    })
}

fn count(row: &PgRow, column: &str) -> Result<u32, StoreFailure> {
    let number: i32 = get(row, column)?;
    u32::try_from(number).map_err(|_| StoreFailure::Corrupt { what: "a count is negative" })
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

//! When what comes, in `schedules`, and what came of it lately, in `schedule_turns`.
//!
//! Guarantees: a row is given to one process at a time, and only the newest epoch ends a turn; the
//! newest hundred turns of a job are kept. Taking a turn looks at every seller and so runs as
//! `billfold_feed`; what one seller sees runs as `billfold_app`.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{
    PastTurn, Schedules, Standing, StoreFailure, Timetable, Turn, TurnEnd, TurnOutcome,
};
use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use uuid::Uuid;

use super::scoped::{Scoped, failed, get};

/// Turns of a job that are kept.
const KEPT: i64 = 100;

/// The times.
#[derive(Clone, Debug)]
pub struct PostgresSchedules {
    rows: Scoped,
    feed: PgPool,
}

impl PostgresSchedules {
    /// Over a pool whose connections run as `billfold_app`, and one of `billfold_feed`.
    #[must_use]
    pub fn new(app: PgPool, feed: PgPool) -> Self {
        Self { rows: Scoped(app), feed }
    }
}

#[async_trait]
impl Schedules for PostgresSchedules {
    async fn keep(
        &self,
        tenant: TenantId,
        version: i64,
        jobs: &[Timetable],
    ) -> Result<(), StoreFailure> {
        let names: Vec<&str> = jobs.iter().map(|job| job.job.as_str()).collect();
        let follows: Vec<&str> = jobs.iter().map(|job| job.follows.as_str()).collect();
        let due: Vec<DateTime<Utc>> = jobs.iter().map(|job| job.due_at).collect();
        let mut tx = self.feed.begin().await.map_err(failed)?;
        sqlx::query(
            "delete from schedules \
             where tenant_id = $1 and job <> all ($2) and seen_version <= $3",
        )
        .bind(tenant.uuid())
        .bind(&names)
        .bind(version)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        sqlx::query(
            "insert into schedules (tenant_id, job, follows, due_at, next_at, seen_version) \
             select $1, job, follows, due_at, due_at, $5 \
             from unnest($2::text[], $3::text[], $4::timestamptz[]) as t (job, follows, due_at) \
             on conflict (tenant_id, job) do update \
             set follows = excluded.follows, due_at = excluded.due_at, \
                 next_at = excluded.next_at, attempt = 0, taken_at = null, \
                 seen_version = excluded.seen_version \
             where schedules.follows <> excluded.follows \
               and schedules.seen_version <= excluded.seen_version \
               and (schedules.lease_until is null or schedules.lease_until < clock_timestamp())",
        )
        .bind(tenant.uuid())
        .bind(&names)
        .bind(&follows)
        .bind(&due)
        .bind(version)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn take(
        &self,
        process: &str,
        now: DateTime<Utc>,
        lease: Duration,
        only: Option<(TenantId, &str)>,
    ) -> Result<Option<Turn>, StoreFailure> {
        let mut tx = self.feed.begin().await.map_err(failed)?;
        let row = sqlx::query(
            "update schedules set lease_owner = $1, lease_epoch = lease_epoch + 1, \
               attempt = attempt + 1, taken_at = coalesce(taken_at, $2), \
               lease_until = clock_timestamp() + make_interval(secs => $3) \
             where (tenant_id, job) = ( \
               select tenant_id, job from schedules \
               where next_at <= $2 \
                 and (lease_until is null or lease_until < clock_timestamp()) \
                 and ($4::uuid is null or (tenant_id = $4 and job = $5)) \
               order by next_at limit 1 for update skip locked) \
             returning tenant_id, job, due_at, taken_at, attempt, lease_epoch",
        )
        .bind(process)
        .bind(now)
        .bind(lease.as_secs_f64())
        .bind(only.map(|(tenant, _)| tenant.uuid()))
        .bind(only.map(|(_, job)| job))
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let turn = turn(&row)?;
        sqlx::query(
            "insert into schedule_turns (tenant_id, job, due_at, began_at, attempt, process) \
             values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, job, due_at) do update \
             set began_at = excluded.began_at, attempt = excluded.attempt, \
                 process = excluded.process, ended_at = null, outcome = null, summary = null",
        )
        .bind(turn.tenant.uuid())
        .bind(&turn.job)
        .bind(turn.due_at)
        .bind(now)
        .bind(i32::try_from(turn.attempt).unwrap_or(i32::MAX))
        .bind(process)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(Some(turn))
    }

    async fn hold(&self, turn: &Turn, lease: Duration) -> Result<bool, StoreFailure> {
        let held = sqlx::query(
            "update schedules set lease_until = clock_timestamp() + make_interval(secs => $4) \
             where tenant_id = $1 and job = $2 and lease_epoch = $3",
        )
        .bind(turn.tenant.uuid())
        .bind(&turn.job)
        .bind(turn.epoch)
        .bind(lease.as_secs_f64())
        .execute(&self.feed)
        .await
        .map_err(failed)?;
        Ok(held.rows_affected() == 1)
    }

    async fn end(&self, turn: &Turn, end: &TurnEnd) -> Result<bool, StoreFailure> {
        let mut tx = self.feed.begin().await.map_err(failed)?;
        let ended = sqlx::query(
            "update schedules set lease_owner = null, lease_until = null, \
               due_at = case when $4 then due_at else $6 end, \
               next_at = coalesce($5, $6), attempt = case when $4 then attempt else 0 end, \
               taken_at = case when $4 then taken_at end \
             where tenant_id = $1 and job = $2 and lease_epoch = $3",
        )
        .bind(turn.tenant.uuid())
        .bind(&turn.job)
        .bind(turn.epoch)
        .bind(end.again_at.is_some())
        .bind(end.again_at)
        .bind(end.next)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "update schedule_turns set ended_at = $4, outcome = $5, summary = $6 \
             where tenant_id = $1 and job = $2 and due_at = $3",
        )
        .bind(turn.tenant.uuid())
        .bind(&turn.job)
        .bind(turn.due_at)
        .bind(end.at)
        .bind(end.outcome.word())
        .bind(&end.summary)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        sqlx::query(
            "delete from schedule_turns where tenant_id = $1 and job = $2 and due_at < ( \
               select min(due_at) from (select due_at from schedule_turns \
                 where tenant_id = $1 and job = $2 order by due_at desc limit $3) newest)",
        )
        .bind(turn.tenant.uuid())
        .bind(&turn.job)
        .bind(KEPT)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn standings(&self, tenant: TenantId) -> Result<Vec<Standing>, StoreFailure> {
        let statement = sqlx::query(
            "select s.job, s.next_at, coalesce(s.lease_until >= clock_timestamp(), false) as held, \
               t.due_at, t.began_at, t.attempt, t.ended_at, t.outcome, t.summary \
             from schedules s left join lateral ( \
               select * from schedule_turns t \
               where t.tenant_id = s.tenant_id and t.job = s.job order by t.due_at desc limit 1) t \
               on true \
             where s.tenant_id = $1 order by s.job",
        );
        let rows = self.rows.list(tenant, statement.bind(tenant.uuid())).await?;
        rows.iter().map(standing).collect()
    }

    async fn turns(
        &self,
        tenant: TenantId,
        job: &str,
        limit: u32,
    ) -> Result<Vec<PastTurn>, StoreFailure> {
        let statement = sqlx::query(
            "select due_at, began_at, attempt, ended_at, outcome, summary from schedule_turns \
             where tenant_id = $1 and job = $2 order by due_at desc limit $3",
        );
        let statement = statement.bind(tenant.uuid()).bind(job).bind(i64::from(limit));
        let rows = self.rows.list(tenant, statement).await?;
        rows.iter().map(past).collect()
    }

    async fn hasten(
        &self,
        tenant: TenantId,
        job: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update schedules set next_at = $3, attempt = 0, \
               due_at = case when attempt > 0 then due_at else $3 end \
             where tenant_id = $1 and job = $2 \
               and (lease_until is null or lease_until < clock_timestamp())",
        );
        let statement = statement.bind(tenant.uuid()).bind(job).bind(now);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }
}

fn turn(row: &PgRow) -> Result<Turn, StoreFailure> {
    Ok(Turn {
        tenant: TenantId::new(get::<Uuid>(row, "tenant_id")?),
        job: get(row, "job")?,
        due_at: get(row, "due_at")?,
        taken_at: get(row, "taken_at")?,
        attempt: attempts(row)?,
        epoch: get(row, "lease_epoch")?,
    })
}

fn standing(row: &PgRow) -> Result<Standing, StoreFailure> {
    let began: Option<DateTime<Utc>> = get(row, "began_at")?;
    Ok(Standing {
        job: get(row, "job")?,
        next_at: get(row, "next_at")?,
        is_running: get(row, "held")?,
        last: began.is_some().then(|| past(row)).transpose()?,
    })
}

fn past(row: &PgRow) -> Result<PastTurn, StoreFailure> {
    let outcome: Option<String> = get(row, "outcome")?;
    Ok(PastTurn {
        due_at: get(row, "due_at")?,
        began_at: get(row, "began_at")?,
        attempts: attempts(row)?,
        ended_at: get(row, "ended_at")?,
        outcome: outcome.map(|word| outcome_of(&word)).transpose()?,
        summary: get(row, "summary")?,
    })
}

fn attempts(row: &PgRow) -> Result<u32, StoreFailure> {
    let attempt: i32 = get(row, "attempt")?;
    Ok(u32::try_from(attempt).unwrap_or_default())
}

fn outcome_of(word: &str) -> Result<TurnOutcome, StoreFailure> {
    let known = [TurnOutcome::Done, TurnOutcome::Failed].into_iter();
    let mut found = known.filter(|outcome| outcome.word() == word);
    found.next().ok_or(StoreFailure::Corrupt { what: "outcome of schedule_turns" })
}

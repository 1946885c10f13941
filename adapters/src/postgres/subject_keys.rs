//! Wrapped data keys in the table `subject_keys`.
//!
//! Guarantees: any number of keys in one statement; a key is never replaced; a destroyed row stays.
//! PostgreSQL keeps the old row version until vacuum and in backups: keep backups of this table
//! shorter than the legal deadline.

use async_trait::async_trait;
use billfold_app::ports::{KeyRef, Purpose, StoreFailure, StoredKey, SubjectKeys, SubjectRef};
use billfold_domain::kernel::{SubjectId, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::avatars;
use super::scoped::{Scoped, failed, get};
use super::ways_in;

/// The key table.
#[derive(Clone, Debug)]
pub struct PostgresSubjectKeys {
    rows: Scoped,
}

impl PostgresSubjectKeys {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl SubjectKeys for PostgresSubjectKeys {
    async fn get(
        &self,
        tenant: TenantId,
        wanted: &[KeyRef],
    ) -> Result<Vec<StoredKey>, StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        let rows = select(&mut tx, tenant, wanted.iter()).await?;
        tx.commit().await.map_err(failed)?;
        Ok(rows)
    }

    async fn create(
        &self,
        tenant: TenantId,
        keys: &[StoredKey],
        at: DateTime<Utc>,
    ) -> Result<Vec<StoredKey>, StoreFailure> {
        let mut sorted: Vec<&StoredKey> = keys.iter().collect();
        // One order for all writers, so that two batches over the same subjects cannot deadlock.
        sorted.sort_by_key(|key| (key.of.subject, key.of.purpose));
        let mut tx = self.rows.begin(tenant).await?;
        sqlx::query(
            "insert into subject_keys \
               (tenant_id, subject_id, purpose, kek_id, wrapped, retain_until, created_at) \
             select $1, k.subject_id, k.purpose, k.kek_id, k.wrapped, k.retain_until, $7 \
             from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::date[]) \
               as k(subject_id, purpose, kek_id, wrapped, retain_until) \
             on conflict (tenant_id, subject_id, purpose) do update \
               set retain_until = excluded.retain_until \
               where subject_keys.destroyed_at is null \
                 and subject_keys.retain_until < excluded.retain_until",
        )
        .bind(tenant.uuid())
        .bind(sorted.iter().map(|key| key.of.subject.uuid()).collect::<Vec<_>>())
        .bind(sorted.iter().map(|key| key.of.purpose.as_str()).collect::<Vec<_>>())
        .bind(sorted.iter().map(|key| key.kek_id.as_str()).collect::<Vec<_>>())
        .bind(sorted.iter().map(|key| key.wrapped.as_deref()).collect::<Vec<_>>())
        .bind(sorted.iter().map(|key| key.retain_until).collect::<Vec<_>>())
        .bind(at)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        let rows = select(&mut tx, tenant, sorted.iter().map(|key| &key.of)).await?;
        tx.commit().await.map_err(failed)?;
        Ok(rows)
    }

    async fn destroy(
        &self,
        of: SubjectRef,
        today: NaiveDate,
        at: DateTime<Utc>,
    ) -> Result<Option<NaiveDate>, StoreFailure> {
        let mut tx = self.rows.begin(of.tenant).await?;
        sqlx::query(
            "insert into subject_keys \
               (tenant_id, subject_id, purpose, kek_id, created_at, destroyed_at) \
             select $1, $2, p.purpose, '', $3, $3 from unnest($5::text[]) as p(purpose) \
             on conflict (tenant_id, subject_id, purpose) do update \
               set wrapped = null, destroyed_at = excluded.destroyed_at \
               where subject_keys.destroyed_at is null \
                 and (subject_keys.retain_until is null or subject_keys.retain_until < $4)",
        )
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .bind(at)
        .bind(today)
        .bind(vec![Purpose::Operational.as_str(), Purpose::Fiscal.as_str()])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        avatars::forget(&mut tx, of).await?;
        ways_in::forget(&mut tx, of).await?;
        let kept = sqlx::query_scalar::<_, Option<NaiveDate>>(
            "select max(retain_until) from subject_keys \
             where tenant_id = $1 and subject_id = $2 and destroyed_at is null",
        )
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(kept)
    }

    async fn expired(
        &self,
        tenant: TenantId,
        today: NaiveDate,
        after: Option<SubjectId>,
        limit: u32,
    ) -> Result<Vec<(SubjectId, NaiveDate)>, StoreFailure> {
        let statement = sqlx::query(
            "select k.subject_id, k.retain_until from subject_keys k \
             where k.tenant_id = $1 and k.purpose = 'fiscal' and k.destroyed_at is null \
               and k.retain_until < $2 and k.subject_id > $3 \
               and exists (select 1 from subject_keys o \
                 where o.tenant_id = k.tenant_id and o.subject_id = k.subject_id \
                   and o.purpose = 'operational' and o.destroyed_at is not null) \
             order by k.subject_id limit $4",
        )
        .bind(tenant.uuid())
        .bind(today)
        .bind(after.map_or(Uuid::nil(), SubjectId::uuid))
        .bind(i64::from(limit));
        let rows = self.rows.list(tenant, statement).await?;
        let found =
            |row: &PgRow| Ok((SubjectId::new(get(row, "subject_id")?), get(row, "retain_until")?));
        rows.iter().map(found).collect()
    }
}

async fn select(
    tx: &mut Transaction<'static, Postgres>,
    tenant: TenantId,
    wanted: impl Iterator<Item = &KeyRef>,
) -> Result<Vec<StoredKey>, StoreFailure> {
    let (subjects, purposes): (Vec<Uuid>, Vec<&str>) =
        wanted.map(|of| (of.subject.uuid(), of.purpose.as_str())).unzip();
    let rows = sqlx::query(
        "select k.subject_id, k.purpose, k.kek_id, k.wrapped, k.retain_until \
         from subject_keys k \
         join unnest($2::uuid[], $3::text[]) as w(subject_id, purpose) \
           on k.subject_id = w.subject_id and k.purpose = w.purpose \
         where k.tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(subjects)
    .bind(purposes)
    .fetch_all(&mut **tx)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| stored(tenant, row)).collect()
}

fn stored(tenant: TenantId, row: &PgRow) -> Result<StoredKey, StoreFailure> {
    let purpose: &str = get(row, "purpose")?;
    let purpose = Purpose::parse(purpose)
        .ok_or(StoreFailure::Corrupt { what: "subject_keys.purpose is not a known word" })?;
    let subject = SubjectId::new(get(row, "subject_id")?);
    Ok(StoredKey {
        of: KeyRef { tenant, subject, purpose },
        kek_id: get(row, "kek_id")?,
        wrapped: get(row, "wrapped")?,
        retain_until: get(row, "retain_until")?,
    })
}

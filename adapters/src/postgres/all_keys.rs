//! The table `subject_keys` as a whole, for whoever runs the program.
//!
//! Guarantees: as the port says; statements run as the owner of the schema, whom a policy of the
//! table admits to all sellers. Requests never come here.

use async_trait::async_trait;
use billfold_app::ports::{
    AllKeys, KeyRecord, KeyRef, KeysUnder, Purpose, RestoredKeys, Rewrapped, StoreFailure,
    StoredKey,
};
use billfold_domain::kernel::{SubjectId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use uuid::Uuid;

use super::scoped::{failed, get};

/// Every seller's keys.
#[derive(Clone, Debug)]
pub struct PostgresAllKeys {
    owner: PgPool,
    feed: PgPool,
}

impl PostgresAllKeys {
    /// Over the pool of the schema's owner, and the one that may read the whole log.
    #[must_use]
    pub fn new(owner: PgPool, feed: PgPool) -> Self {
        Self { owner, feed }
    }
}

#[async_trait]
impl AllKeys for PostgresAllKeys {
    async fn not_under(
        &self,
        kek_id: &str,
        after: Option<KeyRef>,
        limit: u32,
    ) -> Result<Vec<StoredKey>, StoreFailure> {
        let (tenant, subject, purpose) = place(after);
        let rows = sqlx::query(
            "select tenant_id, subject_id, purpose, kek_id, wrapped, retain_until, created_at, \
               destroyed_at \
             from subject_keys \
             where wrapped is not null and kek_id <> $1 \
               and (tenant_id, subject_id, purpose) > ($2, $3, $4) \
             order by tenant_id, subject_id, purpose limit $5",
        )
        .bind(kek_id)
        .bind(tenant)
        .bind(subject)
        .bind(purpose)
        .bind(i64::from(limit))
        .fetch_all(&self.owner)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| record(row).map(|record| record.key)).collect()
    }

    async fn rewrap(&self, anew: &[Rewrapped]) -> Result<u64, StoreFailure> {
        let done = sqlx::query(
            "update subject_keys k set kek_id = a.kek_id, wrapped = a.after \
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::bytea[]) \
               as a(tenant_id, subject_id, purpose, kek_id, before, after) \
             where k.tenant_id = a.tenant_id and k.subject_id = a.subject_id \
               and k.purpose = a.purpose and k.wrapped = a.before and k.destroyed_at is null",
        )
        .bind(anew.iter().map(|row| row.of.tenant.uuid()).collect::<Vec<_>>())
        .bind(anew.iter().map(|row| row.of.subject.uuid()).collect::<Vec<_>>())
        .bind(anew.iter().map(|row| row.of.purpose.as_str()).collect::<Vec<_>>())
        .bind(anew.iter().map(|row| row.kek_id.as_str()).collect::<Vec<_>>())
        .bind(anew.iter().map(|row| row.before.as_slice()).collect::<Vec<_>>())
        .bind(anew.iter().map(|row| row.after.as_slice()).collect::<Vec<_>>())
        .execute(&self.owner)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn count(&self) -> Result<(Vec<KeysUnder>, u64), StoreFailure> {
        let rows = sqlx::query(
            "select case when wrapped is null then '' else kek_id end as kek_id, count(*) as keys \
             from subject_keys group by 1 order by 1",
        )
        .fetch_all(&self.owner)
        .await
        .map_err(failed)?;
        let (mut under, mut destroyed) = (Vec::new(), 0);
        for row in &rows {
            let (kek_id, keys): (String, i64) = (get(row, "kek_id")?, get(row, "keys")?);
            let keys = u64::try_from(keys).unwrap_or_default();
            match kek_id.is_empty() {
                true => destroyed = keys,
                false => under.push(KeysUnder { kek_id, keys }),
            }
        }
        Ok((under, destroyed))
    }

    async fn page(
        &self,
        after: Option<KeyRef>,
        limit: u32,
    ) -> Result<Vec<KeyRecord>, StoreFailure> {
        let (tenant, subject, purpose) = place(after);
        let rows = sqlx::query(
            "select tenant_id, subject_id, purpose, kek_id, wrapped, retain_until, created_at, \
               destroyed_at \
             from subject_keys \
             where (tenant_id, subject_id, purpose) > ($1, $2, $3) \
             order by tenant_id, subject_id, purpose limit $4",
        )
        .bind(tenant)
        .bind(subject)
        .bind(purpose)
        .bind(i64::from(limit))
        .fetch_all(&self.owner)
        .await
        .map_err(failed)?;
        rows.iter().map(record).collect()
    }

    async fn ended_by_log(&self) -> Result<Vec<KeyRef>, StoreFailure> {
        let rows = sqlx::query(
            "select distinct tenant_id, aggregate_id as subject_id, \
               case event_type when 'client.erased' then 'operational' \
                 else payload #>> '{erased,class}' end as purpose \
             from events where event_type in ('client.erased', 'data_subject.erased')",
        )
        .fetch_all(&self.feed)
        .await
        .map_err(failed)?;
        rows.iter().map(key_ref).collect()
    }

    async fn restore(&self, rows: &[KeyRecord]) -> Result<RestoredKeys, StoreFailure> {
        let changed: Vec<bool> = sqlx::query_scalar(
            "insert into subject_keys as k \
               (tenant_id, subject_id, purpose, kek_id, wrapped, retain_until, created_at, \
                destroyed_at) \
             select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], \
               $6::date[], $7::timestamptz[], $8::timestamptz[]) \
             on conflict (tenant_id, subject_id, purpose) do update \
               set wrapped = null, destroyed_at = excluded.destroyed_at \
               where k.destroyed_at is null and excluded.destroyed_at is not null \
             returning wrapped is null",
        )
        .bind(rows.iter().map(|row| row.key.of.tenant.uuid()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.of.subject.uuid()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.of.purpose.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.kek_id.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.wrapped.as_deref()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.retain_until).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.created_at).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.destroyed_at).collect::<Vec<_>>())
        .fetch_all(&self.owner)
        .await
        .map_err(failed)?;
        let destroyed = changed.iter().filter(|destroyed| **destroyed).count();
        Ok(RestoredKeys {
            restored: u64::try_from(changed.len() - destroyed).unwrap_or_default(),
            destroyed: u64::try_from(destroyed).unwrap_or_default(),
        })
    }
}

fn place(after: Option<KeyRef>) -> (Uuid, Uuid, &'static str) {
    after.map_or((Uuid::nil(), Uuid::nil(), ""), |of| {
        (of.tenant.uuid(), of.subject.uuid(), of.purpose.as_str())
    })
}

fn key_ref(row: &PgRow) -> Result<KeyRef, StoreFailure> {
    let purpose: &str = get(row, "purpose")?;
    let purpose = Purpose::parse(purpose)
        .ok_or(StoreFailure::Corrupt { what: "subject_keys.purpose is not a known word" })?;
    Ok(KeyRef {
        tenant: TenantId::new(get(row, "tenant_id")?),
        subject: SubjectId::new(get(row, "subject_id")?),
        purpose,
    })
}

fn record(row: &PgRow) -> Result<KeyRecord, StoreFailure> {
    let created_at: DateTime<Utc> = get(row, "created_at")?;
    let key = StoredKey {
        of: key_ref(row)?,
        kek_id: get(row, "kek_id")?,
        wrapped: get(row, "wrapped")?,
        retain_until: get(row, "retain_until")?,
    };
    Ok(KeyRecord { key, created_at, destroyed_at: get(row, "destroyed_at")? })
}

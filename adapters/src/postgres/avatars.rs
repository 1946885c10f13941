//! The sealed pictures of people, in the table `avatars`.

use async_trait::async_trait;
use billfold_app::ports::{AvatarStore, StoreFailure, SubjectRef};
use billfold_domain::kernel::ImageHash;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};

use super::scoped::{Scoped, failed, get};

/// The pictures.
#[derive(Clone, Debug)]
pub struct PostgresAvatars {
    rows: Scoped,
}

impl PostgresAvatars {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

/// Removes all of a person, beside the end of their keys.
pub(super) async fn forget(
    tx: &mut Transaction<'static, Postgres>,
    of: SubjectRef,
) -> Result<(), StoreFailure> {
    sqlx::query("delete from avatars where tenant_id = $1 and subject_id = $2")
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .execute(&mut **tx)
        .await
        .map_err(failed)?;
    Ok(())
}

#[async_trait]
impl AvatarStore for PostgresAvatars {
    async fn put(
        &self,
        of: SubjectRef,
        hash: ImageHash,
        sealed: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into avatars (tenant_id, subject_id, hash, sealed, stored_at) \
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .bind(hash.as_bytes().as_slice())
        .bind(sealed)
        .bind(now);
        self.rows.execute(of.tenant, statement).await?;
        Ok(())
    }

    async fn find(&self, of: SubjectRef, hash: ImageHash) -> Result<Option<Vec<u8>>, StoreFailure> {
        let statement = sqlx::query(
            "select sealed from avatars where tenant_id = $1 and subject_id = $2 and hash = $3",
        )
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .bind(hash.as_bytes().as_slice());
        let row = self.rows.find(of.tenant, statement).await?;
        row.map(|row| get(&row, "sealed")).transpose()
    }

    async fn remove(&self, of: SubjectRef, hash: ImageHash) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "delete from avatars where tenant_id = $1 and subject_id = $2 and hash = $3",
        )
        .bind(of.tenant.uuid())
        .bind(of.subject.uuid())
        .bind(hash.as_bytes().as_slice());
        self.rows.execute(of.tenant, statement).await?;
        Ok(())
    }
}

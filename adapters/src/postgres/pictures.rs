//! The bytes of pictures, in the table `pictures`.

use async_trait::async_trait;
use billfold_app::ports::{PictureStore, StoreFailure};
use billfold_domain::kernel::{ImageHash, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPool;

use super::scoped::{Scoped, get};

/// The pictures.
#[derive(Clone, Debug)]
pub struct PostgresPictures {
    rows: Scoped,
}

impl PostgresPictures {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl PictureStore for PostgresPictures {
    async fn put(
        &self,
        tenant: TenantId,
        hash: ImageHash,
        bytes: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into pictures (tenant_id, hash, bytes, stored_at) \
             values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(tenant.uuid())
        .bind(hash.as_bytes().as_slice())
        .bind(bytes)
        .bind(now);
        self.rows.execute(tenant, statement).await?;
        Ok(())
    }

    async fn find(
        &self,
        tenant: TenantId,
        hash: ImageHash,
    ) -> Result<Option<Vec<u8>>, StoreFailure> {
        let statement =
            sqlx::query("select bytes from pictures where tenant_id = $1 and hash = $2")
                .bind(tenant.uuid())
                .bind(hash.as_bytes().as_slice());
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| get(&row, "bytes")).transpose()
    }
}

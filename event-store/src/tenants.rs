//! Which tenants there are.
//!
//! Guarantees: one step down the index of `streams` for each tenant, however many streams it has.

use sqlx::PgPool;
use uuid::Uuid;

const AFTER: &str = "\
with recursive t(id, n) as (
  (select tenant_id, 1::bigint from streams
   where $1::uuid is null or tenant_id > $1 order by tenant_id limit 1)
  union all
  select (select s.tenant_id from streams s where s.tenant_id > t.id
          order by s.tenant_id limit 1), t.n + 1
  from t where t.id is not null and t.n <= $2
)
select id from t where id is not null order by id limit $2";

/// The ids of tenants that have a stream, from the first behind `after` on, at most `limit`.
pub(crate) async fn after(
    pool: &PgPool,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    sqlx::query_scalar(AFTER).bind(after).bind(limit).fetch_all(pool).await
}

//! How far each webhook endpoint was told, in `webhook_cursors`, and what was sent to it lately, in
//! `webhook_deliveries`.
//!
//! Guarantees: only the owner of a lease moves a cursor, and a delivery is noted in the same
//! transaction; the newest thousand deliveries of an endpoint are kept.

use async_trait::async_trait;
use billfold_app::ports::{
    DELIVERIES_KEPT, Delivery, EndpointRef, Lease, StoreFailure, WebhookCursor, WebhookDeliveries,
};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Postgres, Transaction};

use super::scoped::{Scoped, failed, get};

/// The state of sending.
#[derive(Clone, Debug)]
pub struct PostgresWebhookDeliveries {
    rows: Scoped,
}

impl PostgresWebhookDeliveries {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl WebhookDeliveries for PostgresWebhookDeliveries {
    async fn cursor(&self, of: EndpointRef) -> Result<Option<WebhookCursor>, StoreFailure> {
        let statement = sqlx::query(
            "select position, turned_at, attempts, next_attempt_at, last_no from webhook_cursors \
             where tenant_id = $1 and webhook_endpoint_id = $2",
        )
        .bind(of.tenant.uuid())
        .bind(of.id.uuid());
        let row = self.rows.find(of.tenant, statement).await?;
        row.map(|row| cursor(&row)).transpose()
    }

    async fn begin(&self, of: EndpointRef, cursor: &WebhookCursor) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into webhook_cursors (tenant_id, webhook_endpoint_id, position, turned_at) \
             values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(of.tenant.uuid())
        .bind(of.id.uuid())
        .bind(cursor.position)
        .bind(cursor.turned_at);
        self.rows.execute(of.tenant, statement).await?;
        Ok(())
    }

    async fn claim(&self, of: EndpointRef, lease: &Lease) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update webhook_cursors set owner = $3, owned_until = $5 \
             where tenant_id = $1 and webhook_endpoint_id = $2 \
               and (owner is null or owner = $3 or owned_until <= $4)",
        )
        .bind(of.tenant.uuid())
        .bind(of.id.uuid())
        .bind(&lease.owner)
        .bind(lease.now)
        .bind(lease.until);
        Ok(self.rows.execute(of.tenant, statement).await? == 1)
    }

    async fn keep(
        &self,
        of: EndpointRef,
        lease: &Lease,
        cursor: &WebhookCursor,
        delivery: Option<&Delivery>,
    ) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(of.tenant).await?;
        let moved = sqlx::query(
            "update webhook_cursors set position = $4, turned_at = $5, attempts = $6, \
               next_attempt_at = $7, last_no = $8, owned_until = $9 \
             where tenant_id = $1 and webhook_endpoint_id = $2 and owner = $3",
        )
        .bind(of.tenant.uuid())
        .bind(of.id.uuid())
        .bind(&lease.owner)
        .bind(cursor.position)
        .bind(cursor.turned_at)
        .bind(i32::try_from(cursor.attempts).unwrap_or(i32::MAX))
        .bind(cursor.next_attempt_at)
        .bind(cursor.last_no)
        .bind(lease.until)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(delivery) = delivery {
            note(&mut tx, of, delivery).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn page(
        &self,
        of: EndpointRef,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreFailure> {
        let statement = sqlx::query(
            "select no, position, event_id, event_type, attempt, attempted_at, outcome, status, \
               failure from webhook_deliveries \
             where tenant_id = $1 and webhook_endpoint_id = $2 and no < $3 \
             order by no desc limit $4",
        )
        .bind(of.tenant.uuid())
        .bind(of.id.uuid())
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit));
        let rows = self.rows.list(of.tenant, statement).await?;
        rows.iter().map(delivery).collect()
    }
}

async fn note(
    tx: &mut Transaction<'static, Postgres>,
    of: EndpointRef,
    delivery: &Delivery,
) -> Result<(), StoreFailure> {
    sqlx::query(
        "insert into webhook_deliveries (tenant_id, webhook_endpoint_id, no, position, event_id, \
           event_type, attempt, attempted_at, outcome, status, failure) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(of.tenant.uuid())
    .bind(of.id.uuid())
    .bind(delivery.no)
    .bind(delivery.position)
    .bind(delivery.event_id)
    .bind(&delivery.event_type)
    .bind(i32::try_from(delivery.attempt).unwrap_or(i32::MAX))
    .bind(delivery.attempted_at)
    .bind(&delivery.outcome)
    .bind(delivery.status.map(i32::from))
    .bind(&delivery.failure)
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    sqlx::query(
        "delete from webhook_deliveries \
         where tenant_id = $1 and webhook_endpoint_id = $2 and no <= $3",
    )
    .bind(of.tenant.uuid())
    .bind(of.id.uuid())
    .bind(delivery.no - DELIVERIES_KEPT)
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    Ok(())
}

fn cursor(row: &PgRow) -> Result<WebhookCursor, StoreFailure> {
    Ok(WebhookCursor {
        position: get(row, "position")?,
        turned_at: get(row, "turned_at")?,
        attempts: count(get(row, "attempts")?),
        next_attempt_at: get(row, "next_attempt_at")?,
        last_no: get(row, "last_no")?,
    })
}

fn delivery(row: &PgRow) -> Result<Delivery, StoreFailure> {
    let status: Option<i32> = get(row, "status")?;
    Ok(Delivery {
        no: get(row, "no")?,
        position: get(row, "position")?,
        event_id: get(row, "event_id")?,
        event_type: get(row, "event_type")?,
        attempt: count(get(row, "attempt")?),
        attempted_at: get(row, "attempted_at")?,
        outcome: get(row, "outcome")?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        failure: get(row, "failure")?,
    })
}

/// A count that is never negative.
fn count(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

//! Who is signed in, in the table `sessions`.
//!
//! Guarantees: a token is never stored, only its SHA-256; ending deletes the row, and with it the
//! tokens of a program.

use async_trait::async_trait;
use billfold_app::ports::{
    Ending, Holder, SessionKind, SessionRef, SessionRow, Sessions, StoreFailure,
};
use billfold_domain::kernel::{ClientId, SessionId, StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::types::Json;
use uuid::Uuid;

use super::scoped::{Scoped, get};

const COLUMNS: &str = "s.session_id, s.kind, s.token_hash, s.staff_id, s.client_id, \
     s.csrf_secret, s.also, s.origin, s.created_at, s.last_used_at, s.expires_at";

/// The sessions.
#[derive(Clone, Debug)]
pub struct PostgresSessions {
    rows: Scoped,
}

impl PostgresSessions {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl Sessions for PostgresSessions {
    async fn add(&self, row: &SessionRow) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into sessions (tenant_id, token_hash, staff_id, csrf_secret, also, \
               created_at, expires_at, session_id, kind, origin, client_id) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(row.tenant.uuid())
        .bind(row.token_hash.as_slice())
        .bind(row.holder.staff().map(StaffId::uuid))
        .bind(row.csrf_secret.as_slice())
        .bind(row.also.iter().map(|tenant| tenant.uuid()).collect::<Vec<_>>())
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.id.uuid())
        .bind(word(row.kind))
        .bind(row.origin.as_ref().map(Json))
        .bind(client(row.holder));
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn find(
        &self,
        tenant: TenantId,
        which: SessionRef<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, StoreFailure> {
        let condition = match which {
            SessionRef::Token(_) => "s.token_hash = $3",
            SessionRef::Id(_) => "s.session_id = $3",
        };
        let sql = format!(
            "select {COLUMNS} from sessions s \
             where s.tenant_id = $1 and s.expires_at > $2 and {condition} \
               and (exists (select from client_accounts c \
                      where c.tenant_id = s.tenant_id and c.client_id = s.client_id) \
                    or exists (select from staff a \
                      where a.tenant_id = s.tenant_id and a.staff_id = s.staff_id \
                        and a.disabled_at is null))"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(now);
        let statement = match which {
            SessionRef::Token(hash) => statement.bind(hash.as_slice()),
            SessionRef::Id(id) => statement.bind(id.uuid()),
        };
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| session(tenant, &row)).transpose()
    }

    async fn list(
        &self,
        tenant: TenantId,
        holder: Holder,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionRow>, StoreFailure> {
        let sql = format!(
            "select {COLUMNS} from sessions s \
             where s.tenant_id = $1 and coalesce(s.staff_id, s.client_id) = $2 \
               and s.expires_at > $3 \
             order by s.created_at desc, s.session_id limit 1000"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(holder.uuid()).bind(now);
        let rows = self.rows.list(tenant, statement).await?;
        rows.iter().map(|row| session(tenant, row)).collect()
    }

    async fn touch(
        &self,
        tenant: TenantId,
        id: SessionId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "update sessions set last_used_at = $3 where tenant_id = $1 and session_id = $2",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(at);
        self.rows.execute(tenant, statement).await?;
        Ok(())
    }

    async fn end(
        &self,
        tenant: TenantId,
        which: Ending<'_>,
    ) -> Result<Vec<(SessionId, Holder)>, StoreFailure> {
        let condition = match which {
            Ending::One(SessionRef::Token(_)) => "token_hash = $2",
            Ending::One(SessionRef::Id(_)) => "session_id = $2",
            Ending::Own(..) => "coalesce(staff_id, client_id) = $2 and session_id = $3",
            Ending::AllBut(..) => "coalesce(staff_id, client_id) = $2 and session_id <> $3",
            Ending::All(_) => "coalesce(staff_id, client_id) = $2",
        };
        let sql = format!(
            "delete from sessions where tenant_id = $1 and {condition} \
             returning session_id, staff_id, client_id"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid());
        let statement = match which {
            Ending::One(SessionRef::Token(hash)) => statement.bind(hash.as_slice()),
            Ending::One(SessionRef::Id(id)) => statement.bind(id.uuid()),
            Ending::Own(holder, id) | Ending::AllBut(holder, id) => {
                statement.bind(holder.uuid()).bind(id.uuid())
            }
            Ending::All(holder) => statement.bind(holder.uuid()),
        };
        let rows = self.rows.list(tenant, statement).await?;
        let ended = |row: &PgRow| Ok((SessionId::new(get(row, "session_id")?), holder_in(row)?));
        rows.iter().map(ended).collect()
    }

    async fn sweep(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<u64, StoreFailure> {
        let statement =
            sqlx::query("delete from sessions where tenant_id = $1 and expires_at <= $2")
                .bind(tenant.uuid())
                .bind(now);
        self.rows.execute(tenant, statement).await
    }
}

fn word(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Browser => "browser",
        SessionKind::Program => "program",
    }
}

fn session(tenant: TenantId, row: &PgRow) -> Result<SessionRow, StoreFailure> {
    let also: Vec<Uuid> = get(row, "also")?;
    let kind: String = get(row, "kind")?;
    let origin: Option<Json<serde_json::Value>> = get(row, "origin")?;
    Ok(SessionRow {
        tenant,
        id: SessionId::new(get(row, "session_id")?),
        kind: if kind == "program" { SessionKind::Program } else { SessionKind::Browser },
        token_hash: bytes(row, "token_hash")?,
        holder: holder_in(row)?,
        csrf_secret: bytes(row, "csrf_secret")?,
        also: also.into_iter().map(TenantId::new).collect(),
        origin: origin.map(|Json(origin)| origin),
        created_at: get(row, "created_at")?,
        last_used_at: get(row, "last_used_at")?,
        expires_at: get(row, "expires_at")?,
    })
}

fn client(holder: Holder) -> Option<Uuid> {
    match holder {
        Holder::Client(client) => Some(client.uuid()),
        Holder::Staff(_) => None,
    }
}

fn holder_in(row: &PgRow) -> Result<Holder, StoreFailure> {
    let (staff, client): (Option<Uuid>, Option<Uuid>) =
        (get(row, "staff_id")?, get(row, "client_id")?);
    let staff = staff.map(|staff| Holder::Staff(StaffId::new(staff)));
    let holder = staff.or_else(|| client.map(|client| Holder::Client(ClientId::new(client))));
    holder.ok_or(StoreFailure::Corrupt { what: "a session belongs to nobody" })
}

fn bytes(row: &PgRow, column: &str) -> Result<[u8; 32], StoreFailure> {
    let bytes: Vec<u8> = get(row, column)?;
    let what = "a hash or secret in sessions has a wrong length";
    bytes.try_into().map_err(|_| StoreFailure::Corrupt { what })
}

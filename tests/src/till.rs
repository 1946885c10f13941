//! A seller on a database of its own, asked through the command door, with a clock that tests move.
//!
//! Guarantees that what is asked goes the way of production: planned, decided under the head lock,
//! appended with its postings, answered by a receipt. Absent on purpose: HTTP, which
//! [`shop`](crate::shop) has, and read models.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_adapters::gateways;
use billfold_adapters::postgres::PostgresSubjectKeys;
use billfold_app::Error;
use billfold_app::commands::{Ask, Done, Door, DoorParts, UseCase, kinds};
use billfold_app::ports::{
    Arrears, ClientArrears, Deferrals, LapsedCard, LapsedCards, OpenInvoices, StoreFailure,
    UnansweredApproval, UnansweredApprovals,
};
use billfold_app::vault::{Kek, Vault};
use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{
    Actor, ClientId, Currency, DunningStrategyId, GiftCardId, InvoiceId, TenantId,
};
use billfold_domain::recognition::Earned;
use billfold_event_store::{Store, StoreOptions};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::harness::{TestClock, TestDb};

/// A door over a database of its own.
pub struct Till {
    /// The database.
    pub db: TestDb,
    /// The time it lives in.
    pub clock: TestClock,
    /// The door.
    pub door: Door,
    /// The seller, whose books are not open yet.
    pub tenant: TenantId,
    actor: Actor,
}

impl Till {
    /// A fresh one, on Monday, 2 March 2026, 09:00 UTC until the clock is moved.
    ///
    /// # Errors
    /// The database cannot be opened.
    pub async fn new() -> anyhow::Result<Self> {
        let (db, clock) = (TestDb::new().await, TestClock::default());
        sqlx::raw_sql(LogReader::INDEX).execute(&db.owner).await?;
        let door = open_door(&db, &clock).await?;
        let (tenant, actor) = (TenantId::new(Uuid::from_u128(0xA1)), Actor::system("tests")?);
        Ok(Self { db, clock, door, tenant, actor })
    }

    /// Asks, once per key.
    ///
    /// # Errors
    /// What the door says.
    pub async fn ask<U: UseCase>(&self, key: &str, command: U) -> Result<Done<U::Answer>, Error> {
        self.door.execute(Ask::new(self.tenant, self.actor.clone(), key, command)).await
    }
}

/// A process of its own on a database.
///
/// # Errors
/// The database cannot be opened.
pub async fn open_door(db: &TestDb, clock: &TestClock) -> anyhow::Result<Door> {
    let clock = Arc::new(clock.clone());
    let options = StoreOptions::new(db.connect_options());
    let store = Store::open(options, kinds(), clock.clone()).await?;
    Ok(Door::new(DoorParts {
        store,
        vault: vault(db),
        gateways: gateways::inline(),
        open_invoices: Arc::new(LogReader(db.feed.clone())),
        arrears: Arc::new(NobodyLate),
        deferrals: Arc::new(NothingAhead),
        lapsed_cards: Arc::new(NothingLapses),
        unanswered_approvals: Arc::new(NothingLapses),
        retention: Arc::default(),
        clock,
    }))
}

/// The vault of a database.
pub fn vault(db: &TestDb) -> Arc<Vault> {
    let keys = Arc::new(PostgresSubjectKeys::new(db.app.clone()));
    Arc::new(Vault::new(Kek::from_bytes([7; 32].into()), keys))
}

/// Reads open invoices from the log itself, and is never behind.
struct LogReader(PgPool);

impl LogReader {
    /// Without it the whole log is read for each question.
    const INDEX: &str = "create index on events ((payload #>> '{issued,client_id}'))
                         where event_type = 'invoice.issued'";
}

#[async_trait]
impl OpenInvoices for LogReader {
    async fn oldest_first(
        &self,
        tenant: TenantId,
        client: ClientId,
        _currency: Currency,
        limit: u32,
    ) -> Result<Vec<InvoiceId>, StoreFailure> {
        let found: Vec<Uuid> = sqlx::query_scalar(
            "select aggregate_id from events
             where tenant_id = $1 and event_type = 'invoice.issued'
               and payload #>> '{issued,client_id}' = $2
             order by payload #>> '{issued,due_date}', position limit $3",
        )
        .bind(tenant.uuid())
        .bind(client.uuid().to_string())
        .bind(i64::from(limit))
        .fetch_all(&self.0)
        .await
        .map_err(|error| StoreFailure::Unavailable(Box::new(error)))?;
        Ok(found.into_iter().map(InvoiceId::new).collect())
    }
}

/// A house in which everybody pays in time.
pub struct NobodyLate;

#[async_trait]
impl Arrears for NobodyLate {
    async fn clients(
        &self,
        _tenant: TenantId,
        _on: NaiveDate,
        _after: Option<ClientId>,
        _limit: u32,
    ) -> Result<Vec<ClientArrears>, StoreFailure> {
        Ok(Vec::new())
    }

    async fn of_client(
        &self,
        _tenant: TenantId,
        _on: NaiveDate,
        _client: ClientId,
    ) -> Result<Option<ClientArrears>, StoreFailure> {
        Ok(None)
    }

    async fn strategies(
        &self,
        _tenant: TenantId,
        _client: Option<ClientId>,
    ) -> Result<Vec<(Holder, DunningStrategyId)>, StoreFailure> {
        Ok(Vec::new())
    }
}

/// Books in which nothing is billed ahead.
pub struct NothingAhead;

#[async_trait]
impl Deferrals for NothingAhead {
    async fn first_day(&self, _tenant: TenantId) -> Result<Option<NaiveDate>, StoreFailure> {
        Ok(None)
    }

    async fn earned_by(
        &self,
        _tenant: TenantId,
        _day: NaiveDate,
    ) -> Result<Vec<Earned>, StoreFailure> {
        Ok(Vec::new())
    }
}

/// A house in which no gift card is ever forgotten, and every approval answered in time.
pub struct NothingLapses;

#[async_trait]
impl LapsedCards for NothingLapses {
    async fn before(
        &self,
        _tenant: TenantId,
        _day: NaiveDate,
        _after: Option<(NaiveDate, GiftCardId)>,
        _limit: u32,
    ) -> Result<Vec<LapsedCard>, StoreFailure> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl UnansweredApprovals for NothingLapses {
    async fn at(
        &self,
        _tenant: TenantId,
        _instant: DateTime<Utc>,
        _after: Option<UnansweredApproval>,
        _limit: u32,
    ) -> Result<Vec<UnansweredApproval>, StoreFailure> {
        Ok(Vec::new())
    }
}

//! The real door over the real log, on a database of this process; each history opens two sellers
//! of its own in it.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use billfold_adapters::gateways;
use billfold_adapters::postgres::PostgresSubjectKeys;
use billfold_app::commands::tenants::OpenTenant;
use billfold_app::commands::{Ask, Door, DoorParts, kinds};
use billfold_app::ports::{OpenInvoices, StoreFailure};
use billfold_app::vault::{Kek, Vault};
use billfold_domain::kernel::{Actor, ClientId, Country, Currency, InvoiceId, TenantId};
use billfold_event_store::{Store, StoreOptions};
use billfold_tests::harness::{TestClock, TestDb};
use billfold_tests::till::{NobodyLate, NothingAhead, NothingLapses};
use sqlx::PgPool;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// What all histories share.
pub(crate) struct House {
    pub(crate) runtime: Runtime,
    pub(crate) db: TestDb,
    pub(crate) door: Door,
}

impl House {
    /// Opened by the first history.
    pub(crate) fn get() -> &'static Self {
        static HOUSE: OnceLock<House> = OnceLock::new();
        HOUSE.get_or_init(|| {
            let runtime = Runtime::new().expect("a runtime");
            let (db, door) = runtime.block_on(async {
                let db = TestDb::new().await;
                let door = door(&db).await;
                (db, door)
            });
            Self { runtime, db, door }
        })
    }

    /// A second process on the same database, which remembers nothing.
    pub(crate) async fn another_door(&self) -> Door {
        door(&self.db).await
    }

    pub(crate) async fn open(&self, tenant: TenantId) {
        let open = OpenTenant {
            name: "Seller GmbH".to_owned(),
            country: Country::parse("DE").expect("a country"),
            currency: Currency::parse("EUR").expect("a currency"),
            time_zone: "Europe/Berlin".to_owned(),
            invoice_numbers: None,
            credit_note_numbers: None,
            payment_term_days: None,
            vat_id: Some("DE123456789".to_owned()),
            test_clock: None,
        };
        let ask = Ask::new(tenant, actor(), "open", open);
        self.door.execute(ask).await.expect("open books");
    }
}

pub(crate) fn actor() -> Actor {
    Actor::system("tests").expect("a name")
}

async fn door(db: &TestDb) -> Door {
    let clock = Arc::new(TestClock::default());
    let store = Store::open(StoreOptions::new(db.connect_options()), kinds(), clock.clone()).await;
    let keys = Arc::new(PostgresSubjectKeys::new(db.app.clone()));
    Door::new(DoorParts {
        store: store.expect("a log"),
        vault: Arc::new(Vault::new(Kek::from_bytes([7; 32].into()), keys)),
        gateways: gateways::inline(),
        open_invoices: Arc::new(LogReader(db.feed.clone())),
        arrears: Arc::new(NobodyLate),
        deferrals: Arc::new(NothingAhead),
        lapsed_cards: Arc::new(NothingLapses),
        unanswered_approvals: Arc::new(NothingLapses),
        retention: Arc::default(),
        clock,
    })
}

/// Finds invoices in the log itself, in the order of their issue: never behind.
struct LogReader(PgPool);

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
             order by position limit $3",
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

//! A billing run over a book of renewals that are all due: from the due list to durable, numbered
//! invoices.
//!
//! The book is made through the door, one client and one subscription after the other, and bills
//! its first month on the way; each round moves the clock by a month. A round is run twice as
//! often as asked: with the followers of the read models standing still, which is what the log
//! alone can do, and with all of them running in the same process, as in production.

use crate::laboratory::{Bench, Laboratory};
use crate::report::{Latencies, Run};
use anyhow::{Result, anyhow, ensure};
use billfold_app::billing_run::{BillingRun, Bounds, Control, Progress, run};
use billfold_app::commands::Ask;
use billfold_app::commands::clients::RegisterClient;
use billfold_app::commands::products::CreateProduct;
use billfold_app::commands::subscriptions::{AgreedOffer, Offer, Subscribe};
use billfold_app::commands::tenants::OpenTenant;
use billfold_domain::client::ContactCard;
use billfold_domain::invoice::{TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    Actor, ClientId, Country, Currency, ProductId, Quantity, TenantId, UnitPrice,
};
use billfold_domain::product::ProductKind;
use billfold_domain::subscription::{Interval, IntervalUnit, Timing};
use billfold_event_store::Clock;
use billfold_projections::{Projection, journal::Journal};
use billfold_server::cli::{Context, Stop};
use billfold_server::config::{Config, Environment};
use billfold_server::wire::{Foundation, ListedAccounts, Node};
use chrono::{DateTime, Months, NaiveDate, Utc};
use sqlx::ConnectOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Commands that wait at the same time while the book is made.
const IN_FLIGHT: u64 = 256;
/// How long read models may take to catch up.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// How large a book is.
#[derive(Clone, Copy)]
pub(crate) struct Book {
    /// Subscriptions, each billed monthly.
    pub(crate) subscriptions: u64,
    /// Subscriptions of one client.
    pub(crate) per_account: u64,
}

/// A clock that stands until it is moved.
#[derive(Clone)]
pub(crate) struct MovedClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MovedClock {
    fn day(&self) -> NaiveDate {
        self.now().date_naive()
    }

    pub(crate) fn at(start: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    pub(crate) fn next_month(&self) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = *now + Months::new(1);
    }
}

/// Bills a book month after month; each figure is noted as soon as it is there.
///
/// # Errors
/// The book cannot be made, or a run does not bill everything.
pub(crate) async fn rounds(
    laboratory: &Laboratory,
    folder: &Path,
    book: Book,
    rounds: usize,
    note: &mut impl FnMut(Run),
) -> Result<()> {
    let bench = laboratory.fresh("bench_billing_run").await?;
    let start: DateTime<Utc> = "2026-01-15T12:00:00Z".parse()?;
    let clock = MovedClock::at(start);
    let node = open(&bench, folder, &clock).await?;
    let tenant = TenantId::new(Uuid::now_v7());
    let made = Instant::now();
    make(&node, tenant, book).await?;
    eprintln!("{} subscriptions made in {:.0} s", book.subscriptions, made.elapsed().as_secs_f64());
    for _ in 0..rounds {
        for followed in [false, true] {
            catch_up(&node).await?;
            sqlx::raw_sql("analyze").execute(&bench.pools.owner).await?;
            clock.next_month();
            note(measure(&node, tenant, book, clock.day(), followed).await?);
            if !followed {
                note(journal(&node).await?);
            }
        }
    }
    node.close_idle().await;
    bench.pools.close().await;
    Ok(())
}

pub(crate) async fn open(bench: &Bench, folder: &Path, clock: &MovedClock) -> Result<Node> {
    let url = bench.connect.to_url_lossy().to_string();
    // Mail is queued where a bench asks for it; nothing sends it.
    let mail = ("BILLFOLD_MAIL_DRIVER", "file".to_owned());
    let environment = Environment::of([("DATABASE_URL", url), mail]);
    let data = folder.join("billing-run");
    std::fs::create_dir_all(&data)?;
    let config = Config::load(&data, None, &environment)?;
    let context = Context { data, config, environment };
    let foundation = Foundation::open(&context).await.map_err(stopped)?;
    Node::open_at(&context, foundation, Arc::new(clock.clone())).await.map_err(stopped)
}

/// Brings every read model to the head and stops following.
async fn catch_up(node: &Node) -> Result<()> {
    let background = node.follow();
    let head = node.feed().head().await?.position;
    for definition in billfold_projections::PROJECTIONS {
        node.reads().wait(definition.name, head, PATIENCE).await?;
    }
    background.end().await;
    Ok(())
}

async fn measure(
    node: &Node,
    tenant: TenantId,
    book: Book,
    through: NaiveDate,
    followed: bool,
) -> Result<Run> {
    let background = followed.then(|| node.follow());
    let ask = BillingRun {
        tenant,
        actor: Actor::system("bench")?,
        name: Uuid::now_v7().to_string(),
        cause: None,
        through,
        rehearse: false,
        bounds: Bounds::default(),
    };
    let accounts = ListedAccounts { reads: node.reads().clone(), feed: node.feed().clone() };
    let mut batches = Latencies::default();
    let start = Instant::now();
    let control = Control::default();
    let progress = |at: Progress| batches.add(at.took);
    let report = run(node.door(), &accounts, &ask, &control, progress).await?;
    let seconds = start.elapsed().as_secs_f64();
    if let Some(background) = background {
        background.end().await;
    }
    let accounts = book.subscriptions.div_ceil(book.per_account);
    ensure!(report.issued == accounts, "not everything was billed: {report}");
    let point = format!(
        "{} subscriptions, {} each, {}",
        book.subscriptions,
        book.per_account,
        if followed { "followed" } else { "log alone" }
    );
    let rate = book.subscriptions as f64 / seconds;
    let run = Run::new("billing-run", "billfold", &point, rate, "subscriptions/s");
    Ok(Run { latency_ms: batches.percentiles(), ..run })
}

/// How fast the journal takes the postings of a round that nobody followed.
async fn journal(node: &Node) -> Result<Run> {
    let head = node.feed().head().await?.position;
    let before = node.reads().position(Journal::NAME).await?;
    let start = Instant::now();
    let background = node.follow();
    node.reads().wait(Journal::NAME, head, PATIENCE).await?;
    let seconds = start.elapsed().as_secs_f64();
    background.end().await;
    let rate = (head - before) as f64 / seconds.max(0.001);
    Ok(Run::of_events("billing-run", "postings in the journal, all read models at once", rate))
}

/// Opens the books of a seller.
///
/// # Errors
/// The log does not take it.
pub(crate) async fn opened(node: &Node, tenant: TenantId) -> Result<()> {
    let open = OpenTenant {
        name: "Bench GmbH".into(),
        country: Country::parse("DE")?,
        currency: Currency::EUR,
        time_zone: "Europe/Berlin".into(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: None,
        vat_id: Some("DE123456789".into()),
        test_clock: None,
    };
    let actor = Actor::system("bench")?;
    node.door().execute(Ask::new(tenant, actor, "open", open)).await?;
    Ok(())
}

async fn make(node: &Node, tenant: TenantId, book: Book) -> Result<()> {
    opened(node, tenant).await?;
    let actor = Actor::system("bench")?;
    let product_id = ProductId::new(Uuid::now_v7());
    let product = CreateProduct {
        product_id: Some(product_id),
        code: "small".into(),
        name: "VPS small".into(),
        kind: ProductKind::Vps,
    };
    node.door().execute(Ask::new(tenant, actor, "product", product)).await?;
    let mut tasks = JoinSet::new();
    for worker in 0..IN_FLIGHT {
        let door = node.door().clone();
        tasks.spawn(async move {
            let clients = book.subscriptions.div_ceil(book.per_account);
            for client in (worker..clients).step_by(usize::try_from(IN_FLIGHT)?) {
                let first = client * book.per_account;
                let most = (first + book.per_account).min(book.subscriptions);
                account(&door, tenant, product_id, client, first..most).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn account(
    door: &billfold_app::commands::Door,
    tenant: TenantId,
    product_id: ProductId,
    client: u64,
    subscriptions: std::ops::Range<u64>,
) -> Result<()> {
    let actor = Actor::system("bench")?;
    let client_id = ClientId::new(Uuid::now_v7());
    let contact = ContactCard { name: format!("Client {client}"), ..ContactCard::default() };
    let register = RegisterClient {
        client_id: Some(client_id),
        contact,
        country: Some(Country::parse("DE")?),
        currency: None,
        origin: None,
    };
    let key = format!("client-{client}");
    door.execute(Ask::new(tenant, actor.clone(), key, register)).await?;
    for subscription in subscriptions {
        let agreed = AgreedOffer {
            currency: Currency::EUR,
            price: Some(UnitPrice::parse("31.00", Currency::EUR)?),
            setup_fee: None,
            interval: Interval::try_new(IntervalUnit::Month, 1)?,
            timing: Timing::Advance,
            trial_days: 0,
            anchor: None,
        };
        let subscribe = Subscribe {
            subscription_id: None,
            client_id,
            product_id,
            offer: Offer::Agreed(agreed),
            quantity: Quantity::ONE,
            tax: TaxTreatment {
                category: TaxCategory::S,
                rate: serde_json::from_value(serde_json::json!("19"))?,
                country: Country::parse("DE")?,
            }
            .into(),
            anchor: None,
            ends: None,
            on: None,
        };
        let key = format!("subscription-{subscription}");
        door.execute(Ask::new(tenant, actor.clone(), key, subscribe)).await?;
    }
    Ok(())
}

fn stopped(stop: Stop) -> anyhow::Error {
    anyhow!("{stop:?}")
}

//! The import of purchases: once, in order, to the cent, whatever the file looks like.

use billfold_app::Error;
use billfold_app::commands::clients::EraseClient;
use billfold_app::imports::purchases::{
    Control, LedgerPurchase, Outcome, Parsed, Row, SOURCE, Sums, client_id, parse, run, seller,
};
use billfold_domain::kernel::{ClientId, TenantId};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::house::House;

struct Shop {
    house: House,
    tenant: TenantId,
}

impl Shop {
    async fn open() -> Self {
        let mut house = House::empty().await;
        let (tenant, open) = seller().unwrap();
        house.tenant = tenant;
        house.ask("open", open).await.unwrap();
        Self { house, tenant }
    }

    async fn import(&self, rows: Vec<Row>) -> Outcome {
        run(&self.house.door, self.tenant, rows, &Control::new(), |_| {}).await.unwrap()
    }

    async fn ledger(&self, rows: &[Row]) -> Sums {
        let found: Vec<(String, Uuid, NaiveDate, i64)> = sqlx::query_as(
            "select payload #>> '{issued,origin,id}', (payload #>> '{issued,client_id}')::uuid,
               (payload #>> '{issued,issue_date}')::date,
               (payload #>> '{issued,total,minor}')::bigint
             from events where event_type = 'invoice.issued'
               and payload #>> '{issued,origin,source}' = $1",
        )
        .bind(SOURCE)
        .fetch_all(&self.house.db.feed)
        .await
        .unwrap();
        let purchase = |(identity, client, issue_date, minor)| LedgerPurchase {
            identity,
            client_id: ClientId::new(client),
            issue_date,
            minor,
        };
        Sums::of_ledger(rows, found.into_iter().map(purchase))
    }

    /// Numbers and issue dates of every series, in the order of the numbers.
    async fn numbers(&self) -> Vec<(String, i64, NaiveDate)> {
        sqlx::query_as(
            "select payload #>> '{issued,number,series}',
               (payload #>> '{issued,number,number}')::bigint,
               (payload #>> '{issued,issue_date}')::date
             from events where event_type = 'invoice.issued' order by 1, 2",
        )
        .fetch_all(&self.house.db.feed)
        .await
        .unwrap()
    }
}

fn file() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    std::fs::read_to_string(path).unwrap()
}

/// The first lines of the real file, header included.
fn excerpt(lines: usize) -> String {
    file().split_inclusive('\n').take(lines + 1).collect()
}

fn read(text: &str) -> Parsed {
    parse(text.as_bytes(), "2026-03-02".parse().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_real_purchases_become_a_ledger_to_the_cent() {
    let shop = Shop::open().await;
    let rows = read(&excerpt(500)).rows;
    assert_eq!(rows.len(), 500);
    let mut seen = Vec::new();
    let control = Control::in_batches_of(200);
    let done = run(&shop.house.door, shop.tenant, rows.clone(), &control, |progress| {
        seen.push((progress.rows, progress.of));
    })
    .await
    .unwrap();
    assert_eq!((done.created, done.present, done.refused.len()), (500, 0, 0));
    assert_eq!(seen, [(200, 500), (400, 500), (500, 500)]);
    assert_eq!(done.events, u64::try_from(shop.house.events().await).unwrap() - 1);
    let expected = Sums::of_file(&rows, shop.tenant);
    assert_eq!(expected.differences(&shop.ledger(&rows).await), []);
    let numbers = shop.numbers().await;
    assert_eq!(numbers.len(), 500);
    for pair in numbers.windows(2) {
        let ((series, number, date), (next_series, next_number, next_date)) = (&pair[0], &pair[1]);
        if series == next_series {
            assert_eq!(number + 1, *next_number);
            assert!(date <= next_date, "numbers follow dates");
        } else {
            assert_eq!(*next_number, 1);
        }
    }
    let log = shop.house.whole_log().await;
    assert!(!log.contains("CDNOW customer"), "names are sealed");

    let again = shop.import(rows).await;
    assert_eq!((again.created, again.present, again.events), (0, 500, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlapping_file_adds_only_what_is_new() {
    let shop = Shop::open().await;
    shop.import(read(&excerpt(60)).rows).await;
    let before = shop.house.events().await;
    let unix = excerpt(90).replace("\r\n", "\n");
    let rows = read(&unix).rows;
    let done = shop.import(rows.clone()).await;
    assert_eq!((done.created, done.present, done.refused.len()), (30, 60, 0));
    assert!(shop.house.events().await > before);
    let expected = Sums::of_file(&rows, shop.tenant);
    assert_eq!(expected.differences(&shop.ledger(&rows).await), []);
    let numbers = shop.numbers().await;
    assert!(numbers.iter().any(|(series, ..)| series.contains("INV-S2")), "older days, own series");
    for pair in numbers.windows(2) {
        assert!(pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].2, "numbers follow dates: {pair:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_rows_are_purchases_of_their_own_and_nothing_paid_posts_nothing() {
    let shop = Shop::open().await;
    let text = "7 19970301 1 5.00\n7 19970301 1 5.00\n7 19970302 1 0.00\n";
    let rows = read(text).rows;
    let done = shop.import(rows.clone()).await;
    assert_eq!(done.created, 3);
    assert_eq!(shop.ledger(&rows).await.total, 1000);
    let free = rows[2].invoice_id(shop.tenant).uuid();
    assert_eq!(shop.house.event_types(free).await, ["invoice.issued", "invoice.settled"]);
    let payments: i64 =
        sqlx::query_scalar("select count(*) from events where event_type = 'payment.settled'")
            .fetch_one(&shop.house.db.feed)
            .await
            .unwrap();
    assert_eq!(payments, 2);
    let days: Vec<NaiveDate> = sqlx::query_scalar(
        "select distinct (effective_at at time zone 'America/New_York')::date from events
         where aggregate_type <> 'tenant' order by 1",
    )
    .fetch_all(&shop.house.db.feed)
    .await
    .unwrap();
    assert_eq!(days, [rows[0].date, rows[2].date]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_are_reported_and_the_good_ones_imported() {
    let shop = Shop::open().await;
    let text = format!(
        "{} 00001 19970101  1\r\n 00001 19970230  1   1.00\r\n 00001 19970101  1   -1.00\r\n",
        excerpt(3)
    );
    let parsed = read(&text);
    let found: Vec<_> = parsed.refused.iter().map(|no| (no.line, no.field)).collect();
    assert_eq!(found, [(5, "dollar_value"), (6, "date"), (7, "dollar_value")]);
    assert_eq!(shop.import(parsed.rows).await.created, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_goes_on_where_it_stopped() {
    let shop = Shop::open().await;
    let rows = read(&excerpt(100)).rows;
    let control = Control::in_batches_of(40);
    let handle = control.clone();
    let first = run(&shop.house.door, shop.tenant, rows.clone(), &control, |_| handle.stop());
    let first = first.await.unwrap();
    assert_eq!((first.created, first.interrupted), (40, true));
    let second = shop.import(rows.clone()).await;
    assert_eq!((second.created, second.present, second.interrupted), (60, 40, false));
    assert!(shop.numbers().await.iter().all(|(series, ..)| !series.contains("-S")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_was_erased_gets_no_new_purchase_and_old_ones_stay() {
    let shop = Shop::open().await;
    let rows = read("7 19970301 1 5.00\n7 19970302 1 6.00\n").rows;
    shop.import(rows[..1].to_vec()).await;
    let erase = EraseClient { client_id: client_id(shop.tenant, "7"), reason: "asked".to_owned() };
    shop.house.ask("erase", erase).await.unwrap();
    let done = shop.import(rows).await;
    assert_eq!((done.created, done.present), (0, 1));
    assert_eq!(done.refused.len(), 1);
    assert_eq!((done.refused[0].line, done.refused[0].refused.code.as_str()), (2, "client.erased"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_needs_a_seller() {
    let house = House::empty().await;
    let rows = read(&excerpt(1)).rows;
    let lost = run(&house.door, house.tenant, rows, &Control::new(), |_| {}).await;
    assert!(matches!(lost, Err(Error::NotFound(_))), "{lost:?}");
}

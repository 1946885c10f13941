//! A tenant sees its own rows, nobody else's, and can change none.

use billfold_projections::account_balances::{When, trial_balance};
use billfold_projections::{
    Error, PROJECTIONS, Reads, Wanted, audit_log, client_list, event_index,
};
use billfold_tests::harness::TestDb;
use sqlx::Executor;
use uuid::Uuid;

use crate::books::{History, tenant};
use crate::log::{a_bit_of_everything, followed};

fn tables() -> Vec<(String, String)> {
    let shapes = PROJECTIONS.iter().flat_map(|one| {
        one.shapes().into_iter().map(|shape| (shape.view(one.name), shape.physical(one.name, 1)))
    });
    shapes.collect()
}

async fn rows_as(db: &TestDb, tenant: Option<Uuid>, table: &str) -> i64 {
    let mut tx = db.app.begin().await.unwrap();
    if let Some(tenant) = tenant {
        tx.execute(format!("set local billfold.tenant = '{tenant}'").as_str()).await.unwrap();
    }
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(&sql).fetch_one(&mut *tx).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_shows_a_tenant_its_own_rows_only() {
    let (db, _) = followed(&History::long(1_500), 1000).await;
    for (view, physical) in tables() {
        let sql = format!("select count(*), count(distinct tenant_id) from {physical}");
        let (all, sellers): (i64, i64) = sqlx::query_as(&sql).fetch_one(&db.feed).await.unwrap();
        assert_eq!(sellers, 2, "{physical} must hold rows of both for this test to mean anything");
        for table in [&view, &physical] {
            let one = rows_as(&db, Some(tenant(0).uuid()), table).await;
            let other = rows_as(&db, Some(tenant(1).uuid()), table).await;
            assert!(one > 0 && other > 0 && one + other == all, "{table}: {one} + {other} = {all}");
            assert_eq!(rows_as(&db, Some(Uuid::from_u128(5)), table).await, 0, "{table}");
            assert_eq!(rows_as(&db, None, table).await, 0, "{table} without a tenant");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_cannot_write_to_any_table() {
    let (db, _) = followed(&a_bit_of_everything(), 1000).await;
    for (view, physical) in tables() {
        for table in [&view, &physical] {
            for sql in [
                format!("delete from {table}"),
                format!("update {table} set tenant_id = tenant_id"),
                format!("insert into {table} (tenant_id) values ('{}')", tenant(0).uuid()),
                format!("truncate {table}"),
            ] {
                let mut tx = db.app.begin().await.unwrap();
                let set = format!("set local billfold.tenant = '{}'", tenant(0).uuid());
                tx.execute(set.as_str()).await.unwrap();
                assert!(tx.execute(sql.as_str()).await.is_err(), "{sql}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_carry_no_tenant_over_to_the_next_user_of_the_connection() {
    let (db, _) = followed(&a_bit_of_everything(), 1000).await;
    let one_connection = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|conn, _| {
            Box::pin(async move { conn.execute("set role billfold_app").await.map(|_| ()) })
        })
        .connect_with(db.connect_options())
        .await
        .unwrap();
    let reads = Reads::new(one_connection.clone());
    let counts = client_list::counts(&reads, tenant(0)).await.unwrap();
    assert!(!counts.value.is_empty());
    let left: i64 = sqlx::query_scalar("select count(*) from client_list")
        .fetch_one(&one_connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_about_a_stranger_are_empty() {
    let (_db, reads) = followed(&a_bit_of_everything(), 1000).await;
    let stranger = billfold_domain::kernel::TenantId::new(Uuid::from_u128(5));
    let trial = trial_balance(&reads, stranger, When::default()).await.unwrap();
    assert!(trial.value.accounts.is_empty());
    let wanted = Wanted::default();
    let filter = event_index::Filter::default();
    let events = event_index::page(&reads, stranger, &filter, &wanted).await.unwrap();
    assert!(events.value.rows.is_empty());
    let filter = audit_log::Filter::default();
    let audit = audit_log::page(&reads, stranger, &filter, &wanted).await.unwrap();
    assert!(audit.value.rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_without_tables_is_an_error_and_not_an_empty_answer() {
    let db = TestDb::new().await;
    let reads = Reads::new(db.app.clone());
    let missing = client_list::counts(&reads, tenant(0)).await.unwrap_err();
    assert!(matches!(missing, Error::NotBuilt { .. }), "{missing}");
    assert_eq!(
        missing.to_string(),
        "client_list has not been built yet; run `billfold rebuild client_list`"
    );
}

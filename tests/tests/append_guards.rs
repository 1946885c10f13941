//! The database itself refuses what must never happen to the log, whoever asks.

use billfold_event_store::StreamKey;
use billfold_event_store::migrate::{MigrateError, migrate};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{fill, jar, open};
use sqlx::postgres::PgPool;
use uuid::Uuid;

const APPEND_ONLY: [&str; 4] = ["events", "receipts", "batches", "anchors"];

fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}

async fn refused(pool: &PgPool, statement: &str) {
    let error = sqlx::query(statement).execute(pool).await.expect_err(statement);
    assert_eq!(code(&error), "42501", "{statement}: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_or_removes_what_was_appended_not_even_the_owner() {
    let db = TestDb::new().await;
    open(&db).await.submit(fill("k", jar(1), 1)).await.unwrap();
    for table in APPEND_ONLY {
        for pool in [&db.app, &db.feed, &db.owner] {
            refused(pool, &format!("update {table} set log_id = log_id")).await;
            refused(pool, &format!("delete from {table}")).await;
            refused(pool, &format!("truncate {table}")).await;
        }
    }
    for statement in [
        "insert into events select * from events",
        "insert into receipts select * from receipts",
        "update log_heads set position = 0",
        "update streams set last_sequence = 9",
        "delete from reservations",
        "select log_append(1::smallint)",
    ] {
        let error = sqlx::query(statement).execute(&db.app).await.expect_err(statement);
        // no right, or no such function for it
        assert!(matches!(&*code(&error), "42501" | "42883"), "{statement}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sees_its_own_tenant_and_without_one_nothing() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let theirs = StreamKey { tenant: Uuid::from_u128(0xB0B), ..jar(1) };
    store.submit(fill("k", jar(1), 1)).await.unwrap();
    store.submit(fill("k", theirs, 2)).await.expect("the key of another tenant is another key");
    for table in ["events", "receipts", "streams"] {
        let count = format!("select count(*) from {table}");
        let everyone: i64 = sqlx::query_scalar(&count).fetch_one(&db.feed).await.unwrap();
        assert_eq!(everyone, 2, "{table}");
        let nobody: i64 = sqlx::query_scalar(&count).fetch_one(&db.app).await.unwrap();
        assert_eq!(nobody, 0, "{table}");
        let mut request = db.app.begin().await.unwrap();
        sqlx::query("select set_config('billfold.tenant', $1, true)")
            .bind(theirs.tenant.to_string())
            .execute(&mut *request)
            .await
            .unwrap();
        let tenants: Vec<Uuid> = sqlx::query_scalar(&format!("select tenant_id from {table}"))
            .fetch_all(&mut *request)
            .await
            .unwrap();
        assert_eq!(tenants, [theirs.tenant], "{table}");
    }
    for table in ["counters", "reservations", "snapshots", "dead_letters"] {
        refused(&db.app, &format!("select * from {table}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_does_not_follow_the_head_is_refused_by_the_database() {
    let db = TestDb::new().await;
    open(&db).await.submit(fill("k", jar(1), 1)).await.unwrap();
    let nulls = vec!["'{}'"; 43].join(", ");
    let statement =
        format!("select log_append(1::smallint, 1, 1, 1, '', '', '', '', now(), {nulls})");
    let error = sqlx::query(&statement).execute(&db.feed).await.unwrap_err();
    assert_eq!(code(&error), "40001", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_once_and_a_changed_or_unknown_one_is_refused() {
    let db = TestDb::empty().await;
    let (install, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut connection = db.owner.acquire().await.unwrap();
    let first = migrate(&mut connection, install).await.unwrap();
    assert_eq!(first.applied.first(), Some(&"0001_event_log"));
    let again = migrate(&mut connection, other).await.unwrap();
    assert!(again.applied.is_empty());
    assert_eq!(again.install_id, install, "the log keeps its install");
    let mut change = async |statement: &str| {
        sqlx::query(statement).execute(&mut *connection).await.unwrap();
        let refused = migrate(&mut connection, install).await.unwrap_err();
        sqlx::query("delete from migrations where name = '9999_newer'")
            .execute(&mut *connection)
            .await
            .unwrap();
        refused
    };
    let newer = "insert into migrations (name, sha256) values ('9999_newer', sha256(''))";
    assert!(matches!(change(newer).await, MigrateError::Unknown { .. }));
    let changed = "update migrations set sha256 = sha256('') where name = '0001_event_log'";
    assert!(matches!(change(changed).await, MigrateError::Changed { .. }));
}

/// What is asked before a seller is known; it holds keyed hashes and ids, and nothing else.
const BEFORE_A_TENANT: [&str; 2] = ["provider_links", "sign_in_directory"];

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_tenants_keeps_their_rows_apart_and_binds_even_its_owner() {
    let db = TestDb::installed().await;
    let unguarded: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid \
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') \
           and a.attname = 'tenant_id' and not a.attisdropped \
           and not (c.relrowsecurity and c.relforcerowsecurity \
             and exists (select from pg_policy p where p.polrelid = c.oid)) \
         order by 1",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap();
    assert_eq!(unguarded, BEFORE_A_TENANT);
}

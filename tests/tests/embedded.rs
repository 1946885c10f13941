//! The private PostgreSQL cluster: starts, restarts, refusals and crashes.

use billfold_tests::harness::TestDb;
use sqlx::Row;

#[tokio::test]
async fn a_fresh_database_is_migrated_and_private_to_its_test() {
    let (one, two) = (TestDb::new().await, TestDb::new().await);
    sqlx::query("create table only_here (id int)").execute(&one.owner).await.unwrap();
    let known: Option<String> =
        sqlx::query("select to_regclass('only_here')::text, to_regclass('events')::text")
            .fetch_one(&two.owner)
            .await
            .unwrap()
            .get(0);
    assert_eq!(known, None);
    let role: String = sqlx::query_scalar("select current_role").fetch_one(&two.app).await.unwrap();
    assert_eq!(role, "billfold_app");
}

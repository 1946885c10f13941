//! Snapshots shorten the way to a state and change no answer (ES-15, R24).

use billfold_event_store::snapshot::{self, Snapshot};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{JAR_SCHEMA, Jar, fill, jar, open};

/// A jar with 600 events of 1 each.
async fn long_stream(db: &TestDb) {
    let fills = (0..600).map(|n| fill(&format!("{n}"), jar(1), 1)).collect();
    for outcome in open(db).await.submit_many(fills).await {
        outcome.unwrap();
    }
}

async fn content(db: &TestDb) -> (i64, i64) {
    let jar = open(db).await.load::<Jar>(&jar(1)).await.unwrap();
    (jar.content, jar.version)
}

async fn keep(db: &TestDb, sequence: i64, state: &str, schema: [u8; 32]) {
    let mut connection = db.feed.acquire().await.unwrap();
    snapshot::forget(&mut connection, &[jar(1)]).await.unwrap();
    let state = state.to_owned();
    let snapshots = [(jar(1), Snapshot { sequence, state })];
    snapshot::write(&mut connection, &snapshots, &schema).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_the_same_with_and_without_its_snapshot() {
    let db = TestDb::new().await;
    long_stream(&db).await;
    let folded = content(&db).await;
    let made: i64 = sqlx::query_scalar("select sequence from snapshots")
        .fetch_one(&db.feed)
        .await
        .expect("folding a long stream leaves a snapshot");
    assert_eq!((folded, made), ((600, 600), 600));
    let store = open(&db).await;
    assert_eq!(store.submit(fill("more", jar(1), 5)).await.unwrap().answer.get(), "605");
    assert_eq!(content(&db).await, (605, 601), "from the snapshot and its tail");
    sqlx::query("delete from snapshots").execute(&db.feed).await.unwrap();
    assert_eq!(content(&db).await, (605, 601), "from the events");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_used_only_if_it_fits_its_stream_and_this_build() {
    let db = TestDb::new().await;
    long_stream(&db).await;
    keep(&db, 599, "1000", JAR_SCHEMA).await;
    assert_eq!(
        content(&db).await,
        (1001, 600),
        "a fitting snapshot saves reading what is before it"
    );
    keep(&db, 599, "1000", [2; 32]).await;
    assert_eq!(content(&db).await, (600, 600), "made by another schema");
    keep(&db, 700, "1000", JAR_SCHEMA).await;
    assert_eq!(content(&db).await, (600, 600), "ahead of its stream, as after a restore");
    keep(&db, 599, "{}", JAR_SCHEMA).await;
    assert_eq!(content(&db).await, (600, 600), "cannot be read");
    keep(&db, 599, "1000", JAR_SCHEMA).await;
    sqlx::query("update snapshots set state = '2000'").execute(&db.feed).await.unwrap();
    assert_eq!(content(&db).await, (600, 600), "was changed");
}

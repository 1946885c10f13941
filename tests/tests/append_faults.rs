//! The connection breaks, the server vanishes: what was stored is answered, what was not is not.

use std::time::Duration;

use billfold_event_store::{StoreOptions, SubmitError};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{Jar, fill, jar, open, open_with};
use billfold_tests::proxy::{CommitProxy, Lose};
use futures_util::future::join_all;

async fn events(db: &TestDb) -> i64 {
    sqlx::query_scalar("select count(*) from events").fetch_one(&db.feed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_answered_from_its_receipts() {
    let db = TestDb::new().await;
    let proxy = CommitProxy::before(&db.connect_options());
    let store = open_with(StoreOptions::new(proxy.connect_options())).await;
    store.submit(fill("before", jar(1), 1)).await.unwrap();
    for (round, lose) in [Lose::Answer, Lose::Commit, Lose::Answer].into_iter().enumerate() {
        proxy.lose(lose);
        let fills = (0..10).map(|n| store.submit(fill(&format!("{round} {n}"), jar(1), 1)));
        for outcome in join_all(fills).await {
            assert!(!outcome.unwrap().replayed, "it is this submission's own answer");
        }
        assert_eq!(proxy.lost(), u32::try_from(round).unwrap() + 1);
        let state = store.load::<Jar>(&jar(1)).await.unwrap();
        let expected = 1 + 10 * (i64::try_from(round).unwrap() + 1);
        assert_eq!((state.content, state.version), (expected, expected));
    }
    assert_eq!(events(&db).await, 31);
    assert!(store.submit(fill("0 3", jar(1), 1)).await.unwrap().replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_state_is_never_decided_on_after_a_lost_commit() {
    let db = TestDb::new().await;
    let proxy = CommitProxy::before(&db.connect_options());
    let patience = Duration::from_millis(50);
    let options =
        StoreOptions { reconnect_for: patience, ..StoreOptions::new(proxy.connect_options()) };
    let store = open_with(options).await;
    store.submit(fill("a", jar(1), 1)).await.unwrap();
    // this store stages version 2 with content 101, another process makes version 2 with content 3
    proxy.lose(Lose::Commit);
    let mut other = None;
    let outcome = tokio::join!(store.submit(fill("lost", jar(1), 100)), async {
        let store = open(&db).await;
        other = Some(store.submit(fill("other", jar(1), 2)).await.unwrap());
    })
    .0;
    let expected = outcome.map_or(3, |_| 103);
    let seen = store.submit(fill("z", jar(1), 0)).await.unwrap();
    assert_eq!(seen.answer.get(), expected.to_string());
    let refolded = open(&db).await.load::<Jar>(&jar(1)).await.unwrap();
    assert_eq!(refolded.content, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_nobody_can_look_up_is_called_unknown_and_found_later() {
    let db = TestDb::new().await;
    let proxy = CommitProxy::before(&db.connect_options());
    let reconnect_for = Duration::from_millis(100);
    let options = StoreOptions { reconnect_for, ..StoreOptions::new(proxy.connect_options()) };
    let store = open_with(options).await;
    proxy.lose(Lose::AnswerAndServer);
    let unknown = store.submit(fill("k", jar(1), 5)).await;
    assert!(matches!(unknown, Err(SubmitError::Unknown { .. })), "{unknown:?}");
    proxy.reopen();
    let found = store.submit(fill("k", jar(1), 5)).await.unwrap();
    assert!(found.replayed);
    assert_eq!(events(&db).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_unavailable_and_nothing_is_done() {
    let db = TestDb::new().await;
    let reconnect_for = Duration::from_millis(100);
    let proxy = CommitProxy::before(&db.connect_options());
    let options = StoreOptions { reconnect_for, ..StoreOptions::new(proxy.connect_options()) };
    let store = open_with(options).await;
    proxy.close();
    cut_writers(&db).await;
    let away = store.submit(fill("k", jar(1), 5)).await;
    assert!(matches!(away, Err(SubmitError::Unavailable { .. })), "{away:?}");
    proxy.reopen();
    assert!(!store.submit(fill("k", jar(1), 5)).await.unwrap().replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_whose_connections_are_cut_again_and_again_lose_and_double_nothing() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    for round in 0..20 {
        let fills = (0..25).map(|n| store.submit(fill(&format!("{round} {n}"), jar(n % 5), 1)));
        let (outcomes, ()) = tokio::join!(join_all(fills), cut_writers(&db));
        for outcome in outcomes {
            outcome.unwrap();
        }
    }
    assert_eq!(events(&db).await, 500);
    let fresh = open(&db).await;
    for n in 0..5 {
        assert_eq!(fresh.load::<Jar>(&jar(n)).await.unwrap().content, 100);
    }
}

/// Ends every session that writes, as an administrator or a failing network would.
async fn cut_writers(db: &TestDb) {
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
            and (query like '%log_%' or query in ('begin', 'commit', 'rollback')
                 or query like '%enable_seqscan%')",
    )
    .execute(&db.owner)
    .await
    .unwrap();
}

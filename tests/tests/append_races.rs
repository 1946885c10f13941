//! Several processes write to one log at once: nothing is lost, doubled or skipped.

use std::collections::BTreeSet;

use billfold_event_store::{Draft, Needs, Store, Submission, TakenNumber};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{Jar, added, command, fill, jar, json, needs, open};
use chrono::NaiveDate;
use futures_util::future::join_all;
use sha2::{Digest, Sha256};

/// Positions, sequences and the chain of headers have no gaps, and every acknowledged command is
/// there once.
async fn whole(db: &TestDb, commands: usize) {
    let (count, last): (i64, i64) = sqlx::query_as("select count(*), max(position) from events")
        .fetch_one(&db.feed)
        .await
        .unwrap();
    assert_eq!(count, last, "positions have no gaps");
    let broken: i64 = sqlx::query_scalar(
        "select count(*) from
           (select sequence, row_number() over
                     (partition by tenant_id, aggregate_type, aggregate_id order by position)
                   as expected
              from events) e
          where sequence <> expected",
    )
    .fetch_one(&db.feed)
    .await
    .unwrap();
    assert_eq!(broken, 0, "sequences follow positions");
    let broken: i64 = sqlx::query_scalar(
        "select count(*) from
           (select b.*, lag(batch_hash) over w as before, lag(last_position) over w as upto
              from batches b window w as (order by batch_no)) b
          where before is not null and (prev_hash <> before or first_position <> upto + 1)",
    )
    .fetch_one(&db.feed)
    .await
    .unwrap();
    assert_eq!(broken, 0, "each batch follows the one before");
    let (receipts, commands_with_events): (i64, i64) = sqlx::query_as(
        "select (select count(*) from receipts), (select count(distinct command_id) from events)",
    )
    .fetch_one(&db.feed)
    .await
    .unwrap();
    assert_eq!((receipts, commands_with_events), (commands as i64, commands as i64));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_stream_lose_nothing() {
    let db = TestDb::new().await;
    let stores = [open(&db).await, open(&db).await];
    // each command reads the content and writes back one more: a lost update would show
    let add_one = |key: String| -> Submission {
        command(&key, &key, needs(&[jar(1)]), |desk| {
            let next = desk.state::<Jar>(&jar(1))?.content + 1;
            desk.append(&jar(1), added(1), |jar: &mut Jar| jar.content = next)?;
            Ok(json(next))
        })
    };
    let callers = (0..30).map(|caller| {
        let (store, add_one) = (stores[caller % 2].clone(), &add_one);
        async move {
            let mut seen = Vec::new();
            for n in 0..10 {
                let receipt = store.submit(add_one(format!("{caller} {n}"))).await.unwrap();
                seen.push(receipt.answer.get().parse::<i64>().unwrap());
            }
            seen
        }
    });
    let seen: Vec<i64> = join_all(callers).await.into_iter().flatten().collect();
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 300, "each saw a content of its own");
    assert_eq!(open(&db).await.load::<Jar>(&jar(1)).await.unwrap().content, 300);
    whole(&db, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_and_several_at_once_keep_their_sum() {
    let db = TestDb::new().await;
    let stores = [open(&db).await, open(&db).await];
    let pour = |store: Store, n: u128| async move {
        let (from, to) = (jar(n % 7), jar((n / 7) % 5 + 7));
        let pour = command(&format!("pour {n}"), "", needs(&[from, to]), move |desk| {
            desk.append(&from, added(-1), |jar: &mut Jar| jar.content -= 1)?;
            desk.append(&to, added(1), |jar: &mut Jar| jar.content += 1)?;
            Ok(json(1))
        });
        store.submit(pour).await.unwrap()
    };
    join_all((0..200u128).map(|n| pour(stores[(n % 2) as usize].clone(), n))).await;
    let fresh = open(&db).await;
    let mut sum = 0;
    for n in 0..12 {
        sum += fresh.load::<Jar>(&jar(n)).await.unwrap().content;
    }
    assert_eq!(sum, 0);
    whole(&db, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap_and_no_duplicate_whoever_takes_them() {
    let db = TestDb::new().await;
    let stores = [open(&db).await, open(&db).await];
    let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let issue = |n: u128| {
        let needs =
            Needs { fresh: vec![jar(n)], series: vec!["2026".to_owned()], ..Needs::default() };
        command(&format!("issue {n}"), "", needs, move |desk| {
            let number = desk.counter("2026")?.map_or(1, |(last, _)| last + 1);
            let taken = TakenNumber { series: "2026".into(), number, date, imported: false };
            let draft = Draft { numbers: vec![taken], ..added(1) };
            desk.append(&jar(n), draft, |jar: &mut Jar| jar.content += 1)?;
            if n.is_multiple_of(5) {
                let answer = json(r#""no""#);
                return Err(billfold_event_store::Refused { answer, remember: true }.into());
            }
            Ok(json(number))
        })
    };
    let calls = (0..200u128).map(|n| stores[(n % 2) as usize].submit(issue(n)));
    let taken: BTreeSet<u64> = join_all(calls)
        .await
        .into_iter()
        .filter_map(Result::ok)
        .map(|receipt| receipt.answer.get().parse().unwrap())
        .collect();
    assert_eq!(taken, (1..=160).collect::<BTreeSet<u64>>());
    let last: i64 =
        sqlx::query_scalar("select last from counters").fetch_one(&db.feed).await.unwrap();
    assert_eq!(last, 160);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_keeps_its_order_beside_other_writers() {
    let db = TestDb::new().await;
    let (store, other) = (open(&db).await, open(&db).await);
    let import = (0..3000u128).map(|n| fill(&format!("row {n}"), jar(1000 + n), 1)).collect();
    let beside = async {
        for n in 0..100 {
            other.submit(fill(&format!("beside {n}"), jar(1), 1)).await.unwrap();
        }
    };
    let (outcomes, ()) = tokio::join!(store.submit_many(import), beside);
    let positions: Vec<_> =
        outcomes.into_iter().map(|outcome| outcome.unwrap().first_position.unwrap()).collect();
    assert!(positions.is_sorted());
    whole(&db, 3100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn request_hashes_are_kept_per_key() {
    let db = TestDb::new().await;
    open(&db).await.submit(fill("k", jar(1), 5)).await.unwrap();
    let hash: Vec<u8> =
        sqlx::query_scalar("select request_hash from receipts").fetch_one(&db.feed).await.unwrap();
    assert_eq!(hash, Sha256::digest(format!("fill {} 5", jar(1))).to_vec());
}

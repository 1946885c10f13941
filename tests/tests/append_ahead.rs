//! A batch is decided while the one before it is stored: on what that one leaves behind, and anew
//! if it was never stored.
//!
//! The tests hold the head lock themselves, so that a decided batch has to wait, and watch what is
//! decided meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use billfold_event_store::{
    ClaimKey, Draft, Needs, Receipt, Refused, Store, Submission, SubmitError, TakenNumber,
};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{Jar, added, command, fill, jar, json, needs, open};
use chrono::NaiveDate;
use sqlx::{Postgres, Transaction};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// Keeps every batch from the log until it is dropped.
async fn head_lock(db: &TestDb) -> Transaction<'static, Postgres> {
    let mut transaction = db.feed.begin().await.unwrap();
    sqlx::query("select 1 from log_heads for update").execute(&mut *transaction).await.unwrap();
    transaction
}

async fn stored(db: &TestDb) -> i64 {
    sqlx::query_scalar("select count(*) from events").fetch_one(&db.feed).await.unwrap()
}

/// Ends the session that waits to store a batch.
async fn cut_the_one_that_waits(db: &TestDb) {
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and state = 'active'
                  and query like 'select log_append%' and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(cut).fetch_one(&db.owner).await.unwrap() == 0 {}
}

fn ask(store: &Store, submission: Submission) -> JoinHandle<Result<Receipt, SubmitError>> {
    let store = store.clone();
    tokio::spawn(async move { store.submit(submission).await })
}

/// Adds one to a jar, takes the next number and, if it is free, the label; tells what it saw, each
/// time it is decided: content, last number, whether the label was taken.
type Seen = (i64, Option<u64>, bool);

fn fill_and_number(key: &str, tell: &UnboundedSender<Seen>) -> Submission {
    let label = ClaimKey { scope: "label", key: "red".into() };
    let needs = Needs {
        streams: vec![jar(1)],
        series: vec!["2026".to_owned()],
        claims: vec![label.clone()],
        ..Needs::default()
    };
    let (tell, date) = (tell.clone(), NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
    command(key, key, needs, move |desk| {
        let last = desk.counter("2026")?.map(|(last, _)| last);
        let taken = desk.holder(&label)?.is_some();
        tell.send((desk.state::<Jar>(&jar(1))?.content, last, taken)).unwrap();
        let number = last.map_or(1, |last| last + 1);
        let number = TakenNumber { series: "2026".into(), number, date, imported: false };
        let takes = if taken { Vec::new() } else { vec![label.clone()] };
        let draft = Draft { numbers: vec![number], takes, ..added(1) };
        desk.append(&jar(1), draft, |jar: &mut Jar| jar.content += 1)?;
        Ok(json(desk.state::<Jar>(&jar(1))?.content))
    })
}

/// Two such commands in two batches: the first one waits for the lock, the second one is decided.
async fn one_waits_and_one_is_decided(
    store: &Store,
    tell: &UnboundedSender<Seen>,
    seen: &mut UnboundedReceiver<Seen>,
) -> [JoinHandle<Result<Receipt, SubmitError>>; 2] {
    let first = ask(store, fill_and_number("first", tell));
    assert_eq!(seen.recv().await, Some((5, None, false)));
    let second = ask(store, fill_and_number("second", tell));
    assert_eq!(seen.recv().await, Some((6, Some(1), true)), "as the first one leaves it");
    [first, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_decided_on_what_the_one_before_leaves_behind_while_that_is_stored() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    store.submit(fill("before", jar(1), 5)).await.unwrap();
    let (tell, mut seen) = unbounded_channel();
    let lock = head_lock(&db).await;
    let asked = one_waits_and_one_is_decided(&store, &tell, &mut seen).await;
    assert_eq!(stored(&db).await, 1, "both wait");
    lock.rollback().await.unwrap();
    for (position, asked) in (2..).zip(asked) {
        let receipt = asked.await.unwrap().unwrap();
        assert_eq!(receipt.first_position, Some(position));
        assert_eq!(receipt.answer.get(), (position + 4).to_string());
    }
    assert!(seen.is_empty(), "each was decided once");
    assert_eq!(open(&db).await.load::<Jar>(&jar(1)).await.unwrap().content, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_on_a_batch_that_was_never_stored_is_decided_anew_and_keeps_its_place() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    store.submit(fill("before", jar(1), 5)).await.unwrap();
    let (tell, mut seen) = unbounded_channel();
    let lock = head_lock(&db).await;
    let asked = one_waits_and_one_is_decided(&store, &tell, &mut seen).await;
    cut_the_one_that_waits(&db).await;
    lock.rollback().await.unwrap();
    for (position, asked) in (2..).zip(asked) {
        let receipt = asked.await.unwrap().unwrap();
        assert_eq!(receipt.first_position, Some(position), "in the order they were asked");
    }
    assert_eq!(seen.recv().await, Some((5, None, false)));
    assert_eq!(seen.recv().await, Some((6, Some(1), true)));
    assert_eq!(stored(&db).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_by_what_a_batch_would_have_left_that_was_never_stored() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    store.submit(fill("before", jar(1), 5)).await.unwrap();
    let no = || Refused { answer: json(r#""full""#), remember: false };
    let (told, mut tell) = unbounded_channel();
    let changes_its_mind = AtomicBool::new(false);
    let tells = told.clone();
    let first = command("first", "first", needs(&[jar(1)]), move |desk| {
        tells.send("first").unwrap();
        if changes_its_mind.swap(true, Ordering::SeqCst) {
            return Ok(json("null"));
        }
        desk.append(&jar(1), added(5), |jar: &mut Jar| jar.content += 5)?;
        Ok(json("null"))
    });
    let second = command("second", "second", needs(&[jar(1)]), move |desk| {
        told.send("second").unwrap();
        if desk.state::<Jar>(&jar(1))?.content >= 10 {
            return Err(no().into());
        }
        Ok(json(desk.state::<Jar>(&jar(1))?.content))
    });
    let lock = head_lock(&db).await;
    let first = ask(&store, first);
    assert_eq!(tell.recv().await, Some("first"));
    let second = ask(&store, second);
    assert_eq!(tell.recv().await, Some("second"), "decided on a jar of 10, and refused");
    cut_the_one_that_waits(&db).await;
    lock.rollback().await.unwrap();
    first.await.unwrap().unwrap();
    let receipt = second.await.unwrap().unwrap();
    assert_eq!(receipt.answer.get(), "5", "the jar never held 10");
}

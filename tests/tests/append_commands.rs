//! Submitting commands to the log on PostgreSQL: one answer each, for ever, and no neighbour
//! notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use billfold_event_store::{ClaimKey, Draft, Needs, Refused, StoreOptions, SubmitError};
use billfold_tests::harness::TestDb;
use billfold_tests::jars::{
    JAR_BYTES, Jar, added, command, fill, jar, json, needs, open, open_with,
};
use futures_util::future::join_all;
use uuid::Uuid;

async fn events(db: &TestDb) -> i64 {
    sqlx::query_scalar("select count(*) from events").fetch_one(&db.feed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_stored_with_everything_that_is_known_of_it() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let mut submission = fill("first", jar(1), 5);
    submission.header.causation_id = Some(Uuid::from_u128(99));
    let header = submission.header.clone();
    let receipt = store.submit(submission).await.unwrap();
    assert_eq!((receipt.first_position, receipt.last_position), (Some(1), Some(1)));
    assert_eq!(receipt.versions, [(jar(1), 1)]);
    assert_eq!(receipt.answer.get(), "5");
    assert!(!receipt.replayed);
    let row: (String, String, i64, String, Uuid, Option<Uuid>, String, String) = sqlx::query_as(
        "select aggregate_type, event_type, sequence, payload::text, command_id, causation_id,
                actor, metadata::text from events where position = 1",
    )
    .fetch_one(&db.feed)
    .await
    .unwrap();
    assert_eq!((&*row.0, &*row.1, row.2, &*row.3), ("jar", "jar.filled", 1, "5"));
    assert_eq!((row.4, row.5), (header.command_id, header.causation_id));
    assert_eq!((row.6, row.7), (header.actor, header.metadata));
    let (batch_no, hash): (i64, Vec<u8>) =
        sqlx::query_as("select batch_no, batch_hash from log_heads")
            .fetch_one(&db.feed)
            .await
            .unwrap();
    assert_eq!((batch_no, hash), (receipt.batch_no, receipt.batch_hash.to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_command_never_fails_its_neighbours() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let panics = command("panics", "", needs(&[jar(1)]), |_| panic!("thrown on purpose"));
    let not_json = command("not json", "", needs(&[jar(1)]), |desk| {
        let draft = Draft { payload: "{oops".to_owned(), ..added(1) };
        desk.append(&jar(1), draft, |jar: &mut Jar| jar.content += 1)?;
        Ok(json(1))
    });
    let holds_nul = command("nul", "", needs(&[jar(1)]), |desk| {
        let draft = Draft { event_type: "a\0b".into(), ..added(1) };
        desk.append(&jar(1), draft, |jar: &mut Jar| jar.content += 1)?;
        Ok(json(1))
    });
    let refuses = command("refuses", "", needs(&[jar(1)]), |desk| {
        desk.append(&jar(1), added(1000), |jar: &mut Jar| jar.content += 1000)?;
        Err(Refused { answer: json(r#""no""#), remember: true }.into())
    });
    let mut batch = vec![panics, not_json, holds_nul, refuses];
    for n in 0..20 {
        batch.insert(n % batch.len(), fill(&format!("good {n}"), jar(1), 1));
    }
    let keys: Vec<String> = batch.iter().map(|command| command.header.key.clone()).collect();
    let outcomes = store.submit_many(batch).await;
    for (key, outcome) in keys.iter().zip(&outcomes) {
        match key.as_str() {
            "panics" => assert!(
                matches!(outcome, Err(SubmitError::Bug(text)) if text.contains("on purpose"))
            ),
            "not json" | "nul" => {
                assert!(matches!(outcome, Err(SubmitError::Bug(_))), "{outcome:?}")
            }
            "refuses" => assert!(matches!(outcome, Err(SubmitError::Refused { .. }))),
            _ => assert!(outcome.is_ok(), "{key}: {outcome:?}"),
        }
    }
    let jar = store.load::<Jar>(&jar(1)).await.unwrap();
    assert_eq!((jar.content, jar.version), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_one_answer_from_any_process_at_any_time() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let first = store.submit(fill("k", jar(1), 5)).await.unwrap();
    store.submit(fill("between", jar(1), 7)).await.unwrap();
    let other = open(&db).await;
    let from_another = other.submit(fill("k", jar(1), 5)).await.unwrap();
    store.close().await;
    let reopened = open(&db).await.submit(fill("k", jar(1), 5)).await.unwrap();
    for again in [from_another, reopened] {
        assert!(again.replayed);
        assert_eq!(again.answer.get(), "5");
        assert_eq!(again.versions, first.versions);
        assert_eq!(again.first_position, first.first_position);
        assert_eq!(again.last_position, first.last_position);
        assert_eq!((again.batch_no, again.batch_hash), (first.batch_no, first.batch_hash));
    }
    assert!(matches!(other.submit(fill("k", jar(1), 6)).await, Err(SubmitError::KeyReused)));
    assert_eq!(events(&db).await, 2);
    assert!(matches!(
        store.submit(fill("x", jar(1), 1)).await,
        Err(SubmitError::Unavailable { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_the_same_time_is_decided_once() {
    let db = TestDb::new().await;
    let (one, two) = (open(&db).await, open(&db).await);
    let calls = (0..40).map(|n| {
        let store = if n % 2 == 0 { &one } else { &two };
        store.submit(fill("k", jar(1), 5))
    });
    let receipts: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
    assert!(receipts.iter().all(|receipt| receipt.first_position == Some(1)));
    assert_eq!(events(&db).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_refusal_stays_the_answer_and_a_malformed_request_does_not() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    for remember in [true, false] {
        let key = format!("remember {remember}");
        let refuse = |by: i64| {
            command(&key, "same", needs(&[jar(1)]), move |desk| {
                if desk.state::<Jar>(&jar(1))?.content < by {
                    return Err(Refused { answer: json(r#""too little""#), remember }.into());
                }
                Ok(json(r#""enough""#))
            })
        };
        let refused = store.submit(refuse(100)).await;
        assert!(matches!(refused, Err(SubmitError::Refused { replayed: false, .. })));
        let now_it_would_pass = open(&db).await.submit(refuse(0)).await;
        match now_it_would_pass {
            Err(SubmitError::Refused { replayed: true, answer }) if remember => {
                assert_eq!(answer.get(), r#""too little""#);
            }
            Ok(receipt) if !remember => assert_eq!(receipt.answer.get(), r#""enough""#),
            other => panic!("remember {remember}: {other:?}"),
        }
    }
    assert_eq!(events(&db).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fact_may_change_several_streams_or_none_of_them() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let pour = |key: &str, by: i64| {
        command(key, "", needs(&[jar(1), jar(2)]), move |desk| {
            desk.append(&jar(1), added(-by), |jar: &mut Jar| jar.content -= by)?;
            desk.append(&jar(2), added(by), |jar: &mut Jar| jar.content += by)?;
            if desk.state::<Jar>(&jar(1))?.content < 0 {
                return Err(Refused { answer: json(r#""empty""#), remember: true }.into());
            }
            Ok(json(by))
        })
    };
    store.submit(fill("a", jar(1), 10)).await.unwrap();
    let receipt = store.submit(pour("b", 7)).await.unwrap();
    assert_eq!(receipt.versions, [(jar(1), 2), (jar(2), 1)]);
    assert!(store.submit(pour("c", 7)).await.is_err());
    let fresh = open(&db).await;
    assert_eq!(fresh.load::<Jar>(&jar(1)).await.unwrap().content, 3);
    assert_eq!(fresh.load::<Jar>(&jar(2)).await.unwrap().content, 7);
    assert_eq!(fresh.state_at::<Jar>(&jar(1), 1).await.unwrap().content, 10);
    assert_eq!(fresh.load::<Jar>(&jar(3)).await.unwrap().version, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_moved_is_a_conflict_and_says_where_it_is() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let seen = store.load::<Jar>(&jar(1)).await.unwrap().version;
    open(&db).await.submit(fill("meanwhile", jar(1), 1)).await.unwrap();
    let expecting = |key: &str, version| {
        let needs = Needs { expect: vec![(jar(1), version)], ..needs(&[jar(1)]) };
        command(key, "", needs, |desk| {
            desk.append(&jar(1), added(1), |jar: &mut Jar| jar.content += 1)?;
            Ok(json(1))
        })
    };
    match store.submit(expecting("mine", seen)).await {
        Err(SubmitError::Conflict { stream, expected, current }) => {
            assert_eq!((stream, expected, current), (jar(1), 0, 1));
        }
        other => panic!("{other:?}"),
    }
    // a conflict is no answer to the key: the caller reads again and asks again
    assert_eq!(store.submit(expecting("mine", 1)).await.unwrap().versions, [(jar(1), 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_has_an_answer_gets_it_where_its_request_would_fail_now() {
    let db = TestDb::new().await;
    let begin = || {
        let needs = Needs { expect: vec![(jar(1), 0)], ..needs(&[jar(1)]) };
        command("begin", "", needs, |desk| {
            desk.append(&jar(1), added(5), |jar: &mut Jar| jar.content += 5)?;
            Ok(json(5))
        })
    };
    let first = open(&db).await.submit(begin()).await.unwrap();
    // a process that knows nothing of it, and a version that moved since
    let again = open(&db).await.submit(begin()).await.unwrap();
    assert!(again.replayed);
    assert_eq!((again.batch_no, again.versions), (first.batch_no, first.versions));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_thought_new_is_decided_on_as_it_is_and_so_are_its_neighbours() {
    let db = TestDb::new().await;
    open(&db).await.submit(fill("first", jar(1), 5)).await.unwrap();
    let begin = |number: u128| {
        let needs = Needs { fresh: vec![jar(number)], ..Needs::default() };
        command(&format!("begin {number}"), "", needs, move |desk| {
            let before = desk.state::<Jar>(&jar(number))?.content;
            desk.append(&jar(number), added(1), |jar: &mut Jar| jar.content += 1)?;
            Ok(json(before))
        })
    };
    let look = || {
        let needs = Needs { fresh: vec![jar(1)], ..Needs::default() };
        command("look", "", needs, |desk| Ok(json(desk.state::<Jar>(&jar(1))?.content)))
    };
    let store = open(&db).await;
    // nothing that is stored could tell that the jar is there
    assert_eq!(store.submit(look()).await.unwrap().answer.get(), "5");
    let store = open(&db).await;
    let receipts = store.submit_many(vec![begin(2), begin(1), begin(3)]).await;
    let answers: Vec<_> = receipts.iter().map(|it| it.as_ref().unwrap().answer.get()).collect();
    assert_eq!(answers, ["0", "5", "0"]);
    assert_eq!(store.load::<Jar>(&jar(1)).await.unwrap().content, 6);
    assert_eq!(events(&db).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_named_as_new_that_no_decision_looks_at_needs_no_second_decision() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    store.submit(fill("there", jar(2), 7)).await.unwrap();
    let decided = Arc::new(AtomicUsize::new(0));
    let either = |key: &str, new: u128, look: bool| {
        let needs = Needs { fresh: vec![jar(new), jar(2)], ..Needs::default() };
        let decided = Arc::clone(&decided);
        command(key, key, needs, move |desk| {
            decided.fetch_add(1, Ordering::SeqCst);
            let other = if look { desk.state::<Jar>(&jar(2))?.content } else { 0 };
            desk.append(&jar(new), added(1), |jar: &mut Jar| jar.content += 1)?;
            Ok(json(other))
        })
    };
    assert_eq!(store.submit(either("one", 3, false)).await.unwrap().answer.get(), "0");
    assert_eq!(decided.load(Ordering::SeqCst), 1);
    let seen = store.submit(either("other", 4, true)).await.unwrap();
    assert_eq!(seen.answer.get(), "7", "looked at, it was looked up");
    assert_eq!(decided.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_busy_at_once_and_imports_wait_for_room() {
    let db = TestDb::new().await;
    let options =
        StoreOptions { queue: 4, max_batch: 1, ..StoreOptions::new(db.connect_options()) };
    let store = open_with(options).await;
    let mut lock = db.feed.begin().await.unwrap();
    sqlx::query("select 1 from log_heads for update").execute(&mut *lock).await.unwrap();
    let busy = Arc::new(AtomicBool::new(false));
    let calls = (0..20).map(|n| {
        let (store, busy) = (store.clone(), busy.clone());
        tokio::spawn(async move {
            let outcome = store.submit(fill(&format!("k{n}"), jar(n), 1)).await;
            if let Err(SubmitError::Busy { retry_after }) = &outcome {
                assert!(retry_after.as_millis() >= 50);
                busy.store(true, Ordering::Relaxed);
            }
            outcome
        })
    });
    let calls: Vec<_> = calls.collect();
    billfold_tests::harness::eventually("the queue to be full", async || {
        busy.load(Ordering::Relaxed).then_some(())
    })
    .await;
    let import = tokio::spawn({
        let store = store.clone();
        async move {
            store.submit_many((0..10).map(|n| fill(&format!("i{n}"), jar(n), 1)).collect()).await
        }
    });
    lock.rollback().await.unwrap();
    let outcomes: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= 4);
    assert!(outcomes.iter().all(|o| matches!(o, Ok(_) | Err(SubmitError::Busy { .. }))));
    assert!(import.await.unwrap().iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn states_stay_within_their_bytes_and_are_folded_again_when_dropped() {
    let db = TestDb::new().await;
    let cache_bytes = 8 * JAR_BYTES;
    let store =
        open_with(StoreOptions { cache_bytes, ..StoreOptions::new(db.connect_options()) }).await;
    for round in 1..=3 {
        let fills = (0..50).map(|n| fill(&format!("{round} {n}"), jar(n), 1)).collect();
        for outcome in store.submit_many(fills).await {
            assert_eq!(outcome.unwrap().answer.get(), round.to_string());
        }
        assert!(store.cache_bytes() <= cache_bytes, "{} bytes", store.cache_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_a_newer_build_is_not_decided_on() {
    let db = TestDb::new().await;
    let newer = command("newer", "", needs(&[jar(1)]), |desk| {
        let draft = Draft { event_version: "2".into(), ..added(1) };
        desk.append(&jar(1), draft, |jar: &mut Jar| jar.content += 1)?;
        Ok(json(1))
    });
    open(&db).await.submit(newer).await.unwrap();
    let store = open(&db).await;
    let outcomes = store.submit_many(vec![fill("a", jar(1), 1), fill("b", jar(2), 1)]).await;
    assert!(matches!(outcomes[0], Err(SubmitError::NewerEvent { .. })), "{:?}", outcomes[0]);
    assert!(outcomes[1].is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_held_until_it_is_given_up() {
    let db = TestDb::new().await;
    let store = open(&db).await;
    let label = || ClaimKey { scope: "label", key: "red".to_owned() };
    let take = |key: &str, number: u128| {
        let needs = Needs { claims: vec![label()], ..needs(&[jar(number)]) };
        command(key, "", needs, move |desk| {
            if desk.holder(&label())?.is_some_and(|holder| holder != jar(number)) {
                return Err(Refused { answer: json(r#""taken""#), remember: true }.into());
            }
            let draft = Draft { takes: vec![label()], ..added(1) };
            desk.append(&jar(number), draft, |jar: &mut Jar| jar.content += 1)?;
            Ok(json(1))
        })
    };
    let give_up =
        command("give up", "", Needs { claims: vec![label()], ..needs(&[jar(1)]) }, move |desk| {
            let draft = Draft { releases: vec![label()], ..added(1) };
            desk.append(&jar(1), draft, |jar: &mut Jar| jar.content += 1)?;
            Ok(json(1))
        });
    store.submit(take("a", 1)).await.unwrap();
    let other = open(&db).await;
    assert!(matches!(other.submit(take("b", 2)).await, Err(SubmitError::Refused { .. })));
    store.submit(give_up).await.unwrap();
    other.submit(take("c", 2)).await.unwrap();
    let holder: (Uuid, i64) = sqlx::query_as("select aggregate_id, position from reservations")
        .fetch_one(&db.feed)
        .await
        .unwrap();
    assert_eq!(holder, (jar(2).id, 3));
}

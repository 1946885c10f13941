//! Rebuilds: whole, proved, swapped at once, and without anybody noticing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use billfold_domain::schema::Event;
use billfold_projections::diff::{Difference, diff};
use billfold_projections::generation::{self, Generation};
use billfold_projections::rebuild::{Options, Phase, Watch, rebuild};
use billfold_projections::{
    Definition, Error, PROJECTIONS, Reads, Standing, find, install, status,
};
use billfold_tests::harness::TestDb;
use sqlx::Row;

use crate::books::{History, tenant};
use crate::log::{a_bit_of_everything, append, follow, followed, installed, run_follower};

fn all() -> Vec<&'static Definition> {
    PROJECTIONS.iter().collect()
}

async fn live(db: &TestDb, name: &str) -> Generation {
    let mut conn = db.owner.acquire().await.unwrap();
    Generation::live(&mut conn, name).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_scan_rebuilds_everything_and_the_old_generation_stays_until_dropped() {
    let history = a_bit_of_everything();
    let (db, _) = followed(&history, 50).await;
    let rebuilt = rebuild(&db.owner, &all(), &Options::default(), &Watch::silent()).await.unwrap();
    for one in &rebuilt {
        assert_eq!((one.generation, one.retired), (2, Some(1)), "{}", one.name);
        assert_eq!(one.position, history.events.len() as i64);
        assert_eq!(live(&db, one.name).await.generation, 2);
        let rows: i64 = one.rows.iter().map(|(_, rows)| rows).sum();
        assert!(rows > 0, "{}", one.name);
    }
    let journal = find("journal").unwrap();
    let mut owner = db.owner.acquire().await.unwrap();
    generation::remove(&mut owner, journal, 1).await.unwrap();
    let generations = Generation::all(&mut owner, "journal").await.unwrap();
    assert_eq!(generations.len(), 1);
    // the one that answers is held by its views
    assert!(generation::remove(&mut owner, journal, 2).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_memory_does_not_hold_is_caught_up_page_by_page() {
    let (db, _) = followed(&a_bit_of_everything(), 50).await;
    let tight = Options { memory: 0, page: 9, ..Options::default() };
    let rebuilt = rebuild(&db.owner, &all(), &tight, &Watch::silent()).await.unwrap();
    assert_eq!(rebuilt.len(), PROJECTIONS.len());
    crate::log::assert_no_difference(&db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_rebuild_leaves_the_old_rows_and_is_resumed() {
    let history = a_bit_of_everything();
    let (db, _) = followed(&history, 50).await;
    let invoices = find("invoice_list").unwrap();
    let tight = Options { memory: 0, page: 9, ..Options::default() };
    let cancel = Arc::new(std::sync::OnceLock::<Watch>::new());
    let canceller = cancel.clone();
    let reached = Arc::new(AtomicI64::new(0));
    let seen = reached.clone();
    let watch = Watch::new(move |progress| {
        if progress.phase == Phase::CatchingUp && progress.events > 40 {
            seen.store(progress.events, Ordering::Relaxed);
            canceller.get().unwrap().cancel();
        }
    });
    cancel.set(watch.clone()).ok();
    let cancelled = rebuild(&db.owner, &[invoices], &tight, &watch).await.unwrap_err();
    assert!(matches!(cancelled, Error::Cancelled), "{cancelled}");
    assert_eq!(live(&db, "invoice_list").await.generation, 1);
    let first = Arc::new(AtomicI64::new(i64::MAX));
    let lowest = first.clone();
    let watch = Watch::new(move |progress| {
        if progress.phase == Phase::CatchingUp {
            lowest.fetch_min(progress.events, Ordering::Relaxed);
        }
    });
    let rebuilt = rebuild(&db.owner, &[invoices], &tight, &watch).await.unwrap();
    assert_eq!(rebuilt[0].generation, 2);
    assert!(first.load(Ordering::Relaxed) > reached.load(Ordering::Relaxed));
    let difference = diff(&db.owner, invoices, &tight, &Watch::silent()).await.unwrap();
    assert!(difference.is_empty(), "{difference:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_folded_fails_the_rebuild_and_leaves_nothing_behind() {
    let db = installed().await;
    let mut history = a_bit_of_everything();
    let at = history.events.iter().rposition(|event| event.aggregate_type == "payment").unwrap();
    history.events[at].payload = r#"{"settled":{}}"#.to_owned();
    append(&db.feed, &history.events).await;
    let failed = rebuild(&db.owner, &all(), &Options::default(), &Watch::silent()).await;
    let failed = failed.unwrap_err();
    assert!(
        matches!(failed, Error::Fold { position, .. } if position == at as i64 + 1),
        "{failed}"
    );
    let left: i64 = sqlx::query_scalar("select count(*) from pg_class where relname ~ '^p_.*_v2$'")
        .fetch_one(&db.owner)
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(live(&db, "payment_list").await.generation, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_breaks_a_rule_does_not_go_live() {
    let history = a_bit_of_everything();
    let (db, _) = followed(&history, 50).await;
    let journal = find("journal").unwrap();
    // a fold with a bug would write other rows than the log asks for; here a hand does
    let mut owner = db.owner.acquire().await.unwrap();
    let rows: Vec<String> = {
        let proof = journal.proofs.iter().find(|proof| proof.reads_log).unwrap();
        let sql = proof
            .violations
            .replace("{journal_entries}", "p_journal_entries_v1")
            .replace("{position}", &history.events.len().to_string());
        assert!(sqlx::query(&sql).fetch_all(&mut *owner).await.unwrap().is_empty());
        sqlx::query(
            "update p_journal_entries_v1 set amount = amount + 1 where position = ( \
                     select min(position) from p_journal_entries_v1)",
        )
        .execute(&mut *owner)
        .await
        .unwrap();
        let rows = sqlx::query(&sql).fetch_all(&mut *owner).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert!(!rows.is_empty() && rows[0].contains("in the journal"), "{rows:?}");
    let disproved = billfold_projections::rebuild::prove(&db.owner, journal, 1, true).await;
    let disproved = disproved.unwrap_err();
    assert!(matches!(disproved, Error::Disproved { name: "journal", .. }), "{disproved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rebuilds_of_one_projection_do_not_run_at_once() {
    let (db, _) = followed(&a_bit_of_everything(), 50).await;
    let orders = find("order_list").unwrap();
    let inside = Arc::new(AtomicBool::new(false));
    let (began, owner) = (inside.clone(), db.owner.clone());
    let tight = Options { memory: 0, page: 1, ..Options::default() };
    let first = tokio::spawn(async move {
        let watch = Watch::new(move |_| began.store(true, Ordering::Relaxed));
        rebuild(&owner, &[orders], &tight, &watch).await
    });
    billfold_tests::harness::eventually("the first rebuild to begin", async || {
        inside.load(Ordering::Relaxed).then_some(())
    })
    .await;
    let second = rebuild(&db.owner, &[orders], &Options::default(), &Watch::silent()).await;
    assert!(
        matches!(second, Err(Error::Busy { name: "order_list" })) || first.is_finished(),
        "{second:?}"
    );
    first.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diff_finds_every_kind_of_tampering() {
    let (db, _) = followed(&a_bit_of_everything(), 50).await;
    let (options, silent) = (Options::default(), Watch::silent());
    for sql in [
        "update p_invoice_list_v1 set paid = paid + 1 where invoice_id = ( \
             select min(invoice_id::text)::uuid from p_invoice_list_v1)",
        "delete from p_invoice_list_v1 where invoice_id = ( \
             select max(invoice_id::text)::uuid from p_invoice_list_v1)",
        "insert into p_invoice_list_counts_v1 \
             select gen_random_uuid(), currency, status, due_date, invoices, total, balance_due, \
                 last_position from p_invoice_list_counts_v1 limit 1",
    ] {
        assert!(sqlx::query(sql).execute(&db.owner).await.unwrap().rows_affected() == 1, "{sql}");
    }
    let found = diff(&db.owner, find("invoice_list").unwrap(), &options, &silent).await.unwrap();
    let counts: Vec<_> =
        found.tables.iter().map(|table| (table.missing, table.extra, table.changed)).collect();
    assert_eq!(counts, [(1, 0, 1), (0, 1, 0)]);
    let kinds: Vec<_> = found.tables[0].samples.iter().map(|sample| sample.difference).collect();
    assert!(kinds.contains(&Difference::Missing) && kinds.contains(&Difference::Changed));
    assert!(found.tables[1].samples[0].rebuilt.is_none());
    let witnesses: i64 =
        sqlx::query_scalar("select count(*) from projections where state = 'building'")
            .fetch_one(&db.owner)
            .await
            .unwrap();
    assert_eq!(witnesses, 0, "the witness is dropped");
    // a rebuild puts the tables right
    rebuild(&db.owner, &[find("invoice_list").unwrap()], &options, &silent).await.unwrap();
    let found = diff(&db.owner, find("invoice_list").unwrap(), &options, &silent).await.unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_one_whole_generation_while_events_arrive_and_rebuilds_swap() {
    let history = History::long(1_200);
    let (start, rest) = history.events.split_at(history.events.len() / 3);
    let db = installed().await;
    append(&db.feed, start).await;
    let names = ["invoice_list", "journal", "account_balances"];
    let definitions: Vec<_> = names.iter().map(|name| find(name).unwrap()).collect();
    for definition in &definitions {
        follow(&db.feed, definition, 500).await;
    }
    // how many invoices of the first seller there are after each position
    let mut invoices = vec![0_i64];
    let mut known = std::collections::HashSet::new();
    for event in &history.events {
        let new = matches!(event.event, Event::Invoice(_))
            && event.tenant == tenant(0)
            && known.insert(event.aggregate_id);
        invoices.push(invoices.last().unwrap() + i64::from(new));
    }
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (reads, done, names) = (Reads::new(db.app.clone()), done.clone(), names);
        tokio::spawn(async move {
            let (mut last, mut seen) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                let mut read = reads.open(tenant(0), &[names[0]]).await.unwrap();
                let count: i64 = sqlx::query_scalar("select count(*) from invoice_list")
                    .fetch_one(read.conn())
                    .await
                    .unwrap();
                assert_eq!(count, invoices[read.position as usize], "at {}", read.position);
                assert!(read.position >= last, "{} after {last}", read.position);
                (last, seen) = (read.position, seen + 1);
            }
            seen
        })
    };
    let until = history.events.len() as i64;
    let arriving = async {
        for events in rest.chunks(40) {
            append(&db.feed, events).await;
            tokio::task::yield_now().await;
        }
    };
    let swapping = async {
        for _ in 0..4 {
            let options = Options { page: 50, ..Options::default() };
            rebuild(&db.owner, &definitions, &options, &Watch::silent()).await.unwrap();
        }
    };
    tokio::join!(arriving, swapping, run_follower(&db, &definitions, until));
    done.store(true, Ordering::Relaxed);
    assert!(reader.await.unwrap() > 10);
    for definition in definitions {
        let found = diff(&db.owner, definition, &Options::default(), &Watch::silent()).await;
        assert!(found.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_code_keeps_answering_until_it_is_rebuilt() {
    let history = a_bit_of_everything();
    let (db, reads) = followed(&history, 50).await;
    sqlx::query("update projections set code_hash = 'older' where name = 'order_list'")
        .execute(&db.owner)
        .await
        .unwrap();
    let mut owner = db.owner.acquire().await.unwrap();
    let standings = install(&mut owner, PROJECTIONS).await.unwrap();
    let of = |name| standings.iter().find(|(one, _)| one.name == name).unwrap().1;
    assert_eq!(of("order_list"), Standing::Outdated);
    assert_eq!(of("journal"), Standing::Current);
    let position = reads.position("order_list").await.unwrap();
    assert_eq!(position, history.events.len() as i64);
    let orders = find("order_list").unwrap();
    rebuild(&db.owner, &[orders], &Options::default(), &Watch::silent()).await.unwrap();
    let statuses = status::all(&db.feed).await.unwrap();
    assert_eq!(statuses.len(), PROJECTIONS.len());
    let orders = statuses.iter().find(|one| one.name == "order_list").unwrap();
    assert_eq!(orders.standing, Standing::Current);
    assert_eq!(orders.live.as_ref().unwrap().generation, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_is_new_to_a_full_log_is_built_before_it_answers() {
    let db = TestDb::new().await;
    let mut owner = db.owner.acquire().await.unwrap();
    sqlx::query(
        "insert into log_heads values (1, gen_random_uuid(), 0, 0, \
             decode(repeat('00', 32), 'hex'), '2026-01-01Z') on conflict do nothing",
    )
    .execute(&mut *owner)
    .await
    .unwrap();
    let history = a_bit_of_everything();
    append(&db.feed, &history.events).await;
    let standings = install(&mut owner, PROJECTIONS).await.unwrap();
    assert!(standings.iter().all(|(_, standing)| *standing == Standing::NotBuilt));
    let reads = Reads::new(db.app.clone());
    assert!(matches!(reads.position("journal").await, Err(Error::NotBuilt { .. })));
    drop(owner);
    rebuild(&db.owner, &all(), &Options::default(), &Watch::silent()).await.unwrap();
    assert_eq!(reads.position("journal").await.unwrap(), history.events.len() as i64);
}

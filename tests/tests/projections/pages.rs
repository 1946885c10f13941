//! The same events give the same rows, however they are cut into pages.

use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_projections::table::Mode;
use billfold_projections::{Definition, Error, Fact, PROJECTIONS, find, page};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::books::{History, Step};
use crate::log::{a_bit_of_everything, append, assert_no_difference, follow, followed, installed};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u16>())
        .prop_map(|(what, which, other, amount)| Step { what, which, other, amount });
    prop::collection::vec(step, 20..120)
}

#[test]
fn live_rows_are_those_of_a_rebuild_for_any_history_and_page_size() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let all: Vec<&'static Definition> = PROJECTIONS.iter().collect();
    runner
        .run(&(steps(), 1_usize..60), |(steps, page)| {
            runtime.block_on(async {
                let (db, _) = followed(&History::of(&steps), page).await;
                assert_no_difference(&db).await;
                // every proof holds, the second implementation over the log among them
                rebuild(&db.owner, &all, &Options::default(), &Watch::silent()).await.unwrap();
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_refuse_a_page_they_already_hold() {
    let history = a_bit_of_everything();
    let (db, _) = followed(&history, 1000).await;
    for name in ["invoice_list", "account_balances", "journal", "revenue_by_day"] {
        let mut tx = db.feed.begin().await.unwrap();
        let events = billfold_event_store::feed::page(&mut *tx, 1, 0, 1000).await.unwrap();
        let facts: Vec<Fact<'_>> = events.iter().map(Fact::from).collect();
        let again = page::write(find(name).unwrap(), 1, &mut tx, &facts).await;
        match again {
            Err(Error::AppliedTwice { first: 1, .. }) => {}
            // a row that is only ever added collides with itself
            Err(Error::Database(error)) => {
                assert!(error.as_database_error().unwrap().is_unique_violation(), "{error}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_folded_is_named_and_nothing_is_written() {
    let db = installed().await;
    let mut history = a_bit_of_everything();
    let broken = history.events.iter().rposition(|event| event.aggregate_type == "invoice");
    let broken = broken.unwrap();
    history.events[broken].payload = r#"{"exploded":{}}"#.to_owned();
    append(&db.feed, &history.events).await;
    let mut tx = db.feed.begin().await.unwrap();
    let events = billfold_event_store::feed::page(&mut *tx, 1, 0, 10_000).await.unwrap();
    let facts: Vec<Fact<'_>> = events.iter().map(Fact::from).collect();
    let written = page::write(find("invoice_list").unwrap(), 1, &mut tx, &facts).await;
    let Err(Error::Fold { name: "invoice_list", position, .. }) = written else {
        panic!("{written:?}");
    };
    assert_eq!(position, broken as i64 + 1);
    let rows: i64 =
        sqlx::query_scalar("select count(*) from invoice_list").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(rows, 0);
    tx.commit().await.unwrap();
    // who does not look at invoices is not held back, and the index decodes nothing
    follow(&db.feed, find("order_list").unwrap(), 50).await;
    follow(&db.feed, find("event_index").unwrap(), 50).await;
}

/// COPY rows of everything a projection makes of a history.
fn folded(definition: &Definition, history: &History, only_what_it_reads: bool) -> Vec<u8> {
    let mut folding = definition.folding();
    for table in folding.tables() {
        table.set_mode(Mode::Whole);
    }
    for (event, position) in history.events.iter().zip(1..) {
        let fact = Fact::new(event.header(position));
        if !only_what_it_reads || definition.reads(fact.aggregate_type) {
            folding.apply(&fact).unwrap();
        }
    }
    let mut bytes = Vec::new();
    for table in folding.tables() {
        let mut keep = |block: Vec<u8>| {
            bytes.extend(block);
            Ok(())
        };
        table.drain(&mut keep).unwrap();
    }
    bytes
}

#[test]
fn the_streams_a_projection_leaves_out_would_change_none_of_its_rows() {
    let history = History::long(1_500);
    for definition in PROJECTIONS {
        let rows = folded(definition, &history, true);
        assert!(!rows.is_empty(), "{}", definition.name);
        assert!(rows == folded(definition, &history, false), "{}", definition.name);
    }
}

//! Following the log with the real follower.

use billfold_projections::{PROJECTIONS, find};

use crate::log::{a_bit_of_everything, append, assert_no_difference, installed, run_follower};

#[tokio::test(flavor = "multi_thread")]
async fn followers_keep_every_read_model_up_to_date() {
    let db = installed().await;
    let history = a_bit_of_everything();
    let definitions: Vec<_> = PROJECTIONS.iter().collect();
    let until = history.events.len() as i64;
    let arriving = async {
        for events in history.events.chunks(37) {
            append(&db.feed, events).await;
        }
    };
    tokio::join!(arriving, run_follower(&db, &definitions, until));
    assert_no_difference(&db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_stops_at_an_event_it_cannot_fold_and_lists_go_around_it() {
    let db = installed().await;
    let mut history = a_bit_of_everything();
    let at = history.events.iter().position(|event| event.aggregate_type == "product").unwrap();
    let paid = history.events.iter().position(|event| event.aggregate_type == "payment").unwrap();
    for broken in [at, paid] {
        history.events[broken].payload = r#"{"unheard_of":{}}"#.to_owned();
    }
    append(&db.feed, &history.events).await;
    let until = history.events.len() as i64;
    run_follower(&db, &[find("product_list").unwrap()], until).await;
    let parked: Vec<i64> =
        sqlx::query_scalar("select position from dead_letters where name = 'product_list'")
            .fetch_all(&db.feed)
            .await
            .unwrap();
    assert!(parked.contains(&(at as i64 + 1)), "{parked:?}");
    // it stops there, so it is never seen to be behind while live
    run_follower(&db, &[find("journal").unwrap()], until).await;
    let (state, position, error): (String, i64, String) = sqlx::query_as(
        "select state, position, last_error from projections where name = 'journal'",
    )
    .fetch_one(&db.feed)
    .await
    .unwrap();
    assert_eq!(state, "stopped");
    assert!(position <= paid as i64, "{position}");
    assert!(error.contains(&format!("position {}", paid + 1)), "{error}");
}

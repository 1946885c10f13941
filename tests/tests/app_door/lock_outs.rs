//! Lock-outs hold in every process of an installation.

use billfold_app::access::{Access, AccessError, SignedIn};
use chrono::TimeDelta;

use crate::access::{Gate, PASSWORD, attempt, not_valid};

const ADA: &str = "ada@example.org";

async fn try_in(access: &Access, password: &str) -> Result<SignedIn, AccessError> {
    access.sign_in(&attempt(ADA, password, None)).await
}

fn waits(answer: &Result<SignedIn, AccessError>) -> bool {
    matches!(answer, Err(AccessError::Slowed { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_count_wherever_they_are_made_and_a_new_start_forgets_none() {
    let gate = Gate::open().await;
    gate.admin().await;
    let other = gate.elsewhere();
    for _ in 0..2 {
        assert!(not_valid(&try_in(&gate.access, "wrong horse battery").await));
        assert!(not_valid(&try_in(&other, "wrong horse battery").await));
    }
    assert!(not_valid(&try_in(&other, "wrong horse battery").await));
    for access in [&gate.access, &other, &gate.elsewhere()] {
        assert!(waits(&try_in(access, PASSWORD).await));
    }
    gate.clock.advance(TimeDelta::seconds(2));
    assert!(not_valid(&try_in(&gate.elsewhere(), "wrong horse battery").await));
    gate.clock.advance(TimeDelta::seconds(3));
    assert!(waits(&try_in(&gate.elsewhere(), PASSWORD).await), "the pause doubles");
    gate.clock.advance(TimeDelta::seconds(1));
    try_in(&gate.access, PASSWORD).await.unwrap();
    // A success forgets the failures of the address everywhere.
    for _ in 0..4 {
        assert!(not_valid(&try_in(&gate.elsewhere(), "wrong horse battery").await));
    }
    try_in(&gate.elsewhere(), PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_the_same_time_gain_nothing() {
    let gate = Gate::open().await;
    gate.admin().await;
    let doors: Vec<Access> = (0..8).map(|_| gate.elsewhere()).collect();
    let tries = doors.iter().map(|door| try_in(door, "wrong horse battery"));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| not_valid(answer)).count(), 5);
    assert_eq!(answers.iter().filter(|answer| waits(answer)).count(), 3);
    let left: i64 = sqlx::query_scalar("select count(*) from sign_in_failures")
        .fetch_one(&gate.db.owner)
        .await
        .unwrap();
    assert_eq!(left, 1);
    gate.clock.advance(TimeDelta::hours(1));
    try_in(&gate.elsewhere(), PASSWORD).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from sign_in_failures")
        .fetch_one(&gate.db.owner)
        .await
        .unwrap();
    assert_eq!(left, 0, "what nobody remembers goes");
}

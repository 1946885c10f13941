//! The hash rules, written a second time from their description alone, against the one
//! implementation.
//!
//! Nothing here calls `canonical` or `merkle` to make an expectation: bytes are put together from
//! a list of parts, trees by the recursive definition, instants by the database's own arithmetic.

use billfold_event_store::canonical::{self, ReceiptRef};
use billfold_event_store::{Recorded, RecordedRef, merkle};
use billfold_tests::harness::TestDb;
use billfold_tests::jars;
use billfold_tests::scribe::{Entry, Scribe};
use chrono::DateTime;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// One field of a hashed input.
enum Part<'a> {
    Tag(u8),
    Short(i16),
    Long(i64),
    Id(Uuid),
    MaybeId(Option<Uuid>),
    MaybeLong(Option<i64>),
    Fixed(&'a [u8]),
    Counted(&'a [u8]),
}

fn bytes(parts: &[Part<'_>]) -> Vec<u8> {
    let mut all = Vec::new();
    for part in parts {
        let piece: Vec<u8> = match part {
            Part::Tag(tag) => vec![*tag],
            Part::Short(number) => vec![(number >> 8) as u8, (number & 255) as u8],
            Part::Long(number) => (0..8).rev().map(|i| (number >> (8 * i)) as u8).collect(),
            Part::Id(id) => id.as_u128().to_be_bytes().to_vec(),
            Part::MaybeId(None) | Part::MaybeLong(None) => vec![0],
            Part::MaybeId(Some(id)) => [vec![1], bytes(&[Part::Id(*id)])].concat(),
            Part::MaybeLong(Some(number)) => [vec![1], bytes(&[Part::Long(*number)])].concat(),
            Part::Fixed(piece) => piece.to_vec(),
            Part::Counted(piece) => {
                let length = piece.len();
                let prefix = [length >> 24, length >> 16, length >> 8, length];
                [prefix.map(|byte| (byte & 255) as u8).to_vec(), piece.to_vec()].concat()
            }
        };
        all.extend(piece);
    }
    all
}

fn hash(parts: &[Part<'_>]) -> Vec<u8> {
    Sha256::digest(bytes(parts)).to_vec()
}

fn tree(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves.len() {
        0 => hash(&[Part::Tag(5)]),
        1 => leaves[0].clone(),
        size => {
            let mut half = 1;
            while half * 2 < size {
                half *= 2;
            }
            let (left, right) = (tree(&leaves[..half]), tree(&leaves[half..]));
            hash(&[Part::Tag(1), Part::Fixed(&left), Part::Fixed(&right)])
        }
    }
}

fn event_parts<'a>(e: &RecordedRef<'a>, recorded: i64, effective: i64) -> Vec<Part<'a>> {
    vec![
        Part::Tag(0),
        Part::Tag(1),
        Part::Id(e.tenant_id),
        Part::Short(e.log_id),
        Part::Long(e.position),
        Part::Counted(e.aggregate_type.as_bytes()),
        Part::Id(e.aggregate_id),
        Part::Long(e.sequence),
        Part::Counted(e.event_type.as_bytes()),
        Part::Counted(e.event_version.as_bytes()),
        Part::Id(e.event_id),
        Part::Long(recorded),
        Part::Long(effective),
        Part::Id(e.command_id),
        Part::Id(e.correlation_id),
        Part::MaybeId(e.causation_id),
        Part::Counted(e.actor.as_bytes()),
        Part::Counted(e.payload.as_bytes()),
        Part::Counted(e.metadata.as_bytes()),
    ]
}

/// An event with texts that would collide if fields could slide into each other.
fn any_event() -> impl Strategy<Value = Recorded> {
    let text = || prop_oneof!["[a-c.]{0,3}", Just(String::new()), "\\PC{0,12}"];
    let id = || {
        prop_oneof![(0u128..3).prop_map(Uuid::from_u128), any::<u128>().prop_map(Uuid::from_u128)]
    };
    let micros = -62_135_596_800_000_000i64..250_000_000_000_000_000;
    let head = (any::<i16>(), any::<i64>(), id(), text(), id(), any::<i64>());
    let times = (micros.clone(), micros);
    let ids = (id(), id(), id(), prop::option::of(id()));
    let texts = (text(), text(), text(), text(), text());
    (head, times, ids, texts).prop_map(|(head, times, ids, texts)| Recorded {
        log_id: head.0,
        position: head.1,
        tenant_id: head.2,
        aggregate_type: head.3,
        aggregate_id: head.4,
        sequence: head.5,
        event_type: texts.0,
        event_version: texts.1,
        event_id: ids.0,
        recorded_at: DateTime::from_timestamp_micros(times.0).unwrap(),
        effective_at: DateTime::from_timestamp_micros(times.1).unwrap(),
        command_id: ids.1,
        correlation_id: ids.2,
        causation_id: ids.3,
        actor: texts.2,
        leaf_hash: [0; 32],
        payload: texts.3,
        metadata: texts.4,
    })
}

/// Moves characters over the borders of neighbouring texts, which changes no concatenation.
fn slide(event: &Recorded, border: usize) -> Recorded {
    let mut moved = event.clone();
    let (left, right) = match border {
        0 => (&mut moved.event_type, &mut moved.event_version),
        1 => (&mut moved.payload, &mut moved.metadata),
        _ => (&mut moved.actor, &mut moved.payload),
    };
    if let Some(character) = left.pop() {
        right.insert(0, character);
    }
    moved
}

fn canonical_bytes(event: &Recorded) -> Vec<u8> {
    let mut out = Vec::new();
    canonical::event_bytes(&event.as_ref(), &mut out);
    out
}

proptest! {
    #[test]
    fn both_implementations_give_every_event_the_same_bytes_and_leaf(event in any_event()) {
        let (recorded, effective) =
            (event.recorded_at.timestamp_micros(), event.effective_at.timestamp_micros());
        let event_ref = event.as_ref();
        let parts = event_parts(&event_ref, recorded, effective);
        prop_assert_eq!(canonical_bytes(&event), bytes(&parts));
        prop_assert_eq!(canonical::event_leaf(&event_ref).to_vec(), hash(&parts));
    }

    #[test]
    fn two_different_events_never_share_bytes(
        one in any_event(),
        other in any_event(),
        border in 0usize..3,
    ) {
        prop_assert_eq!(canonical_bytes(&one) == canonical_bytes(&other), one == other);
        let moved = slide(&one, border);
        prop_assert_eq!(canonical_bytes(&one) == canonical_bytes(&moved), one == moved);
    }

    #[test]
    fn both_implementations_give_every_tree_the_same_root(
        leaves in prop::collection::vec(any::<[u8; 32]>(), 0..40),
    ) {
        let list: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.to_vec()).collect();
        prop_assert_eq!(merkle::root(&leaves).to_vec(), tree(&list));
    }

    #[test]
    fn both_implementations_give_every_receipt_the_same_leaf(
        (tenant, key, command) in (any::<u128>(), "\\PC{0,12}", any::<u128>()),
        (batch_no, outcome) in (any::<i64>(), any::<i16>()),
        first in prop::option::of(any::<i64>()),
        last in prop::option::of(any::<i64>()),
        answer in "\\PC{0,20}",
    ) {
        let (tenant_id, command_id) = (Uuid::from_u128(tenant), Uuid::from_u128(command));
        let receipt = ReceiptRef {
            tenant_id, key: &key, request_hash: [9; 32], command_id, log_id: 3, batch_no, outcome,
            first_position: first, last_position: last, answer: &answer,
        };
        let parts = [
            Part::Tag(4), Part::Tag(1), Part::Id(tenant_id), Part::Counted(key.as_bytes()),
            Part::Fixed(&[9; 32]), Part::Id(command_id), Part::Short(3), Part::Long(batch_no),
            Part::Short(outcome), Part::MaybeLong(first), Part::MaybeLong(last),
            Part::Counted(answer.as_bytes()),
        ];
        prop_assert_eq!(canonical::receipt_leaf(&receipt).to_vec(), hash(&parts));
    }
}

/// Leaves of the events of a batch, from the columns as SQL shows them.
async fn event_leaves(pool: &PgPool, first: i64, last: i64) -> Vec<Vec<u8>> {
    let rows = sqlx::query(
        "select log_id, position, tenant_id, aggregate_type, aggregate_id, sequence, event_type, \
             event_version, event_id, command_id, correlation_id, causation_id, actor, leaf_hash, \
             payload::text, metadata::text, (extract(epoch from recorded_at) * 1000000)::bigint, \
             (extract(epoch from effective_at) * 1000000)::bigint \
         from events where position between $1 and $2 order by position",
    )
    .bind(first)
    .bind(last)
    .fetch_all(pool)
    .await
    .unwrap();
    rows.iter()
        .map(|row| {
            let text = |column: usize| row.get::<&str, _>(column).as_bytes();
            let leaf = hash(&[
                Part::Tag(0),
                Part::Tag(1),
                Part::Id(row.get(2)),
                Part::Short(row.get(0)),
                Part::Long(row.get(1)),
                Part::Counted(text(3)),
                Part::Id(row.get(4)),
                Part::Long(row.get(5)),
                Part::Counted(text(6)),
                Part::Counted(text(7)),
                Part::Id(row.get(8)),
                Part::Long(row.get(16)),
                Part::Long(row.get(17)),
                Part::Id(row.get(9)),
                Part::Id(row.get(10)),
                Part::MaybeId(row.get(11)),
                Part::Counted(text(12)),
                Part::Counted(text(14)),
                Part::Counted(text(15)),
            ]);
            assert_eq!(leaf, row.get::<Vec<u8>, _>(13), "leaf_hash of {}", row.get::<i64, _>(1));
            leaf
        })
        .collect()
}

/// Leaves of the receipts of a batch, in the order they are hashed in.
async fn receipt_leaves(pool: &PgPool, batch_no: i64) -> Vec<Vec<u8>> {
    let rows = sqlx::query(
        "select tenant_id, key, request_hash, command_id, log_id, batch_no, outcome, \
             first_position, last_position, answer::text, leaf_hash \
         from receipts where batch_no = $1",
    )
    .bind(batch_no)
    .fetch_all(pool)
    .await
    .unwrap();
    let mut leaves: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| {
            let leaf = hash(&[
                Part::Tag(4),
                Part::Tag(1),
                Part::Id(row.get(0)),
                Part::Counted(row.get::<&str, _>(1).as_bytes()),
                Part::Fixed(row.get(2)),
                Part::Id(row.get(3)),
                Part::Short(row.get(4)),
                Part::Long(row.get(5)),
                Part::Short(row.get(6)),
                Part::MaybeLong(row.get(7)),
                Part::MaybeLong(row.get(8)),
                Part::Counted(row.get::<&str, _>(9).as_bytes()),
            ]);
            assert_eq!(leaf, row.get::<Vec<u8>, _>(10));
            leaf
        })
        .collect();
    leaves.sort();
    leaves
}

/// Walks the whole chain of log 1 and returns its last hash.
async fn chain(pool: &PgPool) -> Vec<u8> {
    let install: Uuid =
        sqlx::query_scalar("select install_id from log_heads").fetch_one(pool).await.unwrap();
    let mut last = hash(&[Part::Tag(3), Part::Tag(1), Part::Id(install), Part::Short(1)]);
    let batches = sqlx::query(
        "select log_id, batch_no, first_position, last_position, prev_hash, events_root, \
             receipts_root, batch_hash, (extract(epoch from recorded_at) * 1000000)::bigint \
         from batches order by batch_no",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for row in batches {
        let (batch_no, first, end): (i64, i64, i64) = (row.get(1), row.get(2), row.get(3));
        let events_root = tree(&event_leaves(pool, first, end).await);
        let receipts_root = tree(&receipt_leaves(pool, batch_no).await);
        let this = hash(&[
            Part::Tag(2),
            Part::Tag(1),
            Part::Short(row.get(0)),
            Part::Long(batch_no),
            Part::Long(first),
            Part::Long(end),
            Part::Fixed(&last),
            Part::Fixed(&events_root),
            Part::Fixed(&receipts_root),
            Part::Long(row.get(8)),
        ]);
        assert_eq!(row.get::<Vec<u8>, _>(4), last, "prev_hash of batch {batch_no}");
        assert_eq!(row.get::<Vec<u8>, _>(7), this, "batch_hash of batch {batch_no}");
        last = this;
    }
    last
}

#[tokio::test]
async fn a_stored_log_hashes_to_its_head_in_the_second_implementation() {
    let db = TestDb::new().await;
    let scribe = Scribe::begin(&db.feed).await;
    let (tenant, stream) = (Uuid::now_v7(), Uuid::now_v7());
    for batch in 0..5usize {
        let command = |size: usize| {
            (0..size).map(|n| Entry::amount(tenant, stream, n as i64)).collect::<Vec<_>>()
        };
        scribe.append(&[command(batch), command(3), command(0)]).await;
    }
    scribe.append(&[]).await;
    let head: Vec<u8> =
        sqlx::query_scalar("select batch_hash from log_heads").fetch_one(&db.feed).await.unwrap();
    assert_eq!(chain(&db.feed).await, head);
}

#[tokio::test]
async fn a_log_of_the_store_hashes_to_its_head_in_the_second_implementation() {
    let db = TestDb::new().await;
    let store = jars::open(&db).await;
    let fills = (0..50).map(|n| jars::fill(&format!("key {n}"), jars::jar(n % 7), 1)).collect();
    assert!(store.submit_many(fills).await.iter().all(Result::is_ok));
    let last = store.submit(jars::fill("last", jars::jar(1), 1)).await.unwrap();
    assert_eq!(chain(&db.feed).await, last.batch_hash);
}

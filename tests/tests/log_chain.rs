//! Verification finds every change, wherever it was made, and says where.

use billfold_event_store::anchor::{self, AnchorKey, FileSink, PublicKeys, Standing};
use billfold_event_store::chain::{
    Check, DatabaseSource, Finding, Proof, ProofError, Rederive, Report, VerifyOptions, prove,
    verify,
};
use billfold_event_store::{Feed, RecordedRef, Refused, Stop};
use billfold_tests::harness::{TempFolder, TestDb};
use billfold_tests::jars;
use billfold_tests::scribe::{Entry, Scribe};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use uuid::Uuid;

fn instant() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456789Z".parse().unwrap()
}

fn key() -> AnchorKey {
    AnchorKey::from_secret(&[42; 32])
}

fn keys() -> PublicKeys {
    let mut keys = PublicKeys::default();
    assert!(keys.add(&key().public()));
    keys
}

/// Four batches: 3 + 0 + 4 + 2 events, refusals among them; the third is anchored.
async fn sample(db: &TestDb) -> Scribe {
    let scribe = Scribe::begin(&db.feed).await;
    let (tenant, one, two) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let entry = |stream, amount| Entry::amount(tenant, stream, amount);
    scribe.append(&[vec![entry(one, 1), entry(two, 2)], vec![], vec![entry(one, 3)]]).await;
    scribe.append(&[vec![]]).await;
    scribe.append(&[vec![entry(two, 4); 3], vec![entry(one, 5)]]).await;
    let folder = TempFolder::new();
    let sink = FileSink::new(folder.path().join("anchors.jsonl"));
    let head = Feed::new(db.feed.clone(), Scribe::LOG).head().await.unwrap();
    anchor::anchor_head(&db.feed, &key(), &sink, &head, instant()).await.unwrap();
    scribe.append(&[vec![entry(two, 6)], vec![entry(one, 7)]]).await;
    scribe
}

async fn report_with(db: &TestDb, options: VerifyOptions) -> Report {
    let mut source = DatabaseSource::open(&db.feed, Scribe::LOG).await.unwrap();
    let report = verify(&mut source, options, |_| {}).await.unwrap();
    source.close().await.unwrap();
    report
}

async fn report(db: &TestDb) -> Report {
    report_with(db, VerifyOptions { keys: keys(), ..VerifyOptions::default() }).await
}

/// A connection that no trigger stops, as whoever owns the server has it.
async fn intruder(db: &TestDb) -> PgConnection {
    let mut connection = PgConnection::connect_with(&db.connect_options()).await.unwrap();
    run(&mut connection, "set session_replication_role = replica").await;
    connection
}

async fn run(connection: &mut PgConnection, sql: &str) -> u64 {
    let done = sqlx::query(sql).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
}

fn found(report: &Report, check: Check) -> Vec<(Option<i64>, Option<i64>)> {
    let findings = report.findings.iter().filter(|finding| finding.check == check);
    findings.map(|finding| (finding.position, finding.batch)).collect()
}

#[tokio::test]
async fn an_untouched_log_is_sound_and_every_row_of_it_was_checked() {
    let db = TestDb::new().await;
    sample(&db).await;
    let report = report(&db).await;
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!((report.position, report.batch_no), (9, 4));
    let checked = |check| report.checks.iter().find(|count| count.check == check).unwrap().checked;
    assert_eq!(checked(Check::EventLeaves), 9);
    assert_eq!(checked(Check::ReceiptLeaves), 8);
    assert_eq!(checked(Check::Batches), 4);
    assert_eq!(checked(Check::Anchors), 1);
    assert_eq!(checked(Check::Streams), 9 + 2);
    assert_eq!(report.skipped, Vec::<String>::new());
}

#[tokio::test]
async fn what_the_store_writes_is_sound() {
    let db = TestDb::new().await;
    let store = jars::open(&db).await;
    let fills = (0..300).map(|n| jars::fill(&format!("key {n}"), jars::jar(n % 40), 1)).collect();
    assert!(store.submit_many(fills).await.iter().all(Result::is_ok));
    let again = jars::fill("key 7", jars::jar(7), 1);
    assert!(store.submit(again).await.unwrap().replayed);
    let empty = jars::command("empty", "empty", jars::needs(&[jars::jar(1)]), |_| {
        let answer = jars::json("\"no\"");
        Err(Stop::Refused(Refused { answer, remember: true }))
    });
    assert!(store.submit(empty).await.is_err());
    let report = report(&db).await;
    assert!(report.is_sound(), "{report:#?}");
    let checked = |check| report.checks.iter().find(|count| count.check == check).unwrap().checked;
    assert_eq!((checked(Check::EventLeaves), checked(Check::ReceiptLeaves)), (300, 301));
}

#[tokio::test]
async fn an_empty_log_is_sound() {
    let db = TestDb::new().await;
    Scribe::begin(&db.feed).await;
    assert!(report(&db).await.is_sound());
}

/// Flips one bit in every byte of every column of one row, one after the other, and has each found.
async fn every_flip_is_found(table: &str, row: &str, expected: &[Check], place: Place) {
    let db = TestDb::new().await;
    sample(&db).await;
    let mut connection = intruder(&db).await;
    let mut address = address(&mut connection, table, row).await;
    for (column, kind) in columns(&mut connection, table).await {
        let width = width(&mut connection, table, &address, &column, &kind).await;
        let mut flipped = 0;
        for byte in 0..width {
            let there = flip(&kind, &column, byte, true);
            let back = flip(&kind, &column, byte, false);
            let change = format!("update {table} set {column} = {there} where ctid = '{address}'");
            let Some(moved) = update(&mut connection, &change).await else { continue };
            let report = report(&db).await;
            let named = report
                .findings
                .iter()
                .any(|finding| expected.contains(&finding.check) && place.fits(finding));
            assert!(named, "byte {byte} of {table}.{column}: {report:#?}");
            let undo = format!("update {table} set {column} = {back} where ctid = '{moved}'");
            address = update(&mut connection, &undo).await.expect("the flip back");
            flipped += 1;
        }
        assert!(flipped > 0, "no flip of {table}.{column} was possible");
    }
    let report = report(&db).await;
    assert!(report.is_sound(), "the flips were not undone: {report:#?}");
}

/// Where a finding must be.
#[derive(Clone, Copy)]
enum Place {
    Position(i64),
    Batch(i64),
    Anywhere,
}

impl Place {
    fn fits(self, finding: &Finding) -> bool {
        match self {
            Self::Position(position) => finding.position == Some(position),
            Self::Batch(batch) => finding.batch == Some(batch),
            Self::Anywhere => true,
        }
    }
}

async fn address(connection: &mut PgConnection, table: &str, row: &str) -> String {
    let sql = format!("select ctid::text from {table} where {row} order by 1 limit 1");
    sqlx::query_scalar(&sql).fetch_one(connection).await.unwrap()
}

async fn columns(connection: &mut PgConnection, table: &str) -> Vec<(String, String)> {
    sqlx::query_as(
        "select column_name::text, data_type::text from information_schema.columns \
         where table_name = $1 order by ordinal_position",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap()
}

/// Bytes of the value.
async fn width(
    connection: &mut PgConnection,
    table: &str,
    address: &str,
    column: &str,
    kind: &str,
) -> i32 {
    let expression = match kind {
        "smallint" => "2".to_owned(),
        "bigint" | "timestamp with time zone" => "8".to_owned(),
        "uuid" => "16".to_owned(),
        "bytea" => format!("octet_length({column})"),
        _ => format!("octet_length({column}::text)"),
    };
    let sql = format!("select {expression} from {table} where ctid = '{address}'");
    sqlx::query_scalar(&sql).fetch_one(connection).await.unwrap()
}

/// The expression that flips a bit of one byte, or flips it back.
fn flip(kind: &str, column: &str, byte: i32, there: bool) -> String {
    let set = |bytes: &str| format!("set_byte({bytes}, {byte}, get_byte({bytes}, {byte}) # 1)");
    match kind {
        "smallint" => format!("({column}::int # (1 << {}))::smallint", 8 * byte),
        "bigint" => format!("{column} # (1::bigint << {})", 8 * byte),
        "timestamp with time zone" => {
            let (sign, micros) = (if there { '+' } else { '-' }, 1i64 << (8 * byte));
            format!("{column} {sign} {micros} * interval '1 microsecond'")
        }
        "uuid" => format!("encode({}, 'hex')::uuid", set(&format!("uuid_send({column})"))),
        "bytea" => set(column),
        "text" | "json" => {
            let bytes = set(&format!("convert_to({column}::text, 'UTF8')"));
            format!("convert_from({bytes}, 'UTF8')::{kind}")
        }
        other => panic!("no flip for {other}"),
    }
}

/// The row's new address; nothing if the database itself refuses the value (a check, broken JSON).
async fn update(connection: &mut PgConnection, sql: &str) -> Option<String> {
    let sql = format!("{sql} returning ctid::text");
    sqlx::query_scalar(&sql).fetch_optional(connection).await.ok().flatten()
}

const EVENT: &[Check] = &[Check::EventLeaves, Check::Positions];
const RECEIPT: &[Check] = &[Check::ReceiptLeaves, Check::ReceiptsRoots];

#[tokio::test]
async fn every_flip_in_an_event_is_found_at_its_position() {
    every_flip_is_found("events", "position = 6", EVENT, Place::Position(6)).await;
}

#[tokio::test]
async fn every_flip_in_a_receipt_is_found_in_its_batch() {
    let row = "batch_no = 3 and first_position is not null";
    every_flip_is_found("receipts", row, RECEIPT, Place::Batch(3)).await;
}

#[tokio::test]
async fn every_flip_in_a_batch_is_found_there_or_as_its_absence() {
    let place = Place::Anywhere;
    every_flip_is_found("batches", "batch_no = 3", &[Check::Batches], place).await;
}

#[tokio::test]
async fn every_flip_in_an_anchor_is_found() {
    every_flip_is_found("anchors", "true", &[Check::Anchors], Place::Anywhere).await;
}

#[tokio::test]
async fn every_flip_in_a_stream_is_found() {
    every_flip_is_found("streams", "true", &[Check::Streams], Place::Anywhere).await;
}

#[tokio::test]
async fn every_flip_in_the_head_is_found() {
    let db = TestDb::new().await;
    sample(&db).await;
    let mut connection = intruder(&db).await;
    for change in [
        "position = position + 1",
        "position = position - 1",
        "batch_no = batch_no + 1",
        "batch_hash = set_byte(batch_hash, 0, get_byte(batch_hash, 0) # 1)",
        "last_recorded_at = last_recorded_at + interval '1 microsecond'",
        "install_id = gen_random_uuid()",
    ] {
        run(&mut connection, "create table kept as table log_heads").await;
        run(&mut connection, &format!("update log_heads set {change}")).await;
        let report = report(&db).await;
        assert!(!report.is_sound(), "{change}");
        run(&mut connection, "delete from log_heads").await;
        run(&mut connection, "insert into log_heads table kept").await;
        run(&mut connection, "drop table kept").await;
    }
    assert!(report(&db).await.is_sound());
}

/// What an intruder did to the sample; which check finds it, at which position, in which batch.
const DAMAGE: &[(&str, Check, Option<i64>, Option<i64>)] = &[
    ("delete from events where position = 5", Check::Positions, Some(5), None),
    ("delete from events where position = 9", Check::Positions, Some(9), Some(4)),
    ("delete from receipts where batch_no = 2", Check::ReceiptsRoots, Some(4), Some(2)),
    ("delete from batches where batch_no = 2", Check::Batches, Some(4), Some(3)),
    ("delete from batches where batch_no = 4", Check::Head, Some(7), Some(3)),
    ("delete from streams where last_position = 9", Check::Streams, Some(9), None),
    (
        "insert into events select log_id, 10, tenant_id, aggregate_type, aggregate_id, 99, \
             event_type, event_version, event_id, recorded_at, effective_at, command_id, \
             correlation_id, causation_id, actor, leaf_hash, payload, metadata \
         from events where position = 9",
        Check::Positions,
        Some(10),
        None,
    ),
    (
        "insert into events select 9, 1, tenant_id, aggregate_type, aggregate_id, 99, \
             event_type, event_version, event_id, recorded_at, effective_at, command_id, \
             correlation_id, causation_id, actor, leaf_hash, payload, metadata \
         from events where position = 9",
        Check::Positions,
        None,
        None,
    ),
    (
        "insert into receipts select tenant_id, 'forged', request_hash, command_id, log_id, \
             batch_no, outcome, first_position, last_position, answer, leaf_hash \
         from receipts where batch_no = 2",
        Check::ReceiptsRoots,
        Some(4),
        Some(2),
    ),
    (
        "update events e set payload = o.payload, leaf_hash = o.leaf_hash from events o \
         where (e.position, o.position) in ((8, 9), (9, 8))",
        Check::EventLeaves,
        Some(8),
        Some(4),
    ),
    (
        "update events set recorded_at = recorded_at - interval '1 day' where position = 8",
        Check::Time,
        Some(8),
        None,
    ),
    ("update receipts set batch_no = 77 where batch_no = 2", Check::ReceiptLeaves, None, Some(77)),
    (
        "update events set causation_id = gen_random_uuid() where causation_id is null \
             and position = 7",
        Check::EventLeaves,
        Some(7),
        Some(3),
    ),
    (
        "update receipts set first_position = 4, last_position = 4 where batch_no = 2",
        Check::ReceiptLeaves,
        Some(4),
        Some(2),
    ),
    (
        "update receipts set first_position = 1 where batch_no = 4 and first_position = 9",
        Check::Receipts,
        Some(1),
        Some(4),
    ),
];

#[tokio::test]
async fn rows_that_were_removed_added_or_exchanged_are_found_and_named() {
    for (change, check, position, batch) in DAMAGE {
        let db = TestDb::new().await;
        sample(&db).await;
        let mut connection = intruder(&db).await;
        assert!(run(&mut connection, change).await > 0, "{change}");
        let report = report(&db).await;
        let places = found(&report, *check);
        assert!(places.contains(&(*position, *batch)), "{change}: {report:#?}");
        assert!(report.first().is_some());
    }
}

#[tokio::test]
async fn a_changed_event_and_a_changed_leaf_are_told_apart() {
    let db = TestDb::new().await;
    sample(&db).await;
    let mut connection = intruder(&db).await;
    run(&mut connection, "update events set actor = 'staff:other' where position = 5").await;
    run(&mut connection, "update events set leaf_hash = sha256('') where position = 8").await;
    let report = report(&db).await;
    let what = |position: i64| {
        let finding = report.findings.iter().find(|finding| finding.position == Some(position));
        finding.map(|finding| finding.what.as_str()).unwrap()
    };
    assert_eq!(what(5), "a column of the event was changed; leaf_hash is as it was");
    assert_eq!(what(8), "leaf_hash was changed; the other columns are as they were hashed");
    assert_eq!(report.first().unwrap().position, Some(5));
}

#[tokio::test]
async fn an_event_that_cannot_even_be_read_is_a_finding_at_its_position() {
    let db = TestDb::new().await;
    sample(&db).await;
    let mut connection = intruder(&db).await;
    run(&mut connection, "update events set effective_at = 'infinity' where position = 5").await;
    let report = report(&db).await;
    assert!(found(&report, Check::EventLeaves).contains(&(Some(5), None)), "{report:#?}");
}

#[tokio::test]
async fn a_log_that_was_rebuilt_as_a_whole_is_betrayed_by_an_anchor_from_outside() {
    let folder = TempFolder::new();
    let sink = FileSink::new(folder.path().join("anchors.jsonl"));
    let (honest, forged) = (TestDb::new().await, TestDb::new().await);
    sample(&honest).await;
    sample(&forged).await;
    let head = Feed::new(honest.feed.clone(), Scribe::LOG).head().await.unwrap();
    anchor::anchor_head(&honest.feed, &key(), &sink, &head, instant()).await.unwrap();
    let outside = || sink.read().unwrap();
    let options = || VerifyOptions { keys: keys(), outside: outside(), ..VerifyOptions::default() };
    assert!(report(&forged).await.is_sound(), "from inside nothing is to be seen");
    let report = report_with(&forged, options()).await;
    assert!(found(&report, Check::Anchors).contains(&(Some(9), Some(4))), "{report:#?}");
    assert!(report_with(&honest, options()).await.is_sound());
    assert_eq!(anchor::standing(&honest.feed, &outside()[0]).await.unwrap(), Standing::Continues);
    assert_eq!(anchor::standing(&forged.feed, &outside()[0]).await.unwrap(), Standing::Forked);
}

#[tokio::test]
async fn a_log_restored_from_an_older_copy_is_a_fork() {
    let folder = TempFolder::new();
    let sink = FileSink::new(folder.path().join("anchors.jsonl"));
    let db = TestDb::new().await;
    sample(&db).await;
    let head = Feed::new(db.feed.clone(), Scribe::LOG).head().await.unwrap();
    let newest = anchor::anchor_head(&db.feed, &key(), &sink, &head, instant()).await.unwrap();
    let mut connection = intruder(&db).await;
    for change in [
        "delete from anchors where batch_no = 4",
        "delete from events where position > 7",
        "delete from receipts where batch_no = 4",
        "delete from batches where batch_no = 4",
        "update streams s set (last_sequence, last_position) = (select max(sequence), \
             max(position) from events e where e.aggregate_id = s.aggregate_id)",
        "update log_heads h set (position, batch_no, batch_hash, last_recorded_at) = \
             (select last_position, batch_no, batch_hash, recorded_at from batches \
              where batch_no = 3)",
    ] {
        run(&mut connection, change).await;
    }
    assert!(report(&db).await.is_sound(), "the older copy is whole in itself");
    let outside = sink.read().unwrap();
    let options = VerifyOptions { keys: keys(), outside, ..VerifyOptions::default() };
    let report = report_with(&db, options).await;
    assert!(found(&report, Check::Anchors).contains(&(Some(9), Some(4))), "{report:#?}");
    let standing = anchor::standing(&db.feed, &newest).await.unwrap();
    assert_eq!(standing, Standing::Older { batch_no: 3 });
}

#[tokio::test]
async fn a_key_file_is_made_once_and_never_trusted_when_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempFolder::new();
    let path = folder.path().join("anchor.key");
    let made = AnchorKey::open_or_create(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(AnchorKey::open_or_create(&path).unwrap().public(), made.public());
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    assert!(AnchorKey::open_or_create(&path).is_err());
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&path, "no key").unwrap();
    assert!(AnchorKey::open_or_create(&path).is_err());
}

#[tokio::test]
async fn an_anchor_is_believed_only_unchanged_and_from_a_known_key() {
    let db = TestDb::new().await;
    sample(&db).await;
    let head = Feed::new(db.feed.clone(), Scribe::LOG).head().await.unwrap();
    let good = key().sign(&head, instant());
    assert!(keys().check(&good).is_ok());
    let line = serde_json::to_string(&good).unwrap();
    assert!(keys().check(&serde_json::from_str(&line).unwrap()).is_ok());
    let stranger = AnchorKey::from_secret(&[1; 32]).sign(&head, instant());
    assert!(keys().check(&stranger).is_err());
    let mut posing = stranger.clone();
    posing.key_id = good.key_id.clone();
    assert!(keys().check(&posing).is_err());
}

#[tokio::test]
async fn a_sink_whose_last_line_was_cut_off_still_gives_the_whole_ones() {
    let folder = TempFolder::new();
    let path = folder.path().join("anchors.jsonl");
    let sink = FileSink::new(&path);
    assert_eq!(sink.read().unwrap(), []);
    let db = TestDb::new().await;
    Scribe::begin(&db.feed).await;
    let head = Feed::new(db.feed.clone(), Scribe::LOG).head().await.unwrap();
    let anchor = key().sign(&head, instant());
    sink.append(&anchor).unwrap();
    sink.append(&anchor).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() - 10]).unwrap();
    assert_eq!(sink.read().unwrap(), std::slice::from_ref(&anchor));
    std::fs::write(&path, "{}\n").unwrap();
    assert!(sink.read().is_err());
}

#[tokio::test]
async fn a_proof_holds_for_its_event_and_for_no_other() {
    let db = TestDb::new().await;
    sample(&db).await;
    let events = Feed::new(db.feed.clone(), Scribe::LOG).page(0, 100).await.unwrap();
    for event in &events {
        let proof = prove(&db.feed, Scribe::LOG, event.position).await.unwrap();
        let text = serde_json::to_string(&proof).unwrap();
        let proof: Proof = serde_json::from_str(&text).unwrap();
        for other in &events {
            assert_eq!(proof.holds_for(&other.as_ref()), other == event);
        }
        let mut changed = event.clone();
        changed.payload.push(' ');
        assert!(!proof.holds_for(&changed.as_ref()));
        let mut elsewhere = proof.clone();
        elsewhere.header.prev_hash[0] ^= 1;
        assert!(!elsewhere.holds_for(&event.as_ref()));
        let stored: Vec<u8> =
            sqlx::query_scalar("select batch_hash from batches where batch_no = $1")
                .bind(proof.header.batch_no)
                .fetch_one(&db.feed)
                .await
                .unwrap();
        assert_eq!(stored, proof.batch_hash);
    }
    let none = prove(&db.feed, Scribe::LOG, 10).await;
    assert!(matches!(none, Err(ProofError::NoEvent { position: 10, .. })));
}

/// Sums what was credited, and compares it with a figure from elsewhere.
struct Sum {
    credited: i64,
    stored: i64,
}

impl Rederive for Sum {
    fn name(&self) -> &'static str {
        "sum of credits"
    }

    fn event(&mut self, event: &RecordedRef<'_>) {
        let payload: serde_json::Value = serde_json::from_str(event.payload).unwrap();
        self.credited += payload["credited"]["amount"].as_i64().unwrap();
    }

    fn finish(&mut self) -> Vec<Finding> {
        if self.credited == self.stored {
            return Vec::new();
        }
        let what = format!("credits sum to {}, stored is {}", self.credited, self.stored);
        vec![Finding { check: Check::Derived, position: None, batch: None, what }]
    }
}

#[tokio::test]
async fn what_others_derive_from_the_events_is_part_of_the_report() {
    let db = TestDb::new().await;
    sample(&db).await;
    let sum = 1 + 2 + 3 + 4 * 3 + 5 + 6 + 7;
    for stored in [sum, sum + 1] {
        let derived: Vec<Box<dyn Rederive>> = vec![Box::new(Sum { credited: 0, stored })];
        let report = report_with(&db, VerifyOptions { derived, ..VerifyOptions::default() }).await;
        assert_eq!(report.is_sound(), stored == sum, "{report:#?}");
        assert_eq!(report.skipped.len(), 1, "signatures were not checked, and it says so");
    }
}

#[tokio::test]
async fn progress_reaches_the_head_while_writers_go_on() {
    let db = TestDb::new().await;
    let scribe = sample(&db).await;
    let mut source = DatabaseSource::open(&db.feed, Scribe::LOG).await.unwrap();
    let snapshot: i64 = sqlx::query("select count(*) from events")
        .fetch_one(source.connection())
        .await
        .unwrap()
        .get(0);
    scribe.append_one(Entry::amount(Uuid::now_v7(), Uuid::now_v7(), 1)).await;
    let (sender, progress) = std::sync::mpsc::channel();
    let report = verify(&mut source, VerifyOptions::default(), move |now| {
        sender.send(now).unwrap();
    });
    let report = report.await.unwrap();
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!((report.position, snapshot), (9, 9));
    let last = progress.into_iter().last().unwrap();
    assert_eq!((last.position, last.of), (9, 9));
}

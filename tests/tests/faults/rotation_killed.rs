//! `kill -9` of a rotation of the key-encryption key, in its middle.
//!
//! The last keys are locked by a transaction of ours, so that the rotation waits with its first
//! pages done: there it dies.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use billfold_adapters::postgres::PostgresSubjectKeys;
use billfold_app::vault::{KeyEncryption, KeyFiles, KeyRing, Opened, Vault, Wanted, field};
use billfold_domain::kernel::{KeyClass, Pii, SubjectId, TenantId};
use billfold_tests::harness::{TempFolder, TestClock, TestDb, billfold, eventually};
use serde_json::Value;
use sqlx::{ConnectOptions, PgPool};
use uuid::Uuid;

/// Persons, each with a key; several pages of a rotation.
const PERSONS: u128 = 1_700;
const TENANT: TenantId = TenantId::new(Uuid::from_u128(0xA1));

fn command(data: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(billfold());
    command.args(["--json", "keys"]).args(arguments).arg("--data").arg(data);
    command.env("DATABASE_URL", url).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn keys(data: &Path, url: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let Output { status, stdout, .. } = command(data, url, arguments).output().unwrap();
    (status.code(), serde_json::from_slice(&stdout).unwrap_or(Value::Null))
}

fn files(data: &Path) -> KeyFiles {
    KeyFiles { wrapping: data.join("keys/key-encryption"), others: Vec::new() }
}

fn vault(db: &TestDb, data: &Path) -> Vault {
    let keys = Arc::new(PostgresSubjectKeys::new(db.app.clone()));
    Vault::new(KeyEncryption::open(files(data)).unwrap(), keys)
}

fn person(no: u128) -> Wanted {
    let subject = SubjectId::new(Uuid::from_u128(no));
    Wanted { subject, class: KeyClass::Operational, retain_until: None }
}

fn sealed(ring: &KeyRing, no: u128) -> Pii<String> {
    let Wanted { subject, class, .. } = person(no);
    ring.seal(subject, class, field::CLIENT_NOTE, &format!("note {no}")).unwrap()
}

async fn assert_opens(vault: &Vault, notes: &[Pii<String>]) {
    let notes: Vec<&Pii<String>> = notes.iter().collect();
    let opened = vault.open_all(TENANT, field::CLIENT_NOTE, &notes).await.unwrap();
    for (no, text) in (1..).zip(opened) {
        assert_eq!(text, Opened::Clear(format!("note {no}")));
    }
}

async fn under(owner: &PgPool, id: &str) -> i64 {
    let sql = "select count(*) from subject_keys where kek_id = $1 and wrapped is not null";
    sqlx::query_scalar(sql).bind(id).fetch_one(owner).await.unwrap()
}

/// Starts a rotation and kills it when some keys are wrapped anew and others are not.
async fn killed_in_the_middle(db: &TestDb, data: &Path, url: &str, old: &str) {
    let mut ours = db.owner.begin().await.unwrap();
    sqlx::query("select 1 from subject_keys where subject_id = $1 for update")
        .bind(Uuid::from_u128(PERSONS))
        .execute(&mut *ours)
        .await
        .unwrap();
    let mut child: Child = command(data, url, &["rotate", "--new"]).spawn().unwrap();
    eventually("the first pages", async || (under(&db.owner, old).await <= 700).then_some(()))
        .await;
    child.kill().unwrap();
    child.wait().unwrap();
    // Its last statement still waits for our lock, and would be done once we let go.
    eventually("its statement to end", async || {
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
        let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&db.owner).await.unwrap();
        (waiting == 0).then_some(())
    })
    .await;
    ours.rollback().await.unwrap();
    let left = under(&db.owner, old).await;
    assert!((1..=PERSONS as i64 - 500).contains(&left), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_rotation_goes_on_and_the_old_key_is_needed_no_longer() {
    let (db, folder) = (TestDb::new().await, TempFolder::new());
    let (data, now) = (folder.path(), TestClock::default().now());
    let url = db.connect_options().to_url_lossy().to_string();
    std::fs::create_dir(data.join("keys")).unwrap();
    let vault = vault(&db, data);
    let wanted: Vec<Wanted> = (1..=PERSONS).map(person).collect();
    let ring = vault.ring_to_seal(TENANT, &wanted, now).await.unwrap();
    let mut notes: Vec<Pii<String>> = (1..=PERSONS).map(|no| sealed(&ring, no)).collect();
    let (code, status) = keys(data, &url, &["status"]);
    assert_eq!((code, &status["under"][0]["keys"]), (Some(0), &Value::from(PERSONS as u64)));
    let old = status["wraps_now"].as_str().unwrap().to_owned();

    killed_in_the_middle(&db, data, &url, &old).await;
    let (code, status) = keys(data, &url, &["status"]);
    assert_eq!((code, status["under"].as_array().unwrap().len()), (Some(1), 2), "{status}");
    // A process that ran all the while, and one that starts now, read what lies under both keys.
    let fresh = self::vault(&db, data);
    assert_opens(&fresh, &notes).await;
    // Whoever makes a key meanwhile makes it under the new one.
    let late = vault.ring_to_seal(TENANT, &[person(PERSONS + 1)], now).await.unwrap();
    notes.push(sealed(&late, PERSONS + 1));
    assert_opens(&vault, &notes).await;

    let before = under(&db.owner, &old).await;
    let (code, done) = keys(data, &url, &["rotate", "--new"]);
    assert_eq!((code, &done["rewrapped"]), (Some(0), &Value::from(before)), "{done}");
    let new = done["wraps_now"].as_str().unwrap().to_owned();
    assert_eq!(done["unknown"], serde_json::json!({}));
    assert_eq!((under(&db.owner, &old).await, under(&db.owner, &new).await), (0, 1_701));
    let (code, again) = keys(data, &url, &["rotate"]);
    assert_eq!((code, &again["rewrapped"]), (Some(0), &Value::from(0)), "a repeat changes nothing");

    std::fs::remove_file(data.join(format!("keys/key-encryption.{old}"))).unwrap();
    assert_eq!(keys(data, &url, &["status"]).0, Some(0));
    assert_opens(&self::vault(&db, data), &notes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_under_a_lost_key_are_counted_and_left_alone() {
    let (db, folder) = (TestDb::new().await, TempFolder::new());
    let (data, now) = (folder.path(), TestClock::default().now());
    let url = db.connect_options().to_url_lossy().to_string();
    std::fs::create_dir(data.join("keys")).unwrap();
    let vault = vault(&db, data);
    vault.ring_to_seal(TENANT, &[person(1), person(2)], now).await.unwrap();
    std::fs::remove_file(data.join("keys/key-encryption")).unwrap();
    assert_eq!(keys(data, &url, &["rotate", "--new"]).0, Some(3), "no key is made over a lost one");
    KeyEncryption::open(files(data)).unwrap();
    let (code, done) = keys(data, &url, &["rotate"]);
    assert_eq!((code, &done["rewrapped"]), (Some(1), &Value::from(0)));
    assert_eq!(done["unknown"].as_object().unwrap().values().next(), Some(&Value::from(2)));
}

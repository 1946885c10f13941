//! Real processes die in the middle of real work, and nothing is lost or doubled.
//!
//! `BILLFOLD_TEST_ROUNDS` sets how often (default 3).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use billfold_server::embedded::Embedded;
use billfold_tests::harness::{TempFolder, billfold, eventually};
use serde_json::Value;
use sqlx::{ConnectOptions, Connection};

/// Purchases in the file: enough that an import can be killed in its middle.
const ROWS: usize = 12_000;

fn rounds() -> i64 {
    let set = std::env::vars().find(|(name, _)| name == "BILLFOLD_TEST_ROUNDS");
    set.and_then(|(_, value)| value.parse().ok()).unwrap_or(3)
}

fn purchases(folder: &Path) -> PathBuf {
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let whole = std::fs::read_to_string(whole).expect("the example data");
    let lines: Vec<&str> = whole.split_inclusive('\n').take(ROWS + 1).collect();
    let path = folder.join("purchases.txt");
    std::fs::write(&path, lines.concat()).expect("a file");
    path
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(billfold());
    command.arg("--data").arg(data).args(arguments).stdin(Stdio::null());
    command
}

fn finished(data: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output: Output = command(data, arguments).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let result = serde_json::from_slice(&output.stdout);
    (output.status.code(), result.unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// Waits until the log in `data` has grown past `position`.
async fn log_beyond(data: &Path, position: i64, child: &mut Child) {
    eventually("the log to grow", async || {
        if child.try_wait().expect("a child").is_some() {
            return Some(());
        }
        (head(data).await? > position).then_some(())
    })
    .await;
}

async fn head(data: &Path) -> Option<i64> {
    let options = Embedded::attach(&data.join("postgres"), "billfold").ok()?;
    let mut connection = options.connect().await.ok()?;
    let found = sqlx::query_scalar("select position from log_heads").fetch_one(&mut connection);
    let found = found.await.ok();
    connection.close().await.ok()?;
    found
}

/// Imports until it ends by itself, after it was killed `deaths` times.
async fn import_through(deaths: i64) {
    let data = TempFolder::new();
    let file = purchases(data.path());
    let import = ["import", "purchases", file.to_str().expect("a plain path"), "--json"];
    for death in 0..deaths {
        let before = 1_000 + death * 9_000;
        let mut child = command(data.path(), &import)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        log_beyond(data.path(), before, &mut child).await;
        child.kill().expect("a child that can be killed");
        child.wait().expect("the child ends");
    }
    let (code, report) = finished(data.path(), &import);
    assert_eq!(code, Some(0), "{report}");
    let sum = report["created"].as_u64().zip(report["present"].as_u64());
    assert_eq!(sum.map(|(new, known)| new + known), Some(ROWS as u64), "{report}");
    assert_eq!(report["differences"], Value::Array(vec![]));
    assert_eq!(report["sound"], true);

    let (code, report) = finished(data.path(), &import);
    assert_eq!((code, &report["created"], &report["events"]), (Some(0), &0.into(), &0.into()));
    let (code, _) = finished(data.path(), &["rebuild", "--all", "--json"]);
    assert_eq!(code, Some(0));
    let (code, report) = finished(data.path(), &["diff", "--all", "--json"]);
    assert_eq!((code, &report["equal"]), (Some(0), &true.into()), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_again_and_again_ends_with_every_purchase_once() {
    import_through(rounds()).await;
}

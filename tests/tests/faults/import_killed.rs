//! `kill -9` of a running import.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use billfold_tests::harness::{TempFolder, eventually};
use serde_json::Value;

use crate::proof::{assert_sound, beside, command, finished, head};
use crate::rounds;

/// Purchases in the file: enough that an import can be struck in its middle.
const ROWS: usize = 4_000;

/// The first purchases of the example data, in a file of this folder.
pub(crate) fn purchases(folder: &Path) -> PathBuf {
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let whole = std::fs::read_to_string(whole).expect("the example data");
    let lines: Vec<&str> = whole.split_inclusive('\n').take(ROWS + 1).collect();
    let path = folder.join("purchases.txt");
    std::fs::write(&path, lines.concat()).expect("a file");
    path
}

/// Waits until the log in `data` has grown past `position`, or the child has ended.
pub(crate) async fn log_beyond(data: &Path, position: i64, child: &mut Child) {
    eventually("the log to grow", async || {
        if child.try_wait().expect("a child").is_some() {
            return Some(());
        }
        (head(&beside(data)?).await? > position).then_some(())
    })
    .await;
}

/// Where in the log the fault of a round strikes.
pub(crate) fn strike_at(round: u32) -> i64 {
    1_000 + i64::from(round % 6) * 3_000
}

/// Imports to the end and proves that every purchase is in the books once.
pub(crate) fn assert_imported_once(data: &Path, import: &[&str]) {
    let (code, report) = finished(data, import);
    assert_eq!(code, Some(0), "{report}");
    let sum = report["created"].as_u64().zip(report["present"].as_u64());
    assert_eq!(sum.map(|(new, known)| new + known), Some(ROWS as u64), "{report}");
    assert_eq!(report["differences"], Value::Array(vec![]));
    assert_eq!(report["sound"], true);

    let (code, report) = finished(data, import);
    assert_eq!((code, &report["created"], &report["events"]), (Some(0), &0.into(), &0.into()));
    let (code, _) = finished(data, &["rebuild", "--all", "--json"]);
    assert_eq!(code, Some(0));
    assert_sound(data, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_again_and_again_ends_with_every_purchase_once() {
    let data = TempFolder::new();
    let file = purchases(data.path());
    let import = ["import", "purchases", file.to_str().expect("a plain path"), "--json"];
    for round in 0..rounds() {
        let mut child = command(data.path(), &import)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        log_beyond(data.path(), strike_at(round), &mut child).await;
        child.kill().expect("a child that can be killed");
        child.wait().expect("the child ends");
    }
    assert_imported_once(data.path(), &import);
}

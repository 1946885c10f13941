//! `kill -9` of the private PostgreSQL under a running import.

use std::process::Stdio;

use billfold_tests::harness::{TempFolder, eventually};
use serde_json::Value;

use crate::import_killed::{assert_imported_once, log_beyond, purchases, strike_at};
use crate::proof::{command, kill_postmaster};
use crate::rounds;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_database_is_killed_starts_it_again_and_goes_on() {
    let data = TempFolder::new();
    let file = purchases(data.path());
    let import = ["import", "purchases", file.to_str().expect("a plain path"), "--json"];
    let mut child = command(data.path(), &import)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    for round in 0..rounds() {
        log_beyond(data.path(), strike_at(round), &mut child).await;
        if child.try_wait().expect("a child").is_none() {
            kill_postmaster(data.path());
        }
    }
    eventually("the import to end", async || child.try_wait().expect("a child")).await;
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["interrupted"], &report["sound"]), (&false.into(), &true.into()));
    assert_imported_once(data.path(), &import);
}

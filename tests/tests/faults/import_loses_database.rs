//! `kill -9` of the private PostgreSQL under a running import.

use std::fs;
use std::process::Stdio;

use billfold_tests::harness::{TempFolder, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::import_killed::{assert_imported_once, log_beyond, purchases, strike_at};
use crate::proof::{command, kill_postmaster, postmaster};
use crate::rounds;

/// Strikes that one import can take, each further on in the file.
const STRIKES: u32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_database_is_killed_starts_it_again_and_goes_on() {
    let mut left = rounds();
    while left > 0 {
        import_through(left.min(STRIKES)).await;
        left = left.saturating_sub(STRIKES);
    }
}

/// Imports while its database is killed this many times.
async fn import_through(strikes: u32) {
    let data = TempFolder::new();
    let file = purchases(data.path());
    let import = ["import", "purchases", file.to_str().expect("a plain path"), "--json"];
    let mut child = command(data.path(), &import)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    for strike in 0..strikes {
        log_beyond(data.path(), strike_at(strike), &mut child).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_database_stays_away_says_so_and_goes_on_when_it_is_run_again() {
    let data = TempFolder::new();
    let file = purchases(data.path());
    let import = ["import", "purchases", file.to_str().expect("a plain path"), "--json"];
    let mut child = command(data.path(), &import)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    log_beyond(data.path(), strike_at(0), &mut child).await;
    // A server that is killed after its folder was moved away cannot be started again.
    let cluster = data.path().join("postgres/cluster");
    let (here, away) = (cluster.join("data"), cluster.join("away"));
    let server = postmaster(data.path()).expect("a private server");
    fs::rename(&here, &away).expect("a folder that can be moved");
    kill(Pid::from_raw(server), Signal::SIGKILL).expect("a process that can be killed");
    eventually("the import to end", async || child.try_wait().expect("a child")).await;
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("run the same command again to go on"), "{said}");

    fs::rename(&away, &here).expect("a folder that can be moved back");
    assert_imported_once(data.path(), &import);
}

//! What every fault must leave behind: a log without gaps, a whole chain, read models that a
//! refold would give. Asked of the program and of the tables, not of the code under test.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use billfold_server::embedded::Embedded;
use billfold_tests::harness::{billfold, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

/// The program with this data folder and these arguments, its input closed.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(billfold());
    command.arg("--data").arg(data).args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end: exit code and the JSON that it printed.
pub(crate) fn finished(data: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    finished_with(data, arguments, &[])
}

fn finished_with(
    data: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, Value) {
    let mut command = command(data, arguments);
    command.envs(variables.iter().copied());
    let output: Output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let result = serde_json::from_slice(&output.stdout);
    (output.status.code(), result.unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// The process id of the private server, if its pid file names one.
pub(crate) fn postmaster(data: &Path) -> Option<i32> {
    let file = data.join("postgres/cluster/data/postmaster.pid");
    std::fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
}

/// Kills the private server as a power cut would.
pub(crate) fn kill_postmaster(data: &Path) -> i32 {
    let pid = postmaster(data).expect("a private server that runs");
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("a process that can be killed");
    pid
}

/// How to connect to the private server's ledger beside the program, if the server runs.
pub(crate) fn beside(data: &Path) -> Option<PgConnectOptions> {
    Embedded::attach(&data.join("postgres"), "billfold").ok()
}

/// The last position of the log, if the database answers.
pub(crate) async fn head(connect: &PgConnectOptions) -> Option<i64> {
    let mut connection = connect.connect().await.ok()?;
    let found = sqlx::query_scalar("select position from log_heads").fetch_one(&mut connection);
    let found = found.await.ok();
    connection.close().await.ok()?;
    found
}

/// Waits until every read model has followed the log to its end.
pub(crate) async fn wait_for_followers(connection: &mut PgConnection) {
    eventually("the read models to reach the head", async || {
        let behind: i64 = sqlx::query_scalar(
            "select count(*) from log_heads h join projections p using (log_id)
             where p.state <> 'retired' and (p.state <> 'live' or p.position < h.position)",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("the states of the read models");
        (behind == 0).then_some(())
    })
    .await;
}

/// The log has every position once, from 1 to its head.
pub(crate) async fn assert_gapless(connection: &mut PgConnection) {
    let (events, first, last, head): (i64, i64, i64, i64) = sqlx::query_as(
        "select count(*), coalesce(min(position), 1), coalesce(max(position), 0),
                (select position from log_heads) from events",
    )
    .fetch_one(connection)
    .await
    .expect("the log");
    assert_eq!((events, first, last), (head, 1, head), "positions have a gap");
}

/// `verify` and `diff --all` find nothing. `variables` lead to the database of the program.
pub(crate) fn assert_sound(data: &Path, variables: &[(&str, &str)]) {
    let (code, report) = finished_with(data, &["verify", "--json"], variables);
    assert_eq!(code, Some(0), "{report}");
    let (code, report) = finished_with(data, &["diff", "--all", "--json"], variables);
    assert_eq!((code, &report["equal"]), (Some(0), &true.into()), "{report}");
}

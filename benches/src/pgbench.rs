//! The other yardstick: what `pgbench` reaches when each transaction inserts one row of about 300
//! bytes.

use crate::report::Run;
use anyhow::{Context, Result, bail};
use sqlx::PgPool;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// The table that pgbench inserts into.
pub(crate) async fn prepare(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql(
        "drop table if exists pgbench_row;
         create table pgbench_row (
           id bigint generated always as identity primary key, body json not null);",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Runs pgbench with `clients` connections for `seconds` over the Unix socket in `socket`.
pub(crate) async fn run(
    program: &Path,
    socket: &Path,
    user: &str,
    database: &str,
    clients: usize,
    seconds: u64,
) -> Result<Run> {
    let script = std::env::temp_dir().join(format!("billfold-bench-{}.sql", std::process::id()));
    let body = format!(r#"{{"note":"{}"}}"#, "x".repeat(285));
    std::fs::write(&script, format!("insert into pgbench_row (body) values ('{body}');\n"))?;
    let output = Command::new(program)
        .args(["-n", "-M", "prepared", "-j", "2"])
        .args(["-c", &clients.to_string(), "-T", &seconds.to_string()])
        .arg("-h")
        .arg(socket)
        .args(["-U", user, "-f"])
        .arg(&script)
        .arg(database)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("could not start {}", program.display()))?;
    std::fs::remove_file(&script)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(rate) = text.lines().find_map(|line| line.strip_prefix("tps = ")) else {
        bail!("pgbench gave no rate: {}", String::from_utf8_lossy(&output.stderr));
    };
    let rate = rate.split_whitespace().next().unwrap_or("0").parse()?;
    let (side, point) = ("pgbench, one row a transaction", format!("{clients} clients"));
    Ok(Run::new("durable-commands", side, &point, rate, "commands/s"))
}

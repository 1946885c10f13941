//! `bench`: measures the bars of the project on this machine and prints raw JSON.
//!
//! Sides of a comparison run interleaved, at least three times; medians are shown with the lowest
//! and highest run. The server is a private cluster made for the bench, with `fsync` on. No test
//! depends on a figure from here.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its result")]

mod billing_run;
mod durable;
mod http;
mod laboratory;
mod ledger;
mod pgbench;
mod planner;
mod probe;
mod program;
mod replay;
mod report;
mod sign_in;
mod stock;
mod workload;

use anyhow::{Context, Result, bail};
use billfold_event_store::{Store, StoreOptions};
use billfold_projections::PROJECTIONS;
use clap::Parser;
use laboratory::{Bench, Laboratory, WallClock};
use report::Run;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Measures Billfold on this machine.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Arguments {
    /// Benches to run; all but `growth` and `billing-run` if none is named
    #[arg(value_parser = ["durable", "bulk", "replay", "planner", "ledger", "as-of", "http",
        "sign-in", "growth", "billing-run"])]
    only: Vec<String>,
    /// Interleaved rounds; medians need at least three
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds per measured point
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Commands of two events in the bulk and replay benches
    #[arg(long, default_value_t = 100_000)]
    commands: u64,
    /// Copies of the 69,659 purchases (441,364 events) in the ledger that is rebuilt and served
    #[arg(long, default_value_t = 1)]
    copies: u64,
    /// Events of the largest log that `growth` measures
    #[arg(long, default_value_t = 10_000_000)]
    events: u64,
    /// Subscriptions that a billing run bills; may be given several times
    #[arg(long, default_values_t = [10_000, 50_000])]
    subscriptions: Vec<u64>,
    /// Subscriptions of one account in that book
    #[arg(long, default_value_t = 1)]
    per_account: u64,
    /// Folder of the private cluster; made if absent
    #[arg(long, default_value = "target/bench")]
    data: PathBuf,
    /// File for the raw JSON; standard output if absent
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Arguments {
    fn wants(&self, name: &str) -> bool {
        let long = ["growth", "billing-run"].contains(&name);
        (self.only.is_empty() && !long) || self.only.iter().any(|only| only == name)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if cfg!(debug_assertions) {
        eprintln!("note: this is a debug build; figures count only with --release");
    }
    std::fs::create_dir_all(&arguments.data)
        .with_context(|| format!("could not make {}", arguments.data.display()))?;
    // Unix sockets have short paths, and the program has a working folder of its own.
    let data = arguments.data.canonicalize()?;
    let mut runs = Vec::new();
    if ["ledger", "as-of", "http"].into_iter().any(|name| arguments.wants(name)) {
        ledger_rounds(&data, &arguments, &mut runs).await?;
    }
    let laboratory = Laboratory::start(&data)?;
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        if arguments.wants("durable") {
            durable_round(&laboratory, &arguments, &mut runs).await?;
        }
        if arguments.wants("bulk") || arguments.wants("replay") {
            log_round(&laboratory, &arguments, &mut runs).await?;
        }
        if arguments.wants("sign-in") {
            for run in sign_in::refused(&laboratory, &data).await? {
                note(&mut runs, run);
            }
        }
        if arguments.wants("planner") {
            for months in planner::HISTORIES {
                note(&mut runs, planner::plans(months, Duration::from_secs(arguments.seconds))?);
            }
        }
    }
    if arguments.wants("growth") {
        growth(&laboratory, &arguments, &mut runs).await?;
    }
    if arguments.wants("billing-run") {
        for subscriptions in &arguments.subscriptions {
            let book = billing_run::Book {
                subscriptions: *subscriptions,
                per_account: arguments.per_account,
            };
            let mut keep = |run| note(&mut runs, run);
            billing_run::rounds(&laboratory, &data, book, arguments.rounds, &mut keep).await?;
        }
    }
    publish(&laboratory, &arguments, &runs).await
}

/// A store over a bench database.
async fn open(bench: &Bench) -> Result<Store> {
    let options = StoreOptions::new(bench.connect.clone());
    Ok(Store::open(options, vec![Arc::new(durable::BenchKind)], Arc::new(WallClock)).await?)
}

/// Durable commands at several depths, beside the two yardsticks.
async fn durable_round(
    laboratory: &Laboratory,
    arguments: &Arguments,
    runs: &mut Vec<Run>,
) -> Result<()> {
    let bench = laboratory.fresh("bench_durable").await?;
    stock::prepare(&bench.pools.owner).await?;
    pgbench::prepare(&bench.pools.owner).await?;
    let span = Duration::from_secs(arguments.seconds);
    let store = open(&bench).await?;
    let tenant = Uuid::now_v7();
    for tasks in [1, 32, 256, 1024] {
        note(runs, durable::commands(&store, tenant, tasks, span).await?);
        if tasks <= 32 {
            let pool = sqlx::postgres::PgPoolOptions::new()
                .max_connections(u32::try_from(tasks)?)
                .connect_with(bench.connect.clone())
                .await?;
            note(runs, stock::commands(&pool, tasks, span).await?);
            pool.close().await;
        }
        if tasks == 32 {
            let run = pgbench::run(
                &laboratory.pgbench(),
                laboratory.socket(),
                billfold_server::embedded::OWNER,
                &bench.name,
                32,
                arguments.seconds,
            )
            .await?;
            note(runs, run);
        }
    }
    store.close().await;
    bench.pools.close().await;
    Ok(())
}

/// Bulk append, then the replay of what was appended, beside the stock replay of as many events.
async fn log_round(
    laboratory: &Laboratory,
    arguments: &Arguments,
    runs: &mut Vec<Run>,
) -> Result<()> {
    let bench = laboratory.fresh("bench_log").await?;
    let store = open(&bench).await?;
    note(runs, durable::bulk(&store, Uuid::now_v7(), arguments.commands, 5_000).await?);
    store.close().await;
    if arguments.wants("replay") {
        stock::prepare(&bench.pools.owner).await?;
        sqlx::raw_sql(
            "insert into stock_events
             select aggregate_type, aggregate_id::text, sequence, event_type, event_version,
                    payload, metadata
             from events; analyze stock_events; analyze events;",
        )
        .execute(&bench.pools.owner)
        .await?;
        note(runs, replay::read(&bench).await?);
        note(runs, stock::replay(&bench.pools.owner).await?);
        note(runs, stock::rebuild(&bench.pools.owner).await?);
        note(runs, replay::verified(&bench).await?);
    }
    bench.pools.close().await;
    Ok(())
}

/// A ledger of real purchases: rebuilt, followed and asked in this process, then served by the
/// program under load.
async fn ledger_rounds(folder: &Path, arguments: &Arguments, runs: &mut Vec<Run>) -> Result<()> {
    let (data, imported) = ledger::make(folder, arguments.copies).await?;
    if let Some(run) = imported {
        note(runs, run);
    }
    if arguments.wants("ledger") || arguments.wants("as-of") {
        let laboratory = Laboratory::start(&data.join("postgres"))?;
        let bench = laboratory.open("billfold").await?;
        let all: Vec<&'static str> = PROJECTIONS.iter().map(|definition| definition.name).collect();
        if !arguments.wants("ledger") {
            // an import leaves the read models to the server
            note(runs, ledger::rebuilt(&bench, &["journal", "account_balances"]).await?);
        }
        for _ in 0..arguments.rounds {
            if arguments.wants("ledger") {
                note(runs, ledger::rebuilt(&bench, &["invoice_list"]).await?);
                note(runs, ledger::rebuilt(&bench, &all).await?);
                note(runs, ledger::followed(&bench, 1_000).await?);
            }
            if arguments.wants("as-of") {
                note(runs, ledger::asked_as_of(&bench, 2_000).await?);
            }
        }
        bench.pools.close().await;
    }
    if arguments.wants("http") {
        let span = Duration::from_secs(arguments.seconds);
        let served = program::Served::start(&data, &ledger::seller()?.to_string()).await?;
        for _ in 0..arguments.rounds {
            note(runs, http::reads(&served, 64, span).await?);
            note(runs, http::commands(&served, 256, span).await?);
        }
        served.stop().await?;
    }
    Ok(())
}

/// Durable commands over a log of 100,000 events, a million, and as many as asked for.
async fn growth(laboratory: &Laboratory, arguments: &Arguments, runs: &mut Vec<Run>) -> Result<()> {
    let bench = laboratory.fresh("bench_growth").await?;
    let store = open(&bench).await?;
    let tenant = Uuid::now_v7();
    let span = Duration::from_secs(arguments.seconds);
    let mut steps = vec![100_000, 1_000_000, arguments.events];
    steps.retain(|events| *events <= arguments.events);
    steps.dedup();
    for events in steps {
        let head = u64::try_from(bench.head().await?)?;
        let missing = events.saturating_sub(head) / 2;
        note(runs, durable::bulk(&store, tenant, missing, 5_000).await?);
        for _ in 0..arguments.rounds {
            let run = durable::commands(&store, tenant, 256, span).await?;
            let point = format!("256 in flight, {events} events");
            note(runs, Run { bench: "growth".into(), point, ..run });
        }
    }
    store.close().await;
    bench.pools.close().await;
    Ok(())
}

/// Keeps a run and shows it at once.
fn note(runs: &mut Vec<Run>, run: Run) {
    let p99 =
        run.latency_ms.map_or(String::new(), |l| format!("  p50 {:.2} p99 {:.2} ms", l[0], l[2]));
    eprintln!(
        "{:<18} {:<32} {:<22} {:>10.0} {}{p99}",
        run.bench, run.side, run.point, run.rate, run.unit
    );
    runs.push(run);
}

/// Writes the raw JSON: machine, medians, every run.
async fn publish(laboratory: &Laboratory, arguments: &Arguments, runs: &[Run]) -> Result<()> {
    if runs.is_empty() {
        bail!("nothing was measured");
    }
    let bench = laboratory.open("bench_probe").await?;
    let settings = bench.settings().await?;
    let version = settings.first().cloned().unwrap_or_default();
    let machine = probe::machine(laboratory.dir(), version, settings)?;
    let document = json!({
        "machine": machine,
        "rounds": arguments.rounds,
        "seconds_per_point": arguments.seconds,
        "medians": report::lines(runs),
        "runs": runs,
    });
    let text = serde_json::to_string_pretty(&document)?;
    match &arguments.out {
        Some(path) => std::fs::write(path, text)
            .with_context(|| format!("could not write {}", path.display()))?,
        None => println!("{text}"),
    }
    bench.pools.close().await;
    Ok(())
}

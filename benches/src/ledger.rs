//! A ledger of real purchases: imported by the program, then rebuilt, followed and asked.

use crate::laboratory::Bench;
use crate::program;
use crate::report::{Latencies, Run};
use anyhow::{Context, Result, ensure};
use billfold_app::imports::purchases;
use billfold_domain::kernel::{Currency, TenantId};
use billfold_domain::ledger::accounts::RECEIVABLE;
use billfold_event_store::feed::Feed;
use billfold_event_store::follower::{FollowOptions, Follower, register};
use billfold_projections::account_balances::{self, When};
use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_projections::{AsOf, Definition, Followed, Reads, find, generation};
use rand::RngExt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Customers of the data set; a copy of it has customers of its own.
const CUSTOMERS: u64 = 23_570;
/// The read model that is rebuilt and followed alone.
const VIEW: &str = "invoice_list";

/// The ledger's data folder: made by an import of the data set, `copies` times over, unless it is
/// there. The second part is the run of that import.
///
/// # Errors
/// The import fails.
pub(crate) async fn make(folder: &Path, copies: u64) -> Result<(PathBuf, Option<Run>)> {
    let data = folder.join(format!("ledger-{copies}"));
    let done = data.join("imported");
    if done.exists() {
        return Ok((data, None));
    }
    std::fs::create_dir_all(&data)?;
    let file = data.join("purchases.txt");
    multiply(&file, copies)?;
    let start = Instant::now();
    let report = program::import(&data, &file).await?;
    let events = report["events"].as_u64().context("events of the import")?;
    let run = run("import-purchases", "whole command, proofs included", events, start);
    std::fs::write(done, report.to_string())?;
    Ok((data, Some(run)))
}

/// Writes the purchases `copies` times, each time of other customers.
fn multiply(file: &Path, copies: u64) -> Result<()> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let text =
        std::fs::read_to_string(source).with_context(|| format!("could not read {source}"))?;
    let mut lines = text.lines();
    let mut all = format!("{}\n", lines.next().unwrap_or_default());
    for line in lines {
        let (customer, rest) = line.trim_start().split_once(' ').context("a purchase")?;
        let customer: u64 = customer.parse()?;
        for copy in 0..copies {
            writeln!(all, " {:05} {rest}", customer + copy * CUSTOMERS)?;
        }
    }
    std::fs::write(file, all)?;
    Ok(())
}

/// The seller of the purchases.
///
/// # Errors
/// Never: its facts are built in.
pub(crate) fn seller() -> Result<TenantId> {
    Ok(purchases::seller()?.0)
}

/// Rebuilds read models and proves them; events per second, counted once however many are built.
///
/// # Errors
/// A proof does not hold.
pub(crate) async fn rebuilt(bench: &Bench, names: &[&'static str]) -> Result<Run> {
    let definitions = names.iter().map(|name| Ok(find(name)?)).collect::<Result<Vec<_>>>()?;
    let head = bench.head().await?;
    let start = Instant::now();
    let built =
        rebuild(&bench.pools.owner, &definitions, &Options::default(), &Watch::silent()).await?;
    ensure!(built.iter().all(|it| it.position == head), "a rebuild ended before the head");
    let point = match names {
        [one] => format!("{one}, proofs included"),
        all => format!("all {} read models, proofs included", all.len()),
    };
    let run = run("rebuild", &point, u64::try_from(head)?, start);
    for definition in definitions {
        drop_retired(bench, definition).await?;
    }
    Ok(run)
}

/// Folds the log page by page into a fresh generation, as following does; events per second.
///
/// # Errors
/// The generation can't be filled.
pub(crate) async fn followed(bench: &Bench, page: u32) -> Result<Run> {
    let definition = find(VIEW)?;
    let head = bench.head().await?;
    let projector = Followed::new(definition);
    let generation = next_generation(bench, definition).await?;
    let mut owner = bench.pools.owner.acquire().await?;
    generation::create(&mut owner, definition, generation).await?;
    generation::finish(&mut owner, definition, generation).await?;
    register(&mut owner, VIEW, generation, &definition.code_hash(), generation::LOG).await?;
    let feed = Feed::new(bench.pools.feed.clone(), generation::LOG);
    let follower = Follower::new(bench.pools.feed.clone(), feed);
    let options = FollowOptions { page, ..FollowOptions::new("bench") };
    let start = Instant::now();
    let reached = follower.catch_up(&projector, generation, head, &options).await?;
    let run =
        run("live-projector", &format!("{VIEW}, pages of {page}"), u64::try_from(reached)?, start);
    generation::remove(&mut owner, definition, generation).await?;
    Ok(run)
}

/// Asks for the balance of the receivables account as of positions all over the log.
///
/// # Errors
/// A balance can't be read.
pub(crate) async fn asked_as_of(bench: &Bench, questions: usize) -> Result<Run> {
    let (tenant, head) = (seller()?, bench.head().await?);
    let reads = Reads::new(bench.pools.app.clone());
    let (account, currency) = (RECEIVABLE, Currency::parse("USD")?);
    let mut taken = Latencies::default();
    let start = Instant::now();
    for _ in 0..questions {
        let position = rand::rng().random_range(1..=head);
        let when = When { as_of: AsOf::Position(position), effective_on: None };
        let asked = Instant::now();
        account_balances::balance(&reads, tenant, account, currency, when).await?;
        taken.add(asked.elapsed());
    }
    let point = format!("one account over {head} events");
    let rate = questions as f64 / start.elapsed().as_secs_f64();
    let run = Run::new("as-of-balance", "billfold", &point, rate, "questions/s");
    Ok(Run { latency_ms: taken.percentiles(), ..run })
}

async fn next_generation(bench: &Bench, definition: &Definition) -> Result<i32> {
    let mut owner = bench.pools.owner.acquire().await?;
    let all = generation::Generation::all(&mut owner, definition.name).await?;
    Ok(all.last().map_or(0, |last| last.generation) + 1)
}

async fn drop_retired(bench: &Bench, definition: &'static Definition) -> Result<()> {
    let mut owner = bench.pools.owner.acquire().await?;
    for old in generation::Generation::all(&mut owner, definition.name).await? {
        if !old.answers() {
            generation::remove(&mut owner, definition, old.generation).await?;
        }
    }
    Ok(())
}

/// A run that took from `start` until now.
fn run(bench: &str, point: &str, events: u64, start: Instant) -> Run {
    Run::of_events(bench, point, events as f64 / start.elapsed().as_secs_f64())
}

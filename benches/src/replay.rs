//! Reading the whole log into typed events, and verifying its chain.

use crate::laboratory::Bench;
use crate::report::Run;
use crate::workload::{BenchEvent, BenchState};
use anyhow::{Context, Result, ensure};
use billfold_event_store::chain::{DatabaseSource, VerifyOptions, verify};
use billfold_event_store::copy::{self, Fact, Range};
use std::time::Instant;

/// Replays every event into typed events and folds them; events per second.
///
/// # Errors
/// The log can't be read to its head.
pub(crate) async fn read(bench: &Bench) -> Result<Run> {
    let range = Range { log_id: 1, after: 0, through: bench.head().await? };
    let start = Instant::now();
    let (count, state) = copy::fold::<Fact, _, serde_json::Error>(
        &bench.pools.feed,
        range,
        (0_u64, BenchState::default()),
        |(count, state), event| {
            let body: BenchEvent = serde_json::from_str(event.payload)?;
            state.fold(&body);
            *count += 1;
            Ok(())
        },
    )
    .await
    .context("the replay failed")?;
    let rate = count as f64 / start.elapsed().as_secs_f64();
    std::hint::black_box(state);
    Ok(Run::of_events("replay-read", "typed events, COPY", rate))
}

/// Derives the whole chain again: leaves, roots, batches, receipts, streams; events per second.
///
/// # Errors
/// The log can't be read, or is not sound.
pub(crate) async fn verified(bench: &Bench) -> Result<Run> {
    let start = Instant::now();
    let mut source = DatabaseSource::open(&bench.pools.feed, 1).await?;
    let report = verify(&mut source, VerifyOptions::default(), |_| {}).await?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(report.is_sound(), "the log is damaged: {:?}", report.first());
    Ok(Run::of_events("verify", "whole chain", report.position as f64 / seconds))
}

//! What a bench prints: figures with their spread, and the machine they were taken on.
//!
//! Every side of a comparison runs interleaved with the others, at least three times; medians are
//! reported with the lowest and highest run. The raw JSON keeps each run.

use serde::Serialize;
use std::time::Duration;

/// One measured run of one side.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    /// Which bar of the harness, such as `durable-commands`.
    pub(crate) bench: String,
    /// Which side, such as `billfold` or `postgres-es`.
    pub(crate) side: String,
    /// What varies inside the bench, such as `256 in flight`.
    pub(crate) point: String,
    /// Units per second.
    pub(crate) rate: f64,
    /// What is counted.
    pub(crate) unit: String,
    /// Latency percentiles in milliseconds: 50, 95, 99, 99.9; absent where nothing waits.
    pub(crate) latency_ms: Option<[f64; 4]>,
    /// Peak resident memory of this process at the end of the run, MiB.
    pub(crate) rss_mib: u64,
}

impl Run {
    /// A run whose memory is that of this process until now, and in which nothing waited.
    pub(crate) fn new(bench: &str, side: &str, point: &str, rate: f64, unit: &str) -> Self {
        Self {
            bench: bench.into(),
            side: side.into(),
            point: point.into(),
            rate,
            unit: unit.into(),
            latency_ms: None,
            rss_mib: rss_mib(),
        }
    }

    /// A run of our own side that counts events.
    pub(crate) fn of_events(bench: &str, point: &str, rate: f64) -> Self {
        Self::new(bench, "billfold", point, rate, "events/s")
    }
}

/// Latencies of one run.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// Adds one latency, kept in microseconds.
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds all of another task's latencies.
    pub(crate) fn merge(&mut self, other: Latencies) {
        self.0.extend(other.0);
    }

    /// How many were taken.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The percentiles of a [`Run`].
    pub(crate) fn percentiles(&mut self) -> Option<[f64; 4]> {
        if self.0.is_empty() {
            return None;
        }
        self.0.sort_unstable();
        let at = |permille: usize| {
            let index = (self.0.len() * permille / 1000).min(self.0.len() - 1);
            f64::from(self.0[index]) / 1000.0
        };
        Some([at(500), at(950), at(990), at(999)])
    }
}

/// A median line over the runs of one side and point.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// See [`Run::bench`].
    pub(crate) bench: String,
    /// See [`Run::side`].
    pub(crate) side: String,
    /// See [`Run::point`].
    pub(crate) point: String,
    /// Median rate.
    pub(crate) median: f64,
    /// Lowest rate.
    pub(crate) low: f64,
    /// Highest rate.
    pub(crate) high: f64,
    /// See [`Run::unit`].
    pub(crate) unit: String,
    /// Latencies of the median run.
    pub(crate) latency_ms: Option<[f64; 4]>,
    /// Highest memory of the runs, MiB.
    pub(crate) rss_mib: u64,
}

/// One line per (bench, side, point), in the order in which they first ran.
pub(crate) fn lines(runs: &[Run]) -> Vec<Line> {
    let mut keys: Vec<(&str, &str, &str)> = Vec::new();
    for run in runs {
        let key = (run.bench.as_str(), run.side.as_str(), run.point.as_str());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.into_iter().filter_map(|key| line(runs, key)).collect()
}

fn line(runs: &[Run], (bench, side, point): (&str, &str, &str)) -> Option<Line> {
    let mut own: Vec<&Run> =
        runs.iter().filter(|r| r.bench == bench && r.side == side && r.point == point).collect();
    own.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let middle = own.get(own.len() / 2)?;
    Some(Line {
        bench: bench.into(),
        side: side.into(),
        point: point.into(),
        median: middle.rate,
        low: own.first()?.rate,
        high: own.last()?.rate,
        unit: middle.unit.clone(),
        latency_ms: middle.latency_ms,
        rss_mib: own.iter().map(|r| r.rss_mib).max()?,
    })
}

/// Peak resident memory of this process in MiB; 0 where the system does not tell.
fn rss_mib() -> u64 {
    rss_of("self")
}

/// Peak resident memory of process `pid` (or `self`) in MiB; 0 where the system does not tell.
pub(crate) fn rss_of(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

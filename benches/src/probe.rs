//! What the machine can do: processor, memory, and how long one `fdatasync` of 8 kB takes.
//!
//! Figures of a noisy machine mean little without this beside them.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

/// The machine and its disk at the time of the run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Processor model.
    pub(crate) processor: String,
    /// Logical processors.
    pub(crate) processors: usize,
    /// Memory, MiB.
    pub(crate) memory_mib: u64,
    /// Kernel release.
    pub(crate) kernel: String,
    /// Version of the PostgreSQL server.
    pub(crate) postgres: String,
    /// Server settings that matter, as `name=value`.
    pub(crate) settings: Vec<String>,
    /// Median of 200 `fdatasync` calls of 8 kB in the data folder, milliseconds.
    pub(crate) fdatasync_ms: f64,
}

/// Times 200 writes of 8 kB with `fdatasync` in `dir`; the median in milliseconds.
pub(crate) fn fdatasync_ms(dir: &Path) -> Result<f64> {
    let path = dir.join("fsync-probe");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("could not make {}", path.display()))?;
    let block = [7_u8; 8192];
    let mut taken = Vec::with_capacity(200);
    for _ in 0..200 {
        file.seek(SeekFrom::Start(0))?;
        let start = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        taken.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(&path)?;
    taken.sort_by(f64::total_cmp);
    Ok(taken[taken.len() / 2])
}

/// First value of `key` in a `/proc` file such as `/proc/cpuinfo`.
fn proc_value(file: &str, key: &str) -> String {
    std::fs::read_to_string(file)
        .unwrap_or_default()
        .lines()
        .find(|line| line.starts_with(key))
        .and_then(|line| line.split(':').nth(1))
        .map_or_else(|| "unknown".into(), |value| value.trim().to_owned())
}

/// Describes the machine; the server's part is filled in by the caller.
pub(crate) fn machine(dir: &Path, postgres: String, settings: Vec<String>) -> Result<Machine> {
    let memory = proc_value("/proc/meminfo", "MemTotal");
    let kib: u64 = memory.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
    Ok(Machine {
        processor: proc_value("/proc/cpuinfo", "model name"),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mib: kib / 1024,
        kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        postgres,
        settings,
        fdatasync_ms: fdatasync_ms(dir)?,
    })
}

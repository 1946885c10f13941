//! `bench`: measures the bars of the project on this machine and prints raw JSON.
//!
//! Sides of a comparison run interleaved, at least three times. No test depends on a figure from here.

mod durable;
mod pgbench;
mod probe;
mod report;
mod stock;
mod workload;

fn main() {}

//! Slows guessing: after some failures an address waits, however right the next password is.
//!
//! Guarantees: bounded memory; a success clears the count. Counts live in this process only, which
//! bounds guessing per node; a limit in front of all nodes belongs to the edge.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that cost nothing but time to type.
const FREE_FAILURES: u32 = 5;
/// How long failures are remembered.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Addresses remembered at most.
const ADDRESSES: usize = 10_000;

pub(super) struct Throttle(Mutex<HashMap<String, (u32, Instant)>>);

impl Throttle {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// How long this address must still wait, if at all.
    pub(super) fn wait(&self, address: &str) -> Option<Duration> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = *failures.get(address)?;
        let over = count.checked_sub(FREE_FAILURES)?;
        let pause = Duration::from_secs(2 << over.min(8)).min(WINDOW);
        pause.checked_sub(last.elapsed()).filter(|left| !left.is_zero())
    }

    pub(super) fn failed(&self, address: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ADDRESSES {
            failures.retain(|_, (_, last)| last.elapsed() < WINDOW);
            if failures.len() >= ADDRESSES {
                failures.clear();
            }
        }
        let entry = failures.entry(address.to_owned()).or_insert((0, Instant::now()));
        if entry.1.elapsed() >= WINDOW {
            entry.0 = 0;
        }
        *entry = (entry.0.saturating_add(1), Instant::now());
    }

    pub(super) fn succeeded(&self, address: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_makes_an_address_wait_and_a_success_clears_it() {
        let throttle = Throttle::new();
        for _ in 0..FREE_FAILURES - 1 {
            throttle.failed("a");
            assert_eq!(throttle.wait("a"), None);
        }
        throttle.failed("a");
        assert!(throttle.wait("a").is_some());
        assert_eq!(throttle.wait("b"), None);
        throttle.succeeded("a");
        assert_eq!(throttle.wait("a"), None);
    }
}

//! Whether presuming pays: it does not where many commands come a second time or fail, or where
//! other processes append to the same log.

use std::sync::atomic::{AtomicU32, Ordering};

use metrics::counter;

use super::read::Presumption;

/// Batches that do without a presumption after one that did not hold.
const BATCHES: u32 = 16;

/// What the writers of a store have learned lately.
#[derive(Debug, Default)]
pub(super) struct Caution {
    look_up: AtomicU32,
    lock: AtomicU32,
}

impl Caution {
    /// What the next batch may presume.
    pub(super) fn allows(&self) -> Presumption {
        let spend = |left: u32| left.checked_sub(1);
        let spent = |batches: &AtomicU32| {
            batches.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok()
        };
        match (spent(&self.look_up), spent(&self.lock)) {
            (true, _) => Presumption::None,
            (false, true) => Presumption::New,
            (false, false) => Presumption::Next,
        }
    }

    /// A key or a stream presumed new was not, or it could not be proved.
    pub(super) fn look_up(&self) {
        self.look_up.store(BATCHES, Ordering::Relaxed);
        counter!("billfold_log_presumptions_failed_total").increment(1);
    }

    /// Somebody else appended while a batch was decided.
    pub(super) fn lock(&self) {
        self.lock.store(BATCHES, Ordering::Relaxed);
        counter!("billfold_log_presumptions_failed_total").increment(1);
    }
}

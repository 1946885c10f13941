//! Whether presuming pays: it does not where many commands come a second time or fail.

use std::sync::atomic::{AtomicU32, Ordering};

use metrics::counter;

use super::read::Presumption;

/// Batches that are looked up in full after a presumption that did not hold.
const BATCHES: u32 = 16;

/// What the writers of a store have learned lately.
#[derive(Debug, Default)]
pub(super) struct Caution {
    batches: AtomicU32,
}

impl Caution {
    /// What the next batch may presume.
    pub(super) fn allows(&self) -> Presumption {
        let spent = |left: u32| left.checked_sub(1);
        match self.batches.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent) {
            Ok(_) => Presumption::None,
            Err(_) => Presumption::New,
        }
    }

    /// Something presumed was not so, or could not be proved.
    pub(super) fn raise(&self) {
        self.batches.store(BATCHES, Ordering::Relaxed);
        counter!("billfold_log_presumptions_failed_total").increment(1);
    }
}

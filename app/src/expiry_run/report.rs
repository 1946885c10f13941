//! What an expiry run did, or would do.

use std::collections::BTreeMap;
use std::fmt;

use billfold_domain::kernel::{Currency, Money, MoneyRefusal};
use serde::Serialize;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Active cards whose last day is over.
    pub lapsed: u64,
    /// Cards that expired.
    pub expired: u64,
    /// Cards that expired or were cancelled between the question and the answer.
    pub passed_over: u64,
    /// What was left on those that expired, by currency.
    pub given_up: BTreeMap<Currency, Money>,
    /// The log position of the last event; none if nothing was appended.
    pub position: Option<i64>,
    /// Whether nothing was appended.
    pub rehearsed: bool,
    /// Whether the run ended before its end.
    pub interrupted: bool,
}

impl Report {
    /// Counts a card: what was left on it if it expired now, and where that stands in the log.
    ///
    /// # Errors
    /// A sum is more than money can be.
    pub(super) fn count(
        &mut self,
        (left, position): (Option<Money>, Option<i64>),
    ) -> Result<(), MoneyRefusal> {
        self.lapsed += 1;
        self.position = self.position.max(position);
        let Some(left) = left else {
            self.passed_over += 1;
            return Ok(());
        };
        self.expired += 1;
        let sum = self.given_up.entry(left.currency());
        let sum = sum.or_insert_with(|| Money::zero(left.currency()));
        *sum = sum.checked_add(left)?;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lapsed, expired, passed_over, .. } = self;
        let done = if self.rehearsed { "would expire" } else { "expired" };
        write!(f, "{lapsed} gift cards = {expired} {done} + {passed_over} passed over")?;
        for left in self.given_up.values() {
            write!(f, "\n{left} given up")?;
        }
        if self.interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}

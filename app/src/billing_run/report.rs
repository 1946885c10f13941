//! What a billing run did, or would do.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use billfold_domain::kernel::{ClientId, Currency, Money, MoneyRefusal};
use serde::Serialize;

use crate::error::Refused;

/// How many of the largest documents are named.
const LARGEST: usize = 10;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Accounts with something due; one whose lines fill several documents counts for each.
    pub planned: u64,
    /// Accounts that got a document, likewise.
    pub issued: u64,
    /// Accounts of which nothing was due after all: somebody else billed them, or only days without
    /// a price passed.
    pub skipped: u64,
    /// Accounts that a rule refused, with the reason.
    pub quarantined: Vec<Quarantined>,
    /// What was billed and given back, by currency.
    pub sums: BTreeMap<Currency, Sums>,
    /// The documents with the largest totals, largest first.
    pub largest: Vec<Change>,
    /// Whether nothing was appended.
    pub rehearsed: bool,
    /// Whether the run ended before its end: it was told to, or too much was refused.
    pub interrupted: bool,
}

/// An account that was not billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Whose.
    pub client_id: ClientId,
    /// In which currency.
    pub currency: Currency,
    /// Why.
    pub reason: Refused,
}

/// What documents of one currency come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Invoices, with tax.
    pub invoiced: Money,
    /// Number of invoices.
    pub invoices: u64,
    /// Credit notes, with tax; positive.
    pub credited: Money,
    /// Number of credit notes.
    pub credit_notes: u64,
}

/// One document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Whose.
    pub client_id: ClientId,
    /// With tax; negative on a credit note.
    pub total: Money,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Accounts answered so far.
    pub accounts: u64,
    /// Documents so far.
    pub issued: u64,
    /// From the first read to the durable answer of the batch that was answered last.
    pub took: Duration,
}

impl Report {
    /// Counts a document.
    ///
    /// # Errors
    /// A sum is more than money can be.
    pub(super) fn count(&mut self, client_id: ClientId, total: Money) -> Result<(), MoneyRefusal> {
        self.issued += 1;
        let nothing = Money::zero(total.currency());
        let blank = Sums { invoiced: nothing, invoices: 0, credited: nothing, credit_notes: 0 };
        let sums = self.sums.entry(total.currency()).or_insert(blank);
        if total.is_negative() {
            sums.credited = sums.credited.checked_sub(total)?;
            sums.credit_notes += 1;
        } else {
            sums.invoiced = sums.invoiced.checked_add(total)?;
            sums.invoices += 1;
        }
        let size = |change: &Change| change.total.abs().minor();
        let change = Change { client_id, total };
        let at = self.largest.partition_point(|known| size(known) >= size(&change));
        self.largest.insert(at, change);
        self.largest.truncate(LARGEST);
        Ok(())
    }

    /// Whether every planned account was answered in one way.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let quarantined = u64::try_from(self.quarantined.len()).unwrap_or(u64::MAX);
        self.planned == self.issued + self.skipped + quarantined
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { planned, issued, skipped, quarantined, .. } = self;
        let done = if self.rehearsed { "would be issued" } else { "issued" };
        let held = quarantined.len();
        write!(f, "{planned} planned = {issued} {done} + {skipped} skipped + {held} quarantined")?;
        for sums in self.sums.values() {
            let Sums { invoiced, invoices, credited, credit_notes } = sums;
            write!(f, "\n{invoiced} on {invoices} invoices, ")?;
            write!(f, "{credited} given back on {credit_notes} credit notes")?;
        }
        for Change { client_id, total } in &self.largest {
            write!(f, "\nlargest      {client_id}  {total}")?;
        }
        for Quarantined { client_id, reason, .. } in quarantined {
            write!(f, "\nquarantined  {client_id}  {}: {}", reason.code, reason.detail)?;
        }
        if self.interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}

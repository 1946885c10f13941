//! Which months are closed, as a fold that sums postings by day sees it: the fact of a closed month
//! counts on the first open day (EVT-11).
//!
//! Guarantees: what counts is the order of the log, so that a rebuild gives the same days, and a
//! closing moves nothing that was posted before it. Absent on purpose: who may close what, which is
//! the domain's to say.

use billfold_domain::accounting_period::{Month, posting_day};
use billfold_domain::kernel::TenantId;
use billfold_domain::schema::Event;
use chrono::NaiveDate;

use crate::fact::Fact;
use crate::projection::FoldError;
use crate::row::row;
use crate::table::{Replaced, Table};

row! {
    /// How far a seller's books are closed.
    pub struct ClosingRow in "closings" {
        key {
            /// The seller.
            tenant_id: TenantId,
        }
        replaced {
            /// The last day that is closed; nothing while everything is open.
            closed_through: Option<NaiveDate>,
        }
    }
}

/// The kind of streams that close months; a projection that asks for posting days reads it.
pub(crate) const STREAM: &str = "accounting_period";

/// Closed months by seller.
#[derive(Debug, Default)]
pub struct Closings(Replaced<ClosingRow>);

impl Closings {
    /// The table that keeps them.
    pub(crate) fn table(&mut self) -> &mut dyn Table {
        &mut self.0
    }

    /// Takes a fact about periods; any other changes nothing.
    pub(crate) fn take(&mut self, fact: &Fact<'_>) -> Result<(), FoldError> {
        if fact.aggregate_type != STREAM {
            return Ok(());
        }
        if let Event::AccountingPeriod(event) = fact.event()?
            && let Some(closed) = event.closes_through()
        {
            self.0.put(ClosingRow {
                tenant_id: fact.tenant(),
                closed_through: closed.map(Month::last_day),
                last_position: fact.position,
            });
        }
        Ok(())
    }

    /// The day on which a fact is posted.
    pub(crate) fn posting_day(&mut self, fact: &Fact<'_>) -> Result<NaiveDate, FoldError> {
        let closed = self.0.look(&(fact.tenant(),)).and_then(|row| row.closed_through);
        Ok(posting_day(fact.effective_on()?, closed.and_then(Month::of)))
    }
}

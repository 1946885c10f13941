//! What a recognition of revenue did, or would do.

use std::fmt;

use billfold_domain::kernel::ProductId;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::recognition::RevenueRecognised;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The last day of the run.
    pub through: NaiveDate,
    /// The days on which something became revenue, in their order.
    pub days: Vec<RevenueRecognised>,
    /// Whether nothing was appended.
    pub rehearsed: bool,
    /// Whether the run was told to stop before its end.
    pub interrupted: bool,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Days answered so far.
    pub done: u64,
    /// Days there are.
    pub of: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.rehearsed { "would be recognised" } else { "is recognised" };
        write!(f, "revenue {done} through {}", self.through)?;
        if self.days.is_empty() {
            write!(f, "\nnothing was to be posted")?;
        }
        for RevenueRecognised { through, earned } in &self.days {
            for sum in earned {
                let product = |id: ProductId| format!("  {id}");
                let product = sum.product_id.map(product).unwrap_or_default();
                write!(f, "\n{through}  {}  {}{product}", sum.amount, sum.kind.word())?;
            }
        }
        if self.interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}

//! Revenue: when an amount that was billed is earned.
//!
//! | question                                        | answered by         |
//! | ----------------------------------------------- | ------------------- |
//! | which part of a billed amount is earned when    | [`Schedule`]        |
//! | what a contract's change means for its months   | [`Contract::change`] |
//! | how figures that were posted are put right      | [`adjust`]          |
//! | what the parts of a bundle are worth            | [`allocate`]        |
//! | what the day's recognition posts                | [`ledger::recognition`] |
//!
//! Guarantees that what is recognised and what is deferred is what was billed, to the cent, at
//! the end of every month and of every day in between; that no month takes more than is left; and
//! that a posted month is never edited. Each month is rounded for itself and the last one takes
//! the rest. Sources: IFRS 15 and ASC 606 (606-10-32-31 for bundles); case families
//! `revrec.schedule`, `revrec.change`, `revrec.adjust`, `revrec.allocation`; scope id EVT-27.
//!
//! Absent on purpose: events and a clock. An invoice's posting defers a line whose days of service
//! lie ahead; the line itself (net, days of service, kind) is all a [`Schedule`] is made of, so
//! nothing about it is stored. The day's recognition is called by a job of the application
//! (`app`, beside the billing run): once per tenant and day at the seller's place, for the lines
//! whose service covers that day, it asks each schedule for
//! [`recognised_between`](Schedule::recognised_between) the last day that was posted and the new
//! one, sums by kind of line, and posts the sum through [`ledger::recognition`]. The key of that
//! command is tenant and day, so that a second run, another process or a day that was missed
//! changes nothing twice. A credit note asks the same schedule what is
//! [`deferred_on`](Schedule::deferred_on) its day: that part goes against deferred revenue, the
//! rest against revenue.
//!
//! [`ledger::recognition`]: crate::ledger::recognition

mod adjustment;
mod allocation;
mod change;
mod error;
mod schedule;
mod spread;
#[cfg(test)]
mod tests;

pub use adjustment::{Adjusted, AdjustmentMethod, adjust};
pub use allocation::allocate;
pub use change::{Change, Changed, Contract};
pub use error::RevenueRefusal;
pub use schedule::{MOST_MONTHS, RecognitionMethod, RevenueMonth, Schedule};

//! Revenue: when an amount that was billed is earned.
//!
//! | question                                        | answered by         |
//! | ----------------------------------------------- | ------------------- |
//! | which part of a billed amount is earned when    | [`Schedule`]        |
//! | what a line that was deferred earned by a day   | [`Deferral`]        |
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
//! lie ahead; the line itself (net, days of service, kind) is all a [`Deferral`] is made of, so
//! nothing about it is stored. The day's recognition is asked for by a job of the application
//! (`app::recognition_run`): once per tenant and day at the seller's place, it sums what every
//! line that was deferred earned once that day is over, and [`crate::recognition`] posts the
//! difference to what it posted before through [`ledger::recognition`]. So a second run, another
//! process or a day that was missed changes nothing twice.
//!
//! A credit note, or a void, takes back of deferred revenue what its own lines say and has a
//! schedule of its own over the same days: of a whole line that mirrors the invoice's, what was
//! recognised before the note's day goes out of revenue with that day's recognition, and nothing
//! is left. The note's posting needs no schedule and stays what it was when it was written.
//!
//! [`ledger::recognition`]: crate::ledger::recognition

mod adjustment;
mod allocation;
mod change;
mod deferral;
mod error;
mod schedule;
mod spread;
#[cfg(test)]
mod tests;

pub use adjustment::{Adjusted, AdjustmentMethod, adjust};
pub use allocation::allocate;
pub use change::{Change, Changed, Contract};
pub use deferral::Deferral;
pub use error::RevenueRefusal;
pub use schedule::{MOST_MONTHS, RecognitionMethod, RevenueMonth, Schedule};

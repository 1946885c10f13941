//! Receivables: what is owed on issued invoices, by how late it is and by what falls due when.
//!
//! [`Aging`] puts open amounts into buckets of days, [`allocate`] says what is left of instalments.
//! Guarantees that buckets sum to what is open and that money is set against what falls due
//! first. Absent on purpose: what anybody does about it, which is [`dunning`](crate::dunning);
//! and money nobody matched, which is no receivable.

mod aging;
mod terms;
#[cfg(test)]
mod tests;

pub use aging::{Aged, Aging, AgingBounds, Bucket, OpenInvoice};
pub use terms::{Allocated, Instalment, allocate};

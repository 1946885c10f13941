//! Electronic invoices: what EN 16931 wants a document to say before it may be issued.
//!
//! | question                                     | answered by                          |
//! | -------------------------------------------- | ------------------------------------ |
//! | what do lines, allowances and charges sum to | [`Amounts::totals`]                  |
//! | do stated totals agree with each other       | [`Stated::broken`]                   |
//! | may a document be issued as it is            | [`check`] over a [`Document`]        |
//! | which document is an invoice of ours         | [`Document::of_invoice`]             |
//! | which rule is broken, in which field         | [`Unissuable`], [`Broken`], [`Rule`] |
//!
//! Guarantees that every amount is exact up to the one rounding the standard names (a line's net,
//! a group's tax), and that a document is told everything that is wrong with it at once, each by
//! the id of the standard's rule. Case families `einvoice.totals` and `einvoice.validate`; scope
//! ids INV-07, INV-24.
//!
//! Absent on purpose: XML, and the rules that only a syntax can break. Whoever writes UBL or CII
//! names the specification (BR-01), leaves rates and VAT ids out of a document of category O
//! (BR-O-02, BR-O-05) and names its seller by the tenant's own id instead. Rules about decimals
//! (BR-DEC) are absent too: money has the decimals of its currency, and a currency with three of
//! them is billed although no electronic invoice can say so.

mod amounts;
mod billed;
mod check;
mod document;
mod refusal;
mod rule;
mod stated;
#[cfg(test)]
mod tests;

pub use amounts::{Amounts, DocumentAmount, PricedLine, TaxSubtotal, Totals, TotalsRefusal};
pub use billed::PIECE;
pub use check::check;
pub use document::{Document, DocumentLine, DocumentProfile, Party, TaxBreakdown};
pub use refusal::{Broken, Unissuable};
pub use rule::{CategoryRule, Rule, needs_reason};
pub use stated::{Stated, StatedTotals};

pub use crate::tax::ExemptionReason;

//! A credit note: what is given back of an invoice, with its tax, and what becomes of it.
//!
//! | question                               | answered by           |
//! | -------------------------------------- | --------------------- |
//! | what does a note over some lines say   | [`Creditable::credit`] |
//! | what is a service worth that ends early | [`termination`]       |
//! | what may staff give back of an invoice | [`Correction::of`]    |
//! | is it sent back, kept or set off       | [`settle`]            |
//! | may it be issued, and what does it post | [`CreditNote`]       |
//!
//! Guarantees that a note copies the invoice's taxes, that no line is credited twice, and that
//! the notes of an invoice which is given back whole sum to it exactly, tax and coupon included.
//! An issued note never changes. Absent on purpose: money itself: a note and its refund are two
//! facts.

mod command;
mod correction;
mod decide;
mod error;
mod event;
mod notes;
mod settlement;
mod state;
mod termination;
#[cfg(test)]
mod tests;

pub use command::{CreditNoteCommand, IssueCreditNote};
pub use correction::{Correction, CreditPart, CreditScope, HowMuch, Left};
pub use error::CreditNoteRefusal;
pub use event::{CreditNoteEvent, IssuedNote, Offset};
pub use notes::{Creditable, CreditableLine, NoteAmounts, NoteItem, spread_coupon};
pub use settlement::{Settlement, SettlementMode, settle};
pub use state::CreditNote;
pub use termination::termination;

pub use crate::invoice::Corrected;

//! The specification of credit notes: the rules of notes, and what goes back of an invoice by notes
//! of every kind.

mod correcting;
mod notes;

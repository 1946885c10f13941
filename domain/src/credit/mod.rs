//! Credit of a client: what may be spent on invoices before money is asked for.
//!
//! A balance is kept for each client and currency, under an id that follows from both
//! ([`CreditBalance::id_of`]).
//!
//! | state  | grant  | spend  |
//! | ------ | ------ | ------ |
//! | absent | held   | –      |
//! | held   | held   | held   |
//!
//! Guarantees that a balance never falls below zero, that every amount in it names where it came
//! from and every amount spent names its invoice, and that credit is used in one order
//! ([`apply()`]: credit notes before money paid ahead, older before newer). Absent on purpose:
//! posting what is granted, since the fact it came from (a credit note, a payment) posts it.

mod apply;
mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use apply::{Credit, CreditKind, CreditUse, apply};
pub use command::{CreditCommand, GrantCredit, SpendCredit};
pub use error::CreditRefusal;
pub use event::{CreditEvent, CreditPart, CreditSource};
pub use state::{CreditBalance, Grant, Held};

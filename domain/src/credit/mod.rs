//! Credit of a client: what may be spent on invoices before money is asked for.
//!
//! A balance is kept for each client and currency, under an id that follows from both
//! ([`CreditBalance::id_of`]).
//!
//! | state  | grant  | spend  | withdraw |
//! | ------ | ------ | ------ | -------- |
//! | absent | held   | –      | –        |
//! | held   | held   | held   | held     |
//!
//! Guarantees that a balance never falls below zero, that every amount in it names where it came
//! from and every amount spent names its invoice, and that credit is used in one order
//! ([`apply()`]: credit notes before money paid ahead, older before newer); that money of a voided
//! invoice which a payment gives back leaves the balance again ([`WithdrawCredit`]). Absent on
//! purpose: posting what is granted or withdrawn, since the fact behind it (a credit note, a
//! payment) posts it.

mod apply;
mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod withdraw;

pub use apply::{Credit, CreditKind, CreditUse, apply};
pub use command::{CreditCommand, GrantCredit, Reach, SpendCredit, WithdrawCredit};
pub use error::CreditRefusal;
pub use event::{CreditEvent, CreditPart, CreditSource};
pub use state::{CreditBalance, Grant, Held, Spending};

//! Rules of credit: how it is spent, and how its balance moves.

mod apply;
mod balance;
mod withdrawing;

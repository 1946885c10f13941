//! A dunning strategy of a seller: what it says and whom it holds for.
//!
//! | state   | define | revise | assign, withdraw | retire  |
//! | ------- | ------ | ------ | ---------------- | ------- |
//! | absent  | active | –      | –                | –       |
//! | active  | –      | active | active           | retired |
//! | retired | –      | –      | –                | –       |
//!
//! Guarantees that a holder (the seller, a product, a client) has one strategy at most, that a
//! revision counts for cases opened from then on, since a case keeps the terms it was opened
//! with, and that a strategy somebody still relies on is not retired. Absent on purpose: the three
//! [built-in](BuiltIn) strategies as streams before anybody chooses one; then it is defined under
//! the id that it always had, saying the same.

mod built_in;
mod command;
mod decide;
mod error;
mod event;
mod holder;
mod state;
mod terms;
#[cfg(test)]
mod tests;

pub use built_in::BuiltIn;
pub use command::DunningStrategyCommand;
pub use error::StrategyRefusal;
pub use event::DunningStrategyEvent;
pub use holder::{Holder, resolve};
pub use state::{DefinedStrategy, DunningStrategy, StrategyVersion};
pub use terms::{PromiseTerms, Strategy, StrategyTerms};

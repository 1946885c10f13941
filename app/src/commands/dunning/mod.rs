//! Use cases about dunning: a seller's strategies, the cases of unpaid invoices, and the look at
//! what a client's cases need today (SUB-12 to SUB-16, SUB-19).
//!
//! Guarantees: the three built-in strategies need no defining; a case ends in the append that pays
//! its invoice. Absent on purpose: charging, sending and suspending, which a case asks for by its
//! events and others do.

mod advance;
mod cases;
mod chosen;
mod ending;
mod facts;
mod late_fee;
mod look;
mod strategies;
mod strategy_choice;

pub use advance::{AdvanceDunning, CaseAdvanced, DunningAdvanced, StageTaken, foresee_dunning};
pub use cases::{
    CaseOpened, HoldDunning, OpenDunningCase, PromiseToPay, ReleaseDunning, StopDunning,
};
pub(super) use ending::{end_if_over, owed_invoice};
pub use strategies::{DefineStrategy, RetireStrategy, ReviseStrategy, StrategyDefined};
pub use strategy_choice::{ChooseStrategy, WithdrawStrategy};

//! Dunning: what happens when a client does not pay, as data.
//!
//! A [`Strategy`] says what happens after how many days, invoices or how much money, when a
//! declined payment is tried again and what a late payer is charged; three are
//! [built in](BuiltIn). [`next_step()`] turns the facts of an invoice and a day into what is
//! wanted. [`Arrears`] are what a client owes on a day, a [campaign](CampaignPolicy) asks for all
//! that is overdue at once.
//!
//! Two aggregates stand on these types: [`DunningStrategy`] is a strategy of a seller's own and
//! whom it holds for, [`DunningCase`] is dunning for one invoice.
//!
//! Guarantees what [`next_step()`] guarantees. Absent on purpose: sending, charging and suspending;
//! a case says what is wanted, and others do it.

mod arrears;
mod campaign;
mod case;
mod late_fee;
mod next_step;
mod retry;
mod stage;
mod strategy;
#[cfg(test)]
mod tests;

pub use arrears::{Amounts, Arrears, Debt, Owed};
pub use campaign::{CampaignPolicy, PaymentRequest};
pub use case::{
    CaseRefusal, DunningCase, DunningCaseCommand, DunningCaseEvent, OpenCase, OpenedCase,
    PauseReason, StopReason,
};
pub use late_fee::LateFee;
pub use next_step::{
    Attempt, AttemptOutcome, Collection, Hold, InvoiceEnd, InvoiceFacts, Next, Over, Progress,
    Step, TakenStage, Wanted, needs_case, next_step,
};
pub use retry::{RetryPace, RetryPolicy, RetrySchedule, after_unreachable};
pub use stage::{Condition, Stage, StageAction, in_force};
pub use strategy::{
    BuiltIn, DefinedStrategy, DunningStrategy, DunningStrategyCommand, DunningStrategyEvent,
    Holder, PromiseTerms, Strategy, StrategyRefusal, StrategyTerms, StrategyVersion, resolve,
};

//! An effect: something that is to be done outside, as far as people have to do with it.
//!
//! | state    | die  | retry¹  | resolve¹ | skip¹   |
//! | -------- | ---- | ------- | -------- | ------- |
//! | unheard  | dead | retried | resolved | skipped |
//! | dead     | –    | retried | resolved | skipped |
//! | retried  | dead | retried | resolved | skipped |
//! | resolved | –    | –       | –        | –       |
//! | skipped  | –    | –       | –        | –       |
//!
//! ¹ Of one that is not dead only with facts: that it waits, or that nobody knows whether it was
//! done. What is being done at this moment, or is done, is left alone.
//!
//! Guarantees that what was given up, and what a person did about it, is history with its reason
//! (EVT-23, ES-18), and that what a person ended stays ended. Absent on purpose: effects that go
//! well, which have no history of their own; their tries; and what an end means for the payment
//! or the service that wanted it, which those say themselves.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::{EffectCommand, OpenEffect, Standing};
pub use error::EffectRefusal;
pub use event::{EffectEvent, EffectOf, EffectOutcome};
pub use state::Effect;

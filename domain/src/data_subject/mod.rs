//! What was done with everything that is held about somebody: it was handed out, or the key to a
//! part of it was destroyed because the time to keep it was over.
//!
//! One stream per person whose data lies under keys of its own, under the same id as the client or
//! the member of staff; and one per month of origins of requests, which lie under a key together.
//! Guarantees that a key's end is told once, and that handing out is noted with its reason before
//! it happens. Absent on purpose: the data, and the erasure that a client asks for, which is an
//! event of the client.

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::DataSubjectCommand;
pub use event::{DataSubjectEvent, DataSubjectKind};
pub use state::{DataSubject, Export};

//! A group of servers: new accounts go to one of them, by a rule.
//!
//! | state  | form   | rename, set fill, add, remove, pick |
//! | ------ | ------ | ----------------------------------- |
//! | absent | formed | –                                   |
//! | formed | –      | formed                              |
//!
//! The pick is history: which server, for which service, and why this one. [`pick()`] alone decides
//! it, from what the group remembers and what is known of its servers at that moment.
//!
//! Guarantees that a server belongs to one group at a time, by the claim
//! [`ServerGroupEvent::MEMBER_SCOPE`], that no name is given twice, and that a server which is
//! full, offline, disabled, in maintenance or of another driver is never picked (SRV-09 to SRV-11).
//! Absent on purpose: the slots, which each server counts and which are reserved in the same
//! append; two picks at once meet there.

mod command;
mod decide;
mod error;
mod event;
mod pick;
mod state;
#[cfg(test)]
mod tests;

pub use command::ServerGroupCommand;
pub use error::ServerGroupRefusal;
pub use event::ServerGroupEvent;
pub use pick::{Candidate, FillMethod, NoRoom, Pick, PickReason, pick};
pub use state::{FormedGroup, ServerGroup};

//! What a second person must say yes to before it is done (EVT-36).
//!
//! | state   | request | grant                 | decline  | withdraw  | let lapse |
//! | ------- | ------- | --------------------- | -------- | --------- | --------- |
//! | absent  | waiting | –                     | –        | –         | –         |
//! | waiting | –       | carried out or failed | declined | withdrawn | expired   |
//! | others  | –       | –                     | –        | –         | –         |
//!
//! Guarantees: an approval holds for one command, named by the hash of its bytes, once, and until
//! it expires; whoever says yes or no is a person, is not the one who asked (nor the maker of the
//! key that asked), and may do the deed themselves; one command waits once (claim
//! `approval.command`). Absent on purpose: doing it, which the application does in the append of
//! the grant, by deciding the command anew.

mod command;
mod decide;
mod error;
mod event;
mod limits;
mod state;
#[cfg(test)]
mod tests;

pub use command::{ApprovalCommand, Approver, Verdict};
pub use error::ApprovalRefusal;
pub use event::{ApprovalEvent, RequestedApproval, StatedDeed};
pub use limits::{ApprovalLimit, ApprovalLimits, MOST_LIMITS};
pub use state::{Approval, ApprovalOutcome};

//! A member of staff: somebody who works for the seller and may sign in.
//!
//! | state   | add    | change  | stop    | resume | erase  |
//! | ------- | ------ | ------- | ------- | ------ | ------ |
//! | absent  | active | –       | –       | –      | –      |
//! | active  | –      | active  | stopped | –      | –      |
//! | stopped | –      | stopped | –       | active | erased |
//! | erased  | –      | –       | –       | –      | –      |
//!
//! Guarantees that an address belongs to one member of staff of a seller (claim
//! `staff_member.email`), and that what somebody did stays theirs: whoever stops working here keeps
//! a name until they are erased, and their id for ever (STF-01 to STF-04). Absent on purpose: what
//! they may do, which their [`role`](crate::role)s say; passwords and sessions, which are secrets
//! and no history.

mod command;
mod decide;
mod error;
mod event;
mod profile;
mod state;
#[cfg(test)]
mod tests;

pub use command::StaffCommand;
pub use error::StaffRefusal;
pub use event::StaffEvent;
pub use profile::StaffProfile;
pub use state::{Employed, StaffMember};

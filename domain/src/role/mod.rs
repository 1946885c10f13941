//! A role: a set of permissions with a name, and the staff who have it.
//!
//! | state   | establish | create | change            | assign, withdraw | delete             |
//! | ------- | --------- | ------ | ----------------- | ---------------- | ------------------ |
//! | absent  | kept      | kept   | –                 | –                | –                  |
//! | kept    | –         | –      | kept, if own      | kept             | deleted, if unused |
//! | deleted | –         | –      | –                 | –                | –                  |
//!
//! Guarantees that nobody gives what they lack, that somebody is always an admin, and that a role
//! which is built in stays as it is (RBA-02, RBA-06, RBA-07). Since who has a role is part of its
//! history, what anybody might do at any moment can be computed from the log. Absent on purpose:
//! people, who are told by their ids; what programs may do, which their keys say.

mod command;
mod decide;
mod error;
mod event;
mod permission;
mod state;
mod system;
#[cfg(test)]
mod tests;

pub use command::{NewRole, RoleCommand};
pub use error::RoleRefusal;
pub use event::RoleEvent;
pub use permission::{Module, Permission, Permissions};
pub use state::{Rights, Role, RoleFacts};
pub use system::{Reach, SystemRole};

//! A department: staff who do one kind of work, such as billing or support (STF-03, SUP-01).
//!
//! | state  | create | change | assign | unassign | delete                 |
//! | ------ | ------ | ------ | ------ | -------- | ---------------------- |
//! | absent | there  | –      | –      | –        | –                      |
//! | there  | –      | yes    | yes    | yes      | gone, once it is empty |
//! | gone   | –      | –      | –      | –        | –                      |
//!
//! Guarantees a name of its own per seller (claim `department.name`), and that somebody is in one
//! department at most (claim `department.member`). Absent on purpose: what its members may do,
//! which roles say.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::DepartmentCommand;
pub use error::DepartmentRefusal;
pub use event::{DepartmentEvent, DepartmentTerms};
pub use state::{Department, DepartmentFacts};

//! A server: where the accounts of services are kept, behind a control panel.
//!
//! | state      | register   | describe, set, test, enable, maintain, reserve … | remove  |
//! | ---------- | ---------- | ------------------------------------------------ | ------- |
//! | absent     | registered | –                                                | –       |
//! | registered | –          | registered                                       | removed |
//! | removed    | –          | –                                                | –       |
//!
//! | status (SRV-14) | when                                                             |
//! | --------------- | ---------------------------------------------------------------- |
//! | disabled        | nobody enabled it, or somebody took it out of use                |
//! | maintenance     | somebody is at work on it                                        |
//! | offline         | three checks in a row failed                                     |
//! | degraded        | a check failed                                                   |
//! | online          | otherwise                                                        |
//!
//! Guarantees that no more services have a slot than the server has slots, that none is given while
//! it is disabled, offline or in maintenance, and that it is enabled only after a test of the very
//! settings and secrets it has; by the claim [`ServerEvent::NAME_SCOPE`] no name is given twice.
//! Health and what a comparison with the panel found are history only where they change (SRV-05,
//! SRV-15). Secrets are named and never held (SRV-13).
//!
//! Absent on purpose: calls to the panel; the count of failed checks, which is no history; figures
//! of usage; and the group, which knows its servers.

mod command;
mod decide;
mod error;
mod event;
mod health;
mod state;
mod sync;
#[cfg(test)]
mod tests;

pub use command::{RegisterServer, ServerCommand, TestOutcome};
pub use error::ServerRefusal;
pub use event::{ServerDescription, ServerEvent};
pub use health::{Health, ServerStatus, health_after};
pub use state::{RegisteredServer, Server, TestOfServer};
pub use sync::{Comparison, Stranger, StrangerEnd, WrongState};

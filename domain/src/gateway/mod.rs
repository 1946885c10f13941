//! A gateway: an account of a seller at a payment provider, called by a driver.
//!
//! | state    | configure | describe | set settings, secrets | test    | enable  | disable  |
//! | -------- | --------- | -------- | --------------------- | ------- | ------- | -------- |
//! | absent   | disabled  | –        | –                     | –       | –       | –        |
//! | disabled | –         | yes      | yes                   | yes     | enabled | –        |
//! | enabled  | –         | yes      | yes                   | yes     | –       | disabled |
//!
//! Guarantees that an account is offered to payers only after a test that its present settings and
//! secrets passed, unless its driver calls nobody (PAY-03, PAY-28); that an account for tests and
//! one for money are never each other; that a key, which payments and the clearing account name,
//! belongs to one account of a seller for ever; and that no secret is in its history (PAY-04).
//! What is set while it is enabled holds at once, since a key that a provider replaced has to be.
//! Absent on purpose: what a driver asks for, which its description says, and deleting, since
//! payments name it.

mod command;
mod decide;
mod error;
mod event;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub use command::{ConfigureGateway, GatewayCommand, Tested};
pub use error::GatewayRefusal;
pub use event::{GatewayEvent, GatewayMode};
pub use settings::Settings;
pub use state::{Account, Gateway, TestResult};

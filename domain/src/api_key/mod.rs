//! A key with which a program calls the API (EVT-34, AUT-10): who made it, for what, until when,
//! and who took it back.
//!
//! | state   | create | revoke                        |
//! | ------- | ------ | ----------------------------- |
//! | absent  | valid  | revoked: a key of old         |
//! | valid   | –      | revoked                       |
//! | revoked | –      | yes, and nothing more happens |
//!
//! Guarantees that nobody makes a key that may do more than they may themselves. Keys that were
//! made before this was history have no beginning here, only an end. Absent on purpose: the secret
//! and its hash, which are no history; the use of a key; and that its time ran out, which its
//! beginning foretells.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::ApiKeyCommand;
pub use error::ApiKeyRefusal;
pub use event::{ApiKeyEvent, ApiKeyTerms};
pub use state::ApiKey;

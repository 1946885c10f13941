//! Sign-ins: who tried to come in as whom, and how it ended (AUT-08).
//!
//! One stream per address at a seller, whose id is derived from a keyed hash of the address
//! ([`SignIn::id_of`]): nothing in it tells the address, and one that has no account has a stream
//! like any other. Guarantees that a session begins once, and that a lock-out tells how many
//! refusals led to it. Absent on purpose: whether a password is right and how long an address must
//! wait, which are secrets and limits of the application; the network address and the
//! program of the caller, which lie beside every event; and the end of a session that nobody ended,
//! which its beginning foretells.

mod command;
mod decide;
mod event;
mod means;
mod state;
#[cfg(test)]
mod tests;

pub use command::SignInCommand;
pub use event::{EndOfSession, SignInEvent, SignInMethod, SignInRefused};
pub use means::MeansChange;
pub use state::SignIn;

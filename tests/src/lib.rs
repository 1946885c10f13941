//! What the tests of the whole stand on.
//!
//! Guarantee: every test process runs a PostgreSQL cluster of its own and cleans up after itself,
//! so no test depends on what a person left running. Absent on purpose: mocks of our own code.

pub mod cases;
pub mod device;
pub mod harness;
pub mod issuer;
pub mod jars;
pub mod postbox;
pub mod proxy;
pub mod scribe;
pub mod shop;
pub mod till;

//! Real parts for tests: a cluster per process, a database per test, the program as a child.
//!
//! Guarantee: nothing is shared between two tests but the cluster; everything ends with the test
//! process, also when it is killed. A test that cannot set up fails loudly, so set-up panics.
//! Absent on purpose: sleeping; what takes time is waited for with a deadline.

mod clock;
mod cluster;
mod database;
mod folder;
mod program;
mod wait;

pub use clock::TestClock;
pub use database::TestDb;
pub use folder::TempFolder;
pub use program::{Program, billfold};
pub use wait::{PATIENCE, eventually};

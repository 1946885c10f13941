//! The append-only log of Billfold: bytes, headers, order and proof. It knows no billing.
//!
//! Guarantees: positions have no gaps and follow commit order; one command's events commit together
//! or not at all; the same idempotency key has one answer for ever; every batch is chained to the
//! one before by hash. Absent on purpose: typed events, business rules, anything that calls out of
//! the database.

pub mod adopt;
pub mod anchor;
mod batch;
mod cache;
pub mod canonical;
pub mod chain;
pub mod clock;
pub mod copy;
pub mod desk;
pub mod feed;
pub mod follower;
pub mod hex;
mod kinds;
pub mod memory;
pub mod merkle;
pub mod migrate;
pub mod pool;
pub mod reactor;
pub mod recorded;
pub mod snapshot;
pub mod state;
pub mod stock;
pub mod store;
pub mod stream;
pub mod submission;
mod tenants;
mod versions;
mod writer;

pub use clock::Clock;
pub use desk::{Desk, DeskError, Draft, TakenNumber};
pub use feed::{Feed, LogHead, ReadError};
pub use follower::{FollowOptions, Follower, OnError, Projector, ProjectorError};
pub use memory::MemoryLog;
pub use reactor::{ReactOptions, Reacting, Reactor, ReactorError};
pub use recorded::{Recorded, RecordedRef};
pub use state::{AnyState, FoldError, StateKind};
pub use store::{LoadError, Loaded, OpenError, Store, StoreOptions};
pub use stream::{ClaimKey, StreamKey, keeper};
pub use submission::{Header, Needs, Receipt, Refused, Stop, Submission, SubmitError, Work};

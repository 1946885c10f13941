//! Use cases about groups of clients: create one, set its discount and tier, put a client in one;
//! and what its members pay (PRD-10).

mod assign;
mod create;
mod membership;
mod set_discount;
mod set_tier;

pub use assign::{AssignGroup, GroupAssigned};
pub use create::{CreateGroup, GroupCreated};
pub use membership::group_of_client;
pub(super) use membership::{Membership, price_for};
pub use set_discount::SetGroupDiscount;
pub use set_tier::SetGroupTier;

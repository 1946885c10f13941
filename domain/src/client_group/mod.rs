//! A group of clients who share a price: a tier, and a discount.
//!
//! | state   | create  | set discount, set price tier, add member, remove member |
//! | ------- | ------- | ------------------------------------------------------- |
//! | absent  | created | –                                                       |
//! | created | –       | created                                                 |
//!
//! Guarantees a discount of at most all of a price and that a client is in one group of a seller
//! (claim `client_group.member`). Scope PRD-10. Absent on purpose: the prices of a tier, which
//! products have; changing what was sold already: an order keeps the price it was placed at.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::ClientGroupCommand;
pub use error::ClientGroupRefusal;
pub use event::ClientGroupEvent;
pub use state::{ClientGroup, GroupPricing};

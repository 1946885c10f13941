//! An order: what a client asked for, at the prices of that day.
//!
//! | state     | place  | mark invoiced | cancel    |
//! | --------- | ------ | ------------- | --------- |
//! | absent    | placed | –             | –         |
//! | placed    | –      | invoiced      | cancelled |
//! | invoiced  | –      | –             | –         |
//! | cancelled | –      | –             | –         |
//!
//! Guarantees that items and prices never change after placing and that the total is their sum.
//! Absent on purpose: taxes, which the invoice decides, and delivery.

mod command;
mod decide;
mod error;
mod event;
mod item;
mod state;
#[cfg(test)]
mod tests;

pub use command::{OrderCommand, PlaceOrder};
pub use error::OrderRefusal;
pub use event::OrderEvent;
pub use item::{NewItem, OrderItem};
pub use state::{Order, PlacedOrder};

//! An order: what a client asked for, at the prices of that day.
//!
//! | state     | place  | hold | release | accept   | mark invoiced | complete  | cancel    |
//! | --------- | ------ | ---- | ------- | -------- | ------------- | --------- | --------- |
//! | absent    | placed | –    | –       | –        | –             | –         | –         |
//! | placed    | –      | held | –       | accepted | accepted      | –         | cancelled |
//! | held      | –      | –    | placed  | –        | –             | –         | cancelled |
//! | accepted  | –      | –    | –       | –        | accepted, once | completed | –        |
//! | completed | –      | –    | –       | –        | –             | –         | –         |
//! | cancelled | –      | –    | –       | –        | –             | –         | –         |
//!
//! Guarantees that items and prices never change after placing, that the total is their sum, and
//! that an accepted order began one subscription for each item that recurs (ORD-02, ORD-06).
//! Absent on purpose: taxes, which the invoice decides; whether that invoice is paid, which it
//! knows itself; and delivery.

mod answer;
mod command;
mod decide;
mod error;
mod event;
mod item;
mod state;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Given};
pub use command::{OrderCommand, PlaceOrder};
pub use error::OrderRefusal;
pub use event::OrderEvent;
pub use item::{BegunSubscription, NewItem, OrderItem, Recurs};
pub use state::{AcceptedOrder, Order, PlacedOrder};

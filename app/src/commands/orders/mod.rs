//! Use cases about an order: place, cancel.

mod cancel;
mod item;
mod place;

pub use cancel::CancelOrder;
pub use item::OrderedItem;
pub use place::{OrderPlaced, PlaceOrder};

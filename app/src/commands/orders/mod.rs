//! Use cases about an order: place, hold and release, accept, complete, cancel.

mod accept;
mod answers;
mod cancel;
mod complete;
mod hold;
mod item;
mod place;

pub use accept::{AcceptOrder, OrderAccepted};
pub use answers::AskedAnswer;
pub use cancel::CancelOrder;
pub use complete::CompleteOrder;
pub use hold::{HoldOrder, ReleaseOrder};
pub use item::OrderedItem;
pub use place::{OrderPlaced, PlaceOrder};

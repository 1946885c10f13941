//! A payment: money that arrived, or an attempt that failed, and what it pays.
//!
//! | state    | settle  | decline  | allocate |
//! | -------- | ------- | -------- | -------- |
//! | absent   | settled | declined | –        |
//! | settled  | –       | –        | settled  |
//! | declined | –       | –        | –        |
//!
//! Guarantees that what a payment pays, what became credit and what nobody has matched yet sum
//! to what arrived, to the cent, and that a gateway's reference belongs to one payment. Another
//! try is another payment. Absent on purpose: refunds and disputes, which have no events yet.

mod allocation;
mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use allocation::{Allocation, Share, Source};
pub use command::{DeclinePayment, PaymentCommand, SettlePayment};
pub use error::PaymentRefusal;
pub use event::PaymentEvent;
pub use state::{DeclinedPayment, Payment, SettledPayment};

//! A payment method: a client's card, bank account or wallet, as a gateway keeps it for us.
//!
//! | state    | attach   | make default | clear default | expire  | detach   |
//! | -------- | -------- | ------------ | ------------- | ------- | -------- |
//! | absent   | attached | –            | –             | –       | –        |
//! | attached | –        | attached     | attached      | expired | detached |
//! | expired  | –        | –            | –             | –       | detached |
//! | detached | –        | –            | –             | –       | –        |
//!
//! Guarantees that only the gateway's token is kept, with what a person needs to tell one method
//! from another: brand, last four digits, last month. Whatever looks like a card number is
//! refused in every text (PAY-25). A method that expired or was detached is never charged again;
//! a new one is attached instead.
//!
//! A client has at most one default. No stream of a method can know that; it is held by the
//! claim [`PaymentMethodEvent::DEFAULT_SCOPE`] on the client, which one stream of a seller has at
//! a time. Whoever makes another method the default lets the present holder clear it first, in
//! the same append.
//!
//! Absent on purpose: card numbers and security codes, which never reach us, and gateways, which
//! are looked up by key.

mod command;
mod decide;
mod error;
mod event;
mod instrument;
mod state;
#[cfg(test)]
mod tests;

pub use command::{AttachPaymentMethod, PaymentMethodCommand};
pub use error::PaymentMethodRefusal;
pub use event::PaymentMethodEvent;
pub use instrument::{ExpiryMonth, Instrument, MethodKind};
pub use state::{AttachedMethod, PaymentMethod};

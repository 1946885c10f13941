//! Gateways against their providers' contracts: what is sent, what is made of the answers, and
//! what is certain when there is none.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set up fails: there is nobody to tell"
)]

mod desk;
mod listed;
mod paypal;
mod sslcommerz;
mod stripe;

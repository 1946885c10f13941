//! Gateways against their providers' contracts: what is sent, what is made of the answers, and
//! what is certain when there is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desk;
mod listed;
mod paypal;
mod sslcommerz;
mod stripe;

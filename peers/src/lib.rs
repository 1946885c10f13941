//! What outside providers do, for tests: small servers with the state, the contract and the quirks
//! of each, which keep books that ours are compared with.
//!
//! Guarantees: a peer checks every request against the provider's own contract and remembers what
//! broke it; it keeps what it promised under an idempotency key; it never believes a test more than
//! the provider would. Absent on purpose: anything of Billfold's but the words of its kernel.

pub mod contract;
pub mod paypal;
pub mod serving;
pub mod sslcommerz;
pub mod stripe;

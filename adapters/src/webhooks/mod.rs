//! Webhooks: messages between servers, one thing about them a file.
//!
//! [`signature`] proves who sent a message and that nobody changed it; [`channel`] sends ours to
//! others. Absent on purpose: the route that takes messages in and the inbox that remembers them,
//! which belong to the API and to the log; nothing here knows what a message says.

pub mod channel;
pub mod signature;

//! The door for commands on real PostgreSQL: use cases, keys, numbers, personal data, imports,
//! access.

mod access;
mod catalogue;
mod client_hashes;
mod clients;
mod demo;
mod house;
mod invoices;
mod keys;
mod lock_outs;
mod payments;
mod privacy;
mod purchases;
mod refunds;
mod second_steps;
mod sign_ins;

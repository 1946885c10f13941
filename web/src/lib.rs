//! The admin pages: HTML made on the server, htmx for what changes in place, one stylesheet of our
//! own.
//!
//! Guarantees: every link and form works without a script; no page carries inline style or script,
//! so the content policy allows none; every amount and row leads to the event it came from. Absent
//! on purpose: SQL and rules. Pages read through `projections` and write through `app`'s one door.

mod admin;
mod assets;
mod brand;
mod chart;
mod data_subject;
mod error;
mod fields;
mod flash;
mod form;
mod happened;
mod layout;
mod means;
mod names;
pub mod operations;
mod portal;
mod reach;
mod router;
mod show;
mod state;
mod stream;
mod theme;
mod upload;
mod view;
mod visitor;

pub use router::router;
pub use state::{WebParts, WebState};

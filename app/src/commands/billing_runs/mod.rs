//! Use cases about a billing run: start one, go on with a halted one, say how it went. Billing
//! itself is [`crate::billing_run`].

mod end;
mod resume;
mod start;

pub use end::EndBillingRun;
pub use resume::ResumeBillingRun;
pub use start::{BillingRunStarted, StartBillingRun};

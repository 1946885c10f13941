//! A driver as a seller uses it: whether it is called.
//!
//! | state   | pause  | resume  |
//! | ------- | ------ | ------- |
//! | running | paused | –       |
//! | paused  | –      | running |
//!
//! Guarantees that who paused a driver, and why, is history. Its stream is that of the seller and
//! the driver's key, so that every driver there is runs before anything happened to it. Absent on
//! purpose: whether there is such a driver, which its list knows; and what waits while it is
//! paused.

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::DriverCommand;
pub use event::DriverEvent;
pub use state::Driver;

use crate::kernel::{DriverId, TenantId};

/// The stream of a driver at a seller.
pub fn stream_of(tenant: TenantId, driver: &str) -> DriverId {
    DriverId::derive(tenant.uuid(), driver)
}

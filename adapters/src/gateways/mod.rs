//! Payment gateways, one driver a file.
//!
//! A new gateway is one file here and one row in `GATEWAYS`; nothing else names it.

mod sandbox;

use std::sync::Arc;

use billfold_app::ports::{Gateway, Gateways};

pub use sandbox::Sandbox;

/// How each driver is made.
pub const GATEWAYS: &[fn() -> Arc<dyn Gateway>] = &[|| Arc::new(Sandbox)];

/// Every driver of this build.
#[must_use]
pub fn all() -> Gateways {
    Gateways::new(GATEWAYS.iter().map(|make| make()).collect())
}

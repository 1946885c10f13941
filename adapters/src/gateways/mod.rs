//! Payment gateways, one driver a file.
//!
//! A new gateway is one file here and one row in `GATEWAYS`; nothing else names it.

mod sandbox;

use std::sync::Arc;

use billfold_app::ports::{InlineGateway, InlineGateways};

pub use sandbox::Sandbox;

/// How each driver is made.
pub const GATEWAYS: &[fn() -> Arc<dyn InlineGateway>] = &[|| Arc::new(Sandbox)];

/// Every driver of this build.
#[must_use]
pub fn all() -> InlineGateways {
    InlineGateways::new(GATEWAYS.iter().map(|make| make()).collect())
}

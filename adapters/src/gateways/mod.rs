//! Payment gateways, one driver a file.
//!
//! A new gateway is one file here and one row in `GATEWAYS`; nothing else names it.

mod by_hand;
mod inline_sandbox;
pub mod paypal;
mod sandbox;
mod sslcommerz;
mod stripe;

use std::sync::Arc;

use billfold_app::ports::gateway::{Gateway, Gateways};
use billfold_app::ports::{InlineGateway, InlineGateways};

use crate::outbound::Outbound;

/// Makes a driver that goes out by this way.
pub type Making = fn(&Outbound) -> Arc<dyn Gateway>;

/// How each driver is made.
pub const GATEWAYS: &[Making] = &[
    |out| Arc::new(stripe::Stripe::new(out)),
    |out| Arc::new(paypal::PayPal::new(out)),
    |out| Arc::new(sslcommerz::SslCommerz::new(out)),
    |_| Arc::new(by_hand::BANK_TRANSFER),
    |_| Arc::new(by_hand::CASH),
    |_| Arc::new(sandbox::Sandbox),
];

/// Every driver of this build.
#[must_use]
pub fn all(outbound: &Outbound) -> Gateways {
    Gateways::new(GATEWAYS.iter().map(|make| make(outbound)).collect())
}

/// Those that answer while a command is planned.
#[must_use]
pub fn inline() -> InlineGateways {
    let sandbox: Arc<dyn InlineGateway> = Arc::new(inline_sandbox::Sandbox);
    InlineGateways::new(vec![sandbox])
}

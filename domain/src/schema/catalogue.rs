//! Every event this code knows, with the version it writes.

use crate::client::ClientEvent;
use crate::invoice::InvoiceEvent;
use crate::order::OrderEvent;
use crate::payment::PaymentEvent;
use crate::payment_method::PaymentMethodEvent;
use crate::product::ProductEvent;
use crate::tenant::TenantEvent;

/// The events of each aggregate, in the order of the tour.
const AGGREGATES: [&[(&str, &str)]; 7] = [
    TenantEvent::NAMES,
    ClientEvent::NAMES,
    ProductEvent::NAMES,
    OrderEvent::NAMES,
    InvoiceEvent::NAMES,
    PaymentEvent::NAMES,
    PaymentMethodEvent::NAMES,
];

/// Every event's stored name and current version.
pub fn event_types() -> impl Iterator<Item = (&'static str, &'static str)> {
    AGGREGATES.into_iter().flatten().copied()
}

/// The version this code writes for an event; nothing for an unknown one.
pub fn current_version(event_type: &str) -> Option<&'static str> {
    event_types().find(|(name, _)| *name == event_type).map(|(_, version)| version)
}

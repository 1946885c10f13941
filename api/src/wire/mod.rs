//! The shapes that more than one route speaks.
//!
//! Guarantees: amounts are decimal strings with exactly the decimals of their currency, ids are
//! their text form, days are `2026-03-01` and instants RFC 3339 in UTC. Domain types never reach
//! the wire.

mod contact;
mod conventions;
mod letterhead;
mod line;
mod money;
mod page;
mod schedule;
mod sort;
mod words;

pub use contact::{WireAddress, WireContact};
pub use conventions::{WireConventions, WireCreditBasis, WireDayCount, WireLastDay, WireProration};
pub use letterhead::WireLetterhead;
pub use line::{NewLineBody, WireLine, WirePeriod, WireTax, WireTaxGroup, asked_tax};
pub use money::WireMoney;
pub use page::{Page, Paging, Total};
pub use schedule::{WireAnchor, WireInterval, WireIntervalUnit, WireTiming};
pub(crate) use sort::sort;
pub(crate) use words::words;
pub use words::{
    WireCycle, WireLineKind, WireProductKind, WireRateClass, WireTaxCategory, WireVatCheck,
};

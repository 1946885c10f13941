//! A tax rate a seller charges: one tax, in one place, for one class of goods, day by day.
//!
//! | state   | define  | set rate, retire, exempt, end exemption |
//! | ------- | ------- | --------------------------------------- |
//! | absent  | defined | –                                       |
//! | defined | –       | defined                                 |
//!
//! Guarantees that a tax has at most one rate in a place on a day: spans in one stream never
//! overlap, and one stream holds a tax, class and place (claim `tax_rate.place`). No day of the
//! past is edited: another rate begins today or later. A rate for some months leaves no hole,
//! because the one before it holds again afterwards. A retired rate may begin again.
//! Evidence for an exemption is sealed. Scope TAX-01, TAX-03, TAX-04. Absent on purpose: which
//! place taxes a sale ([`place`](crate::tax::place())), the sums
//! ([`compute`](crate::tax::compute)), and issued invoices, which keep the rate they were issued
//! with.

mod automatic;
mod command;
mod decide;
mod error;
mod event;
mod exemption;
mod resolve;
mod state;
#[cfg(test)]
mod tests;

pub use automatic::{AutomaticRefusal, AutomaticSale, tax_sale};
pub use command::{DefineTaxRate, TaxRateCommand};
pub use error::TaxRateRefusal;
pub use event::TaxRateEvent;
pub use exemption::{Exemption, ExemptionEvidence};
pub use resolve::{ResolvedTaxes, TaxPoint, resolve};
pub use state::{DefinedRate, RateVersion, TaxIdentity, TaxRate};

//! Tax: which taxes a sale carries, what they amount to, and whose they are.
//!
//! | question                                   | answered by                      |
//! | ------------------------------------------ | -------------------------------- |
//! | which rate did a place have on a day       | [`RateTable`]                    |
//! | where is an EU seller's sale taxed, and how | [`place()`], [`Treatment`]       |
//! | which level's taxes count for a line       | [`TaxLevels`]                    |
//! | what do the lines' taxes sum to            | [`compute`] under [`TaxRules`]   |
//! | how EN 16931 groups an invoice's lines     | [`TaxTreatment`], [`Groups`]     |
//! | why was it taxed so, and why not at all    | [`TaxEvidence`], [`ExemptionReason`] |
//!
//! Guarantees that a tax is a base times a rate, exact until the one rounding that [`TaxRounding`]
//! asks for; invoices, coupons and credit notes all round through [`tax_on`]. Absent on purpose:
//! the rates themselves, which a tenant keeps, and asking an office whether a VAT number is valid.

mod compute;
mod evidence;
mod group;
mod levels;
mod place;
mod rates;
mod reason;
mod territory;
#[cfg(test)]
mod tests;
mod treatment;
mod union;

pub use compute::{
    PriceMode, Tax, TaxBase, TaxRounding, TaxRules, TaxSum, TaxableLine, Taxed, compute,
};
pub use evidence::{AppliedRate, TaxEvidence};
pub use group::{Groups, tax_on};
pub use levels::{TaxLevel, TaxLevels};
pub use place::{Place, PlaceRefusal, Sale, Supply, Treatment, VatCheck, place};
pub use rates::{RateClass, RateRefusal, RateSpan, RateTable};
pub use reason::ExemptionReason;
pub use territory::Territory;
pub use treatment::{TaxCategory, TaxGroup, TaxTreatment};
pub use union::member_state;

//! What may be asked of a tax rate.

use chrono::NaiveDate;

use crate::kernel::{ClientId, Percent};
use crate::tax_rate::{Exemption, TaxIdentity};

/// A request about a tax rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaxRateCommand {
    /// Begin to charge a tax.
    Define(DefineTaxRate),
    /// Charge another rate from a day on. Where it has an end, the rate before holds again after
    /// it, as after a cut for some months.
    SetRate {
        /// The rate.
        rate: Percent,
        /// First day; not before the day the request counts for.
        valid_from: NaiveDate,
        /// First day on which it no longer holds; nothing while no end is known.
        valid_to: Option<NaiveDate>,
    },
    /// Charge nothing from a day on.
    Retire {
        /// First day without a rate; not before the day the request counts for.
        from: NaiveDate,
    },
    /// Let a client not pay the tax.
    Exempt {
        /// The client.
        client_id: ClientId,
        /// From when to when, and why.
        exemption: Exemption,
    },
    /// Let a client pay it again.
    EndExemption {
        /// The client.
        client_id: ClientId,
        /// First day; not before the day the request counts for.
        from: NaiveDate,
    },
}

/// A tax and its first rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefineTaxRate {
    /// Which tax, where, on what.
    pub tax: TaxIdentity,
    /// The rate.
    pub rate: Percent,
    /// First day; may lie in the past, because rates are older than books.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    pub valid_to: Option<NaiveDate>,
}

//! How a line of an invoice is taxed: category, rate and country, and what a group of them sums to.
//!
//! Guarantees that a category and its rate fit together, as EN 16931 wants it. Absent on
//! purpose: which treatment a sale gets, see [`place`](crate::tax::place()).

use serde::{Deserialize, Serialize};

use crate::kernel::{Country, Invalid, Money, Percent};

/// Category of a tax by the letters of EN 16931 (UNCL 5305).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaxCategory {
    /// Taxed at the rate named.
    S,
    /// Taxed at zero percent.
    Z,
    /// Exempt.
    E,
    /// Reverse charge: the buyer owes the tax.
    AE,
    /// Supply within the European Union, exempt.
    K,
    /// Export, exempt.
    G,
    /// Outside the scope of the tax.
    O,
    /// Tax of the Canary Islands.
    L,
    /// Tax of Ceuta and Melilla.
    M,
}

impl TaxCategory {
    /// Every category, as the standard lists them.
    pub const ALL: [Self; 9] =
        [Self::S, Self::Z, Self::E, Self::AE, Self::K, Self::G, Self::O, Self::L, Self::M];

    /// The letters.
    pub fn word(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::Z => "Z",
            Self::E => "E",
            Self::AE => "AE",
            Self::K => "K",
            Self::G => "G",
            Self::O => "O",
            Self::L => "L",
            Self::M => "M",
        }
    }
}

/// The tax on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaxTreatment {
    /// Why this rate.
    pub category: TaxCategory,
    /// The rate.
    pub rate: Percent,
    /// The country whose tax it is.
    pub country: Country,
}

impl TaxTreatment {
    /// Refuses a category with a rate it cannot have: S needs one above zero, and Z, E, AE, K,
    /// G and O have none.
    pub fn check(&self) -> Result<(), Invalid> {
        let fits = match self.category {
            TaxCategory::S => !self.rate.is_zero(),
            TaxCategory::L | TaxCategory::M => true,
            TaxCategory::Z
            | TaxCategory::E
            | TaxCategory::AE
            | TaxCategory::K
            | TaxCategory::G
            | TaxCategory::O => self.rate.is_zero(),
        };
        if fits {
            return Ok(());
        }
        let category = self.category.word();
        let detail = format!("category {category} cannot have a rate of {} %", self.rate);
        Err(Invalid::one("tax/rate", "tax.rate_does_not_fit", detail))
    }
}

/// The tax of all lines with one treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxGroup {
    /// Category of the lines.
    pub category: TaxCategory,
    /// Rate of the lines.
    pub rate: Percent,
    /// The country whose tax it is.
    pub country: Country,
    /// Sum of the lines' nets.
    pub base: Money,
    /// Base times rate, rounded once.
    pub tax: Money,
}

impl TaxGroup {
    /// What its lines have in common.
    pub fn treatment(&self) -> TaxTreatment {
        TaxTreatment { category: self.category, rate: self.rate, country: self.country }
    }
}

//! Which taxes count for a line, when several things it touches have taxes of their own.
//!
//! Guarantees that the most specific level with any tax wins as a whole: levels never mix. Case
//! family `tax.resolve`. Absent on purpose: where a sale is taxed at all, see
//! [`place`](crate::tax::place()).

use serde::{Deserialize, Serialize};

use crate::tax::Tax;

/// Something that taxes can be named for, the most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxLevel {
    /// The line itself.
    Line,
    /// The product it bills.
    Product,
    /// The plan the product is sold under.
    Plan,
    /// Who buys.
    Customer,
    /// Who sells: the default of the house.
    Entity,
}

/// The taxes named at each level, and whether the customer is exempt from all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxLevels {
    /// Taxes of the line itself.
    pub line: Vec<Tax>,
    /// Taxes of the product.
    pub product: Vec<Tax>,
    /// Taxes of the plan.
    pub plan: Vec<Tax>,
    /// Taxes of the customer.
    pub customer: Vec<Tax>,
    /// Taxes of the seller.
    pub entity: Vec<Tax>,
    /// Wins over every level.
    pub exempt: bool,
}

impl TaxLevels {
    /// The taxes that count and the level they come from; nothing if there are none or the
    /// customer is exempt.
    pub fn applying(&self) -> Option<(TaxLevel, &[Tax])> {
        if self.exempt {
            return None;
        }
        let levels = [
            (TaxLevel::Line, &self.line),
            (TaxLevel::Product, &self.product),
            (TaxLevel::Plan, &self.plan),
            (TaxLevel::Customer, &self.customer),
            (TaxLevel::Entity, &self.entity),
        ];
        let (level, taxes) = levels.into_iter().find(|(_, taxes)| !taxes.is_empty())?;
        Some((level, taxes))
    }
}

//! How something that is asked for is taxed: as it says, or by the rates the seller keeps.

use billfold_domain::invoice::{LineKind, NewLine};
use billfold_domain::kernel::{Country, Percent, Period, ProductId, Quantity, UnitPrice};
use billfold_domain::tax::{RateClass, TaxCategory, TaxTreatment};
use serde::{Deserialize, Serialize};

/// How something is taxed. A named tax is the same request as it was before there were others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AskedTax {
    /// As it is said.
    Named(TaxTreatment),
    /// By the seller's rates for a class, at the client's place, on the day of the document
    /// (TAX-02).
    Automatic(RateClass),
}

impl AskedTax {
    /// The class whose rates decide, unless the tax is named.
    #[must_use]
    pub fn automatic(self) -> Option<RateClass> {
        match self {
            Self::Named(_) => None,
            Self::Automatic(class) => Some(class),
        }
    }

    /// What is named; what the rates decide stands as outside the scope until they did.
    pub(in crate::commands) fn for_now(self, seller: Country) -> TaxTreatment {
        match self {
            Self::Named(tax) => tax,
            Self::Automatic(_) => {
                TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country: seller }
            }
        }
    }
}

impl From<TaxTreatment> for AskedTax {
    fn from(tax: TaxTreatment) -> Self {
        Self::Named(tax)
    }
}

/// A line as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedLine {
    /// What it bills.
    pub kind: LineKind,
    /// What people read, 1 to 500 characters.
    pub description: String,
    /// How many; not zero.
    pub quantity: Quantity,
    /// Price of one, without tax.
    pub unit_price: UnitPrice,
    /// How it is taxed.
    pub tax: AskedTax,
    /// The days of service it pays for, if it does.
    pub period: Option<Period>,
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
}

impl AskedLine {
    /// The line under a tax.
    #[must_use]
    pub fn taxed(&self, tax: TaxTreatment) -> NewLine {
        NewLine {
            kind: self.kind,
            description: self.description.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            tax,
            period: self.period,
            product_id: self.product_id,
        }
    }
}

impl From<NewLine> for AskedLine {
    fn from(line: NewLine) -> Self {
        let NewLine { kind, description, quantity, unit_price, tax, period, product_id } = line;
        let tax = AskedTax::Named(tax);
        Self { kind, description, quantity, unit_price, tax, period, product_id }
    }
}

//! One position of an order.

use serde::{Deserialize, Serialize};

use crate::invoice::LineKind;
use crate::kernel::text::check_line;
use crate::kernel::{
    Invalid, Money, MoneyRefusal, Period, ProductId, Quantity, Rounding, UnitPrice,
};

/// What a client asks for, before it is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
    /// What it is.
    pub kind: LineKind,
    /// What people read, 1 to 500 characters.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one at the day of the order, without tax.
    pub unit_price: UnitPrice,
    /// The days of service it pays for, if it does.
    pub period: Option<Period>,
}

/// A position as it was ordered, with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
    /// What it is.
    pub kind: LineKind,
    /// What people read.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one at the day of the order, without tax.
    pub unit_price: UnitPrice,
    /// Quantity times unit price, rounded once.
    pub amount: Money,
    /// The days of service it pays for, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

impl NewItem {
    /// Checks the description and the quantity.
    pub fn check(&self) -> Result<(), Invalid> {
        let quantity = if self.quantity.is_zero() {
            Err(Invalid::one("quantity", "quantity.zero", "must not be zero"))
        } else {
            Ok(())
        };
        Invalid::gather([check_line("description", &self.description, 500), quantity])
    }

    /// The position with its amount.
    pub fn priced(self) -> Result<OrderItem, MoneyRefusal> {
        let amount = self.unit_price.times(self.quantity, Rounding::HalfAwayFromZero)?;
        Ok(OrderItem {
            product_id: self.product_id,
            kind: self.kind,
            description: self.description,
            quantity: self.quantity,
            unit_price: self.unit_price,
            amount,
            period: self.period,
        })
    }
}

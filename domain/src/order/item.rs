//! One position of an order.

use serde::{Deserialize, Serialize};

use crate::invoice::LineKind;
use crate::kernel::text::check_line;
use crate::kernel::{
    Cycle, Invalid, Money, MoneyRefusal, Period, ProductId, Quantity, Rounding, SubscriptionId,
    UnitPrice,
};
use crate::order::Answer;

/// What a client asks for, before it is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
    /// What it is.
    pub kind: LineKind,
    /// What people read, 1 to 500 characters; to 200 where it goes on.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one at the day of the order, without tax.
    pub unit_price: UnitPrice,
    /// The days of service it pays for, if it does.
    pub period: Option<Period>,
    /// How it goes on, if it does.
    pub recurs: Option<Recurs>,
    /// What was answered to the questions of the product, in their order.
    pub answers: Vec<Answer>,
}

/// A position that goes on: a subscription begins when the order is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurs {
    /// How often it is charged; not once.
    pub cycle: Cycle,
    /// Days before anything is charged, 0 to 3650.
    #[serde(default)]
    pub trial_days: u32,
}

/// The subscription that began for a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunSubscription {
    /// Which position, from 0.
    pub item: u32,
    /// The subscription.
    pub subscription_id: SubscriptionId,
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
    /// How it goes on, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurs: Option<Recurs>,
    /// What was answered to the questions of the product, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

impl NewItem {
    /// Checks the description, the quantity and how it goes on.
    pub fn check(&self) -> Result<(), Invalid> {
        let quantity = if self.quantity.is_zero() {
            Err(Invalid::one("quantity", "quantity.zero", "must not be zero"))
        } else {
            Ok(())
        };
        let recurs = match self.recurs {
            Some(Recurs { cycle: Cycle::OneTime, .. }) => {
                Err(Invalid::one("cycle", "order.recurs_once", "what goes on has a cycle"))
            }
            Some(_) if self.product_id.is_none() => {
                let detail = "what goes on is a product of the catalogue";
                Err(Invalid::one("product_id", "order.recurs_without_product", detail))
            }
            Some(_) if self.quantity.value().is_sign_negative() => {
                Err(Invalid::one("quantity", "quantity.negative", "must not be negative"))
            }
            _ => Ok(()),
        };
        // A subscription's documents call it so.
        let limit = if self.recurs.is_some() { 200 } else { 500 };
        Invalid::gather([check_line("description", &self.description, limit), quantity, recurs])
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
            recurs: self.recurs,
            answers: self.answers,
        })
    }
}

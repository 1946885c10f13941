//! Lines of an invoice: what is billed, at which price, under which tax.
//!
//! Guarantees that a line's net is quantity times unit price, rounded once. Absent on purpose:
//! tax per line, which is rounded once per group; see [`totals`](crate::invoice::totals).

use serde::{Deserialize, Serialize};

use crate::invoice::TaxTreatment;
use crate::kernel::text::check_line;
use crate::kernel::{
    Invalid, Money, MoneyRefusal, Period, ProductId, Quantity, Rounding, UnitPrice,
};

/// What a line bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Web hosting.
    Hosting,
    /// A domain name.
    Domain,
    /// A virtual server.
    Vps,
    /// A game server.
    GameServer,
    /// A certificate.
    SslCertificate,
    /// A software licence.
    Licence,
    /// What is charged once when a service begins.
    SetupFee,
    /// Part of a period, after a change.
    Proration,
    /// Money off; its net is negative.
    Discount,
    /// A correction by hand.
    Adjustment,
    /// Anything that is shipped or done once.
    Goods,
    /// What a late payer is charged; no supply, so outside the scope of tax unless the line says
    /// otherwise.
    LateFee,
}

impl LineKind {
    /// Every kind, in the order screens list them.
    pub const ALL: [Self; 12] = [
        Self::Hosting,
        Self::Domain,
        Self::Vps,
        Self::GameServer,
        Self::SslCertificate,
        Self::Licence,
        Self::SetupFee,
        Self::Proration,
        Self::Discount,
        Self::Adjustment,
        Self::Goods,
        Self::LateFee,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hosting => "hosting",
            Self::Domain => "domain",
            Self::Vps => "vps",
            Self::GameServer => "game_server",
            Self::SslCertificate => "ssl_certificate",
            Self::Licence => "licence",
            Self::SetupFee => "setup_fee",
            Self::Proration => "proration",
            Self::Discount => "discount",
            Self::Adjustment => "adjustment",
            Self::Goods => "goods",
            Self::LateFee => "late_fee",
        }
    }
}

/// A line as it is asked for, before it is priced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    /// What it bills.
    pub kind: LineKind,
    /// What people read, 1 to 500 characters.
    pub description: String,
    /// How many; not zero.
    pub quantity: Quantity,
    /// Price of one, without tax.
    pub unit_price: UnitPrice,
    /// How it is taxed.
    pub tax: TaxTreatment,
    /// The days of service it pays for, if it does.
    pub period: Option<Period>,
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
}

/// A line that says what a coupon takes off another one. What goes back of that one is a share of
/// what was charged for it, and the discount goes back with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lowering {
    /// Number of the line that says so.
    pub line_no: u32,
    /// Number of the line it lowers.
    pub of: u32,
}

/// A line with its number and its amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Number within the invoice, from 1.
    pub no: u32,
    /// What it bills.
    pub kind: LineKind,
    /// What people read.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one, without tax.
    pub unit_price: UnitPrice,
    /// Quantity times unit price, rounded once.
    pub net: Money,
    /// How it is taxed.
    pub tax: TaxTreatment,
    /// The days of service it pays for, if it does.
    pub period: Option<Period>,
    /// The product, unless it is something out of the ordinary.
    pub product_id: Option<ProductId>,
}

impl NewLine {
    /// Checks the description, the quantity and the tax treatment.
    pub fn check(&self) -> Result<(), Invalid> {
        let quantity = if self.quantity.is_zero() {
            Err(Invalid::one("quantity", "quantity.zero", "must not be zero"))
        } else {
            Ok(())
        };
        let description = check_line("description", &self.description, 500);
        Invalid::gather([description, quantity, self.tax.check()])
    }

    /// The line with its number and its amount.
    pub fn priced(&self, no: u32) -> Result<Line, MoneyRefusal> {
        let net = self.unit_price.times(self.quantity, Rounding::HalfAwayFromZero)?;
        Ok(Line {
            no,
            kind: self.kind,
            description: self.description.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            net,
            tax: self.tax,
            period: self.period,
            product_id: self.product_id,
        })
    }
}

/// The line as it was asked for.
impl From<&Line> for NewLine {
    fn from(line: &Line) -> Self {
        Self {
            kind: line.kind,
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            tax: line.tax,
            period: line.period,
            product_id: line.product_id,
        }
    }
}

//! What a document's lines, allowances and charges sum to.
//!
//! Guarantees the model of EN 16931: a line's net is rounded once, tax is taken once per category
//! and rate on the sum of its bases, and every total is a sum of the ones before it (BR-CO-10 to
//! BR-CO-17). Case family `einvoice.totals`. Absent on purpose: prices that hold their tax, which
//! are taken apart before they come here, and the country of a tax, which the standard keeps
//! out of its groups.

use thiserror::Error;

use crate::kernel::{
    Currency, Money, MoneyRefusal, Percent, Quantity, Refusal, RefusalKind, Rounding, UnitPrice,
    divide, power_of_ten,
};
use crate::tax::{Groups, TaxCategory, tax_on};

/// A line as it is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// How many (BT-129); negative when something is taken back.
    pub quantity: Quantity,
    /// What `price_base` of them cost, without tax (BT-146).
    pub unit_price: UnitPrice,
    /// How many the price stands for (BT-149); more than nothing.
    pub price_base: Quantity,
    /// What comes off the line (BT-136).
    pub allowance: Money,
    /// What comes on top of the line (BT-141).
    pub charge: Money,
    /// Category of its tax (BT-151).
    pub category: TaxCategory,
    /// Rate of its tax (BT-152); zero where the category has none.
    pub rate: Percent,
}

/// An allowance (BG-20) or a charge (BG-21) on the whole document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentAmount {
    /// How much, without tax.
    pub amount: Money,
    /// Category of its tax.
    pub category: TaxCategory,
    /// Rate of its tax.
    pub rate: Percent,
}

/// Everything that a document's totals come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Currency of the document (BT-5).
    pub currency: Currency,
    /// The lines.
    pub lines: Vec<PricedLine>,
    /// What comes off the document.
    pub allowances: Vec<DocumentAmount>,
    /// What comes on top of the document.
    pub charges: Vec<DocumentAmount>,
    /// What was paid before (BT-113).
    pub prepaid: Money,
    /// What rounds the amount due, such as to five cents in cash (BT-114).
    pub rounding: Money,
}

/// The tax of one category and rate (BG-23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxSubtotal {
    /// Category (BT-118).
    pub category: TaxCategory,
    /// Rate (BT-119).
    pub rate: Percent,
    /// What is taxed (BT-116).
    pub base: Money,
    /// Base times rate, rounded once (BT-117).
    pub tax: Money,
}

/// The totals of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Net of each line, in the order given (BT-131).
    pub line_nets: Vec<Money>,
    /// Their sum (BT-106).
    pub line_total: Money,
    /// Sum of the document's allowances (BT-107).
    pub allowance_total: Money,
    /// Sum of the document's charges (BT-108).
    pub charge_total: Money,
    /// Lines less allowances plus charges (BT-109).
    pub tax_exclusive: Money,
    /// Tax by category and rate, sorted by both as text.
    pub taxes: Vec<TaxSubtotal>,
    /// Sum of the taxes (BT-110).
    pub tax_total: Money,
    /// With tax (BT-112).
    pub tax_inclusive: Money,
    /// What was paid before (BT-113).
    pub prepaid: Money,
    /// What rounds the amount due (BT-114).
    pub rounding: Money,
    /// What is due (BT-115).
    pub payable: Money,
}

/// Why amounts have no totals.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TotalsRefusal {
    /// Amounts cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// A price for nothing, or for less.
    #[error("the price of a line must stand for more than nothing, not for {base} pieces")]
    PriceBase {
        /// How many it was said to stand for.
        base: Quantity,
    },
}

impl Refusal for TotalsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Money(refusal) => refusal.code(),
            Self::PriceBase { .. } => "einvoice.price_base",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }
}

impl PricedLine {
    /// Quantity times price over the quantity the price stands for, rounded once, less the line's
    /// allowance plus its charge.
    pub fn net(&self) -> Result<Money, TotalsRefusal> {
        let priced = self.priced()?;
        Ok(priced.checked_sub(self.allowance)?.checked_add(self.charge)?)
    }

    fn priced(&self) -> Result<Money, TotalsRefusal> {
        let base = self.price_base.value();
        if base.mantissa() <= 0 {
            return Err(TotalsRefusal::PriceBase { base: self.price_base });
        }
        let (price, quantity) = (self.unit_price.amount(), self.quantity.value());
        let currency = self.unit_price.currency();
        // All powers of ten on one side of the division: the bounds of the three factors keep the
        // rest within 128 bits.
        let up = currency.exponent().saturating_add(base.scale());
        let down = price.scale().saturating_add(quantity.scale());
        let minor = price
            .mantissa()
            .checked_mul(quantity.mantissa())
            .and_then(|product| product.checked_mul(power_of_ten(up.saturating_sub(down))?))
            .and_then(|numerator| {
                let factor = power_of_ten(down.saturating_sub(up))?;
                let denominator = base.mantissa().checked_mul(factor)?;
                divide(numerator, denominator, Rounding::HalfAwayFromZero)
            })
            .and_then(|minor| i64::try_from(minor).ok());
        Ok(Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, currency)?)
    }
}

impl Amounts {
    /// Sums everything up. Refuses an amount in another currency, sums past the limit of money,
    /// and a price that stands for nothing.
    pub fn totals(&self) -> Result<Totals, TotalsRefusal> {
        let line_nets = self.lines.iter().map(PricedLine::net).collect::<Result<Vec<_>, _>>()?;
        let line_total = Money::sum(self.currency, line_nets.iter().copied())?;
        let allowance_total = self.sum(&self.allowances)?;
        let charge_total = self.sum(&self.charges)?;
        let tax_exclusive = line_total.checked_sub(allowance_total)?.checked_add(charge_total)?;
        let taxes = self.taxes(&line_nets)?;
        let tax_total = Money::sum(self.currency, taxes.iter().map(|group| group.tax))?;
        let tax_inclusive = tax_exclusive.checked_add(tax_total)?;
        let payable = tax_inclusive.checked_sub(self.prepaid)?.checked_add(self.rounding)?;
        Ok(Totals {
            line_nets,
            line_total,
            allowance_total,
            charge_total,
            tax_exclusive,
            taxes,
            tax_total,
            tax_inclusive,
            prepaid: self.prepaid,
            rounding: self.rounding,
            payable,
        })
    }

    fn sum(&self, amounts: &[DocumentAmount]) -> Result<Money, MoneyRefusal> {
        Money::sum(self.currency, amounts.iter().map(|of| of.amount))
    }

    fn taxes(&self, line_nets: &[Money]) -> Result<Vec<TaxSubtotal>, MoneyRefusal> {
        let mut groups = Groups::new(self.currency);
        for (line, net) in self.lines.iter().zip(line_nets) {
            groups.add((line.category, line.rate), (*net).into())?;
        }
        for allowance in &self.allowances {
            let amount = allowance.amount.negate();
            groups.add((allowance.category, allowance.rate), amount.into())?;
        }
        for charge in &self.charges {
            groups.add((charge.category, charge.rate), charge.amount.into())?;
        }
        let group = |((category, rate), base)| {
            let tax = tax_on(base, rate)?;
            // A sum of whole cents: rounding it only gives it back its type.
            let base = base.round(Rounding::HalfAwayFromZero)?;
            Ok(TaxSubtotal { category, rate, base, tax })
        };
        let mut taxes =
            groups.into_iter().map(group).collect::<Result<Vec<TaxSubtotal>, MoneyRefusal>>()?;
        taxes.sort_by_cached_key(|group| (group.category.word(), group.rate.to_string()));
        Ok(taxes)
    }
}

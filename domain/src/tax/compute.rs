//! What the taxes of lines sum to.
//!
//! Guarantees that every tax is exact up to the one rounding its [`TaxRounding`] asks for, that
//! the total is the subtotal and the tax, and that inclusive prices keep their total to the cent.
//! Case families `tax.compute` and `tax.resolve`. Absent on purpose: which taxes a line carries.

use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, Money, MoneyRefusal, Percent, Rounding, Unrounded};
use crate::tax::{Groups, tax_on};

/// One tax on a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tax {
    /// What it is called, such as `vat21`. Taxes of one code and rate are one on the invoice.
    pub code: String,
    /// The rate.
    pub rate: Percent,
    /// Taken on the price together with the taxes before it on the line.
    #[serde(default)]
    pub compound: bool,
}

/// An amount and the taxes on it, in the order they are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxableLine {
    /// What is taxed: without the taxes, or with them under [`PriceMode::Inclusive`].
    pub amount: Unrounded,
    /// The taxes.
    pub taxes: Vec<Tax>,
}

/// Where tax becomes whole cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounding {
    /// Every tax of every line is rounded.
    Line,
    /// The tax of each rate is rounded once, on the sum of its bases, as EN 16931 wants it.
    #[default]
    Rate,
    /// Only the sum of all taxes is rounded; a single tax then has no amount of its own.
    Invoice,
}

/// What a tax is taken on, where an amount is a share that is no whole number of cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBase {
    /// On the exact share.
    #[default]
    Unrounded,
    /// On the share as it is printed.
    Rounded,
}

/// Whether prices hold their tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceMode {
    /// Tax comes on top.
    #[default]
    Exclusive,
    /// Tax is part of the price: the total is what the lines sum to.
    Inclusive,
}

/// How a tenant's taxes are computed. The default is what cases say when they say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxRules {
    /// Where tax becomes whole cents.
    pub tax_rounding: TaxRounding,
    /// What a tax is taken on.
    pub tax_base: TaxBase,
    /// Whether prices hold their tax.
    pub prices: PriceMode,
}

/// One tax of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxSum {
    /// What it is called.
    pub code: String,
    /// Its rate.
    pub rate: Percent,
    /// What it was taken on, rounded for print.
    pub base: Money,
    /// What it amounts to.
    pub amount: Money,
}

/// An invoice's amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxed {
    /// What the lines come to without tax.
    pub subtotal: Money,
    /// Each tax, by code and rate; none where only the sum is rounded.
    pub taxes: Vec<TaxSum>,
    /// All taxes.
    pub tax: Money,
    /// Subtotal and tax.
    pub total: Money,
}

/// Taxes lines. Refuses a line in another currency and amounts past the limit of money.
pub fn compute(
    currency: Currency,
    lines: &[TaxableLine],
    rules: TaxRules,
) -> Result<Taxed, MoneyRefusal> {
    let mut found = Collected::new(currency, rules);
    for line in lines {
        found.add(line)?;
    }
    found.close()
}

/// The sums that grow line by line.
struct Collected {
    currency: Currency,
    rules: TaxRules,
    amounts: Unrounded,
    bases: Groups<(String, Percent)>,
    line_taxes: Groups<(String, Percent)>,
    exact_tax: Unrounded,
}

impl Collected {
    fn new(currency: Currency, rules: TaxRules) -> Self {
        Self {
            currency,
            rules,
            amounts: Unrounded::zero(currency),
            bases: Groups::new(currency),
            line_taxes: Groups::new(currency),
            exact_tax: Unrounded::zero(currency),
        }
    }

    fn add(&mut self, line: &TaxableLine) -> Result<(), MoneyRefusal> {
        let amount = match self.rules.tax_base {
            TaxBase::Unrounded => line.amount,
            TaxBase::Rounded => cents(line.amount)?.into(),
        };
        self.amounts = self.amounts.checked_add(amount)?;
        let net = match self.rules.prices {
            PriceMode::Exclusive => amount,
            PriceMode::Inclusive => without_tax(amount, &line.taxes)?,
        };
        let mut before = net;
        for tax in &line.taxes {
            let base = if tax.compound { before } else { net };
            let exact = base.percent(tax.rate)?;
            before = before.checked_add(exact)?;
            self.exact_tax = self.exact_tax.checked_add(exact)?;
            let key = (tax.code.clone(), tax.rate);
            let rounded = self.rules.prices.tax_on(base, tax.rate)?;
            self.line_taxes.add(key.clone(), rounded.into())?;
            self.bases.add(key, base)?;
        }
        Ok(())
    }

    fn close(self) -> Result<Taxed, MoneyRefusal> {
        let prices = self.rules.prices;
        let mut taxes = Vec::new();
        for (((code, rate), base), (_, of_lines)) in self.bases.into_iter().zip(self.line_taxes) {
            let amount = match self.rules.tax_rounding {
                TaxRounding::Line => cents(of_lines)?,
                TaxRounding::Rate => prices.tax_on(base, rate)?,
                TaxRounding::Invoice => continue,
            };
            taxes.push(TaxSum { code, rate, base: cents(base)?, amount });
        }
        taxes.sort_by(|a, b| (&a.code, a.rate).cmp(&(&b.code, b.rate)));
        let amounts = cents(self.amounts)?;
        let tax = match (self.rules.tax_rounding, prices) {
            (TaxRounding::Line | TaxRounding::Rate, _) => {
                Money::sum(self.currency, taxes.iter().map(|tax| tax.amount))?
            }
            (TaxRounding::Invoice, PriceMode::Exclusive) => cents(self.exact_tax)?,
            (TaxRounding::Invoice, PriceMode::Inclusive) => {
                amounts.checked_sub(cents(self.amounts.checked_sub(self.exact_tax)?)?)?
            }
        };
        let (subtotal, total) = match prices {
            PriceMode::Exclusive => (amounts, amounts.checked_add(tax)?),
            PriceMode::Inclusive => (amounts.checked_sub(tax)?, amounts),
        };
        Ok(Taxed { subtotal, taxes, tax, total })
    }
}

impl PriceMode {
    /// The tax on a base without tax. Where prices include it, the base is rounded and the tax
    /// is the rest, so that both sum to the price; on top of a price the tax itself is rounded.
    fn tax_on(self, base: Unrounded, rate: Percent) -> Result<Money, MoneyRefusal> {
        match self {
            Self::Exclusive => tax_on(base, rate),
            Self::Inclusive => {
                let gross = base.checked_add(base.percent(rate)?)?;
                cents(gross)?.checked_sub(cents(base)?)
            }
        }
    }
}

/// What is left of a price once its taxes are taken out of it.
///
/// Taxes grow with their base, so the price taxed once more shows by how much.
fn without_tax(price: Unrounded, taxes: &[Tax]) -> Result<Unrounded, MoneyRefusal> {
    if price.is_zero() {
        return Ok(price);
    }
    let mut taxed = price;
    for tax in taxes {
        let base = if tax.compound { taxed } else { price };
        taxed = taxed.checked_add(base.percent(tax.rate)?)?;
    }
    price.in_proportion(price, taxed)
}

fn cents(amount: Unrounded) -> Result<Money, MoneyRefusal> {
    amount.round(Rounding::HalfAwayFromZero)
}

//! Coupons and tax together.
//!
//! Guarantees that coupons come off before tax, as a price reduction does (article 79 of
//! directive 2006/112/EC), and that tax is taken on what is exactly left of each line. Case
//! family `coupon.tax`. Absent on purpose: vouchers, which are paid with and lower no tax.

use chrono::NaiveDate;

use crate::coupon::{CouponLine, Discounted, HeldCoupon, apply};
use crate::kernel::{Currency, MoneyRefusal};
use crate::tax::{Tax, TaxRules, TaxableLine, Taxed, compute};

/// Lines after coupons, with their tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountedAndTaxed {
    /// What the coupons did.
    pub discounted: Discounted,
    /// What is left, and the tax on it.
    pub taxed: Taxed,
}

/// Applies coupons to lines and taxes what is left. Refuses lines in another currency.
pub fn apply_and_tax(
    currency: Currency,
    on: NaiveDate,
    lines: &[(CouponLine, Vec<Tax>)],
    coupons: &[HeldCoupon],
    rules: TaxRules,
) -> Result<DiscountedAndTaxed, MoneyRefusal> {
    let plain: Vec<CouponLine> = lines.iter().map(|(line, _)| line.clone()).collect();
    let discounted = apply(currency, on, &plain, coupons)?;
    let taxable: Vec<TaxableLine> = discounted
        .left
        .iter()
        .zip(lines)
        .map(|(amount, (_, taxes))| TaxableLine { amount: *amount, taxes: taxes.clone() })
        .collect();
    let taxed = compute(currency, &taxable, rules)?;
    Ok(DiscountedAndTaxed { discounted, taxed })
}

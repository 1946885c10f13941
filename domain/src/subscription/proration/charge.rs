//! Charges: what a service costs, period by period.
//!
//! Guarantees that a full period costs the price and a short one its share of the cycle it was
//! cut from. Case family `proration.window`. Absent on purpose: what was billed before.

use rust_decimal::Decimal;

use super::super::conventions::Conventions;
use super::super::periods::BillingPeriod;
use super::fraction::Fraction;
use super::terms::Terms;
use crate::kernel::{Money, MoneyRefusal, Zone};

/// What one period of a service costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What is charged for, and the cycle it is measured against.
    pub period: BillingPeriod,
    /// The share of the cycle.
    pub fraction: Fraction,
    /// That share of price times quantity, rounded once.
    pub amount: Money,
}

impl Charge {
    /// The charge for one period.
    pub fn of(
        period: BillingPeriod,
        terms: Terms,
        conventions: Conventions,
        zone: Zone,
    ) -> Result<Self, MoneyRefusal> {
        let fraction = conventions.ruler(zone).share(period.span(), period.cycle());
        let amount = terms.charge(fraction, conventions.rounding())?;
        Ok(Self { period, fraction, amount })
    }
}

/// The charges for several periods, such as those that [`BillingSchedule::billable`] finds.
///
/// [`BillingSchedule::billable`]: super::super::BillingSchedule::billable
pub fn charges(
    periods: impl IntoIterator<Item = BillingPeriod>,
    terms: Terms,
    conventions: Conventions,
    zone: Zone,
) -> Result<Vec<Charge>, MoneyRefusal> {
    periods.into_iter().map(|period| Charge::of(period, terms, conventions, zone)).collect()
}

/// How many cycles charges are for: the sum of their fractions, each rounded to nine decimals.
pub fn cycles(charges: &[Charge]) -> Decimal {
    let nine = charges.iter().map(|charge| charge.fraction.to_decimal(9));
    nine.fold(Decimal::new(0, 9), |sum, cycles| sum.saturating_add(cycles))
}

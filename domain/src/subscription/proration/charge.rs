//! Charges: what a service costs, period by period.
//!
//! Guarantees that a full period costs the price and a short one its share of the cycle it was
//! cut from. Case family `proration.window`. Absent on purpose: what was billed before.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use thiserror::Error;

use super::super::conventions::Conventions;
use super::super::periods::{BillingPeriod, PeriodRefusal, Series, Timing};
use super::fraction::Fraction;
use super::terms::Terms;
use crate::kernel::{Money, MoneyRefusal, Refusal, RefusalKind, Zone};

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

/// Everything to be billed for a service on a day or before.
pub fn charges(
    series: Series,
    (through, timing): (NaiveDate, Timing),
    terms: Terms,
    conventions: Conventions,
    zone: Zone,
) -> Result<Vec<Charge>, ProrationRefusal> {
    let periods = series.billable(through, timing)?;
    let charge = |period| Ok(Charge::of(period, terms, conventions, zone)?);
    periods.into_iter().map(charge).collect()
}

/// How many cycles charges are for: the sum of their fractions, each rounded to nine decimals.
pub fn cycles(charges: &[Charge]) -> Decimal {
    let nine = charges.iter().map(|charge| charge.fraction.to_decimal(9));
    nine.fold(Decimal::new(0, 9), |sum, cycles| sum.saturating_add(cycles))
}

/// Why a service cannot be charged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProrationRefusal {
    /// Its periods cannot be told.
    #[error(transparent)]
    Period(#[from] PeriodRefusal),
    /// An amount is more than money can be.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
}

impl Refusal for ProrationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Period(refusal) => refusal.code(),
            Self::Money(refusal) => refusal.code(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Period(refusal) => refusal.kind(),
            Self::Money(refusal) => refusal.kind(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Period(refusal) => refusal.field(),
            Self::Money(_) => Some("/price"),
        }
    }
}

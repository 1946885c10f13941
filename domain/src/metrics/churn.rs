//! Churn: the share of recurring revenue that was lost.
//!
//! Guarantees exact rates, rounded once to hundredths of a percent, half away from zero. New
//! clients never count into churn; what those who stayed or came back pay more counts against it
//! in the net rate, which may thus be negative. Case family `metrics.churn`; RPT-29. Absent on
//! purpose: a rate where there was nothing to lose.

use std::fmt;

use crate::kernel::{Money, MoneyRefusal, Rounding, divide};

/// What happened to the recurring revenue of all clients; no amount is below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueFlow {
    /// At the beginning.
    pub start: Money,
    /// Of clients who came for the first time.
    pub new: Money,
    /// What clients pay more than before.
    pub expansion: Money,
    /// Of clients who came back.
    pub reactivation: Money,
    /// What clients pay less than before.
    pub contraction: Money,
    /// Of clients who left.
    pub churn: Money,
}

/// The rates of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChurnRates {
    /// Recurring revenue at the end.
    pub end: Money,
    /// What was lost, of what there was; nothing if there was nothing.
    pub gross: Option<PercentRate>,
    /// The same less what was gained from clients who had paid before.
    pub net: Option<PercentRate>,
}

/// A percentage of either sign with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PercentRate {
    hundredths: i64,
}

impl PercentRate {
    /// The share that one amount is of another; nothing of nothing.
    pub fn of(piece: Money, whole: Money) -> Result<Option<Self>, MoneyRefusal> {
        whole.checked_add(Money::zero(piece.currency()))?;
        let scaled = i128::from(piece.minor()).checked_mul(10_000);
        let whole = i128::from(whole.minor());
        if whole == 0 {
            return Ok(None);
        }
        let hundredths = scaled
            .and_then(|scaled| divide(scaled, whole, Rounding::HalfAwayFromZero))
            .and_then(|hundredths| i64::try_from(hundredths).ok());
        let hundredths = hundredths.ok_or(MoneyRefusal::OutOfRange)?;
        Ok(Some(Self { hundredths }))
    }

    /// Hundredths of a percent.
    pub fn hundredths(self) -> i64 {
        self.hundredths
    }
}

impl fmt::Display for PercentRate {
    /// `-10.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&rust_decimal::Decimal::new(self.hundredths, 2), f)
    }
}

impl RevenueFlow {
    /// Its rates. Refuses amounts in several currencies.
    pub fn rates(&self) -> Result<ChurnRates, MoneyRefusal> {
        let lost = self.churn.checked_add(self.contraction)?;
        let regained = self.expansion.checked_add(self.reactivation)?;
        let net = lost.checked_sub(regained)?;
        Ok(ChurnRates {
            end: self.start.checked_add(self.new)?.checked_sub(net)?,
            gross: PercentRate::of(lost, self.start)?,
            net: PercentRate::of(net, self.start)?,
        })
    }
}

//! Figures about recurring revenue, each defined once.
//!
//! [`mrr_on`] brings recurring prices to a month, [`movement`] says what moved between two days,
//! and [`RevenueFlow`] relates what was lost to what there was. Guarantees that opening revenue
//! plus the movement is closing revenue, exactly. RPT-29. Absent on purpose: reading the log, which
//! projections do, and figures about several currencies at once.

mod churn;
mod mrr;
#[cfg(test)]
mod tests;

pub use churn::{ChurnRates, PercentRate, RevenueFlow};
pub use mrr::{Movement, MovementKind, RecurringPrice, movement, mrr_on};

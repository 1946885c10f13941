//! The fee for paying late: a share of what is open, or a fixed amount.
//!
//! Guarantees a fee in the currency of the debt or none at all, never more than its cap, rounded
//! once. Absent on purpose: its tax and its posting. A fee is a line of an invoice of its own
//! (an issued one is frozen, and receivables are what documents say), so that it is posted and
//! taxed where lines are.

use serde::{Deserialize, Serialize};

use crate::dunning::arrears::Amounts;
use crate::kernel::{Invalid, Money, Percent, Rounding};

/// How a fee for paying late is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LateFee {
    /// So many percent of what is open.
    Percent {
        /// More than 0 and at most 100.
        percent: Percent,
        /// The most it may be, in the currencies that have a cap.
        #[serde(default, skip_serializing_if = "Amounts::is_empty")]
        cap: Amounts,
    },
    /// The same for every debt; none in a currency that is not named.
    Fixed {
        /// More than nothing, in each currency.
        amounts: Amounts,
    },
}

impl LateFee {
    /// Refuses a fee of nothing, and one that is more than the debt itself.
    pub fn check(&self) -> Result<(), Invalid> {
        let (field, wrong, detail) = match self {
            Self::Percent { percent, .. } => {
                let most = rust_decimal::Decimal::ONE_HUNDRED;
                let wrong = percent.is_zero() || percent.value() > most;
                ("late_fee/percent", wrong, "must be more than 0 and at most 100")
            }
            Self::Fixed { amounts } => {
                let wrong = amounts.is_empty() || amounts.iter().any(Money::is_zero);
                ("late_fee/amounts", wrong, "say more than nothing in one currency at least")
            }
        };
        if wrong { Err(Invalid::one(field, "late_fee.amount", detail)) } else { Ok(()) }
    }

    /// The fee on what is open; nothing if it comes to nothing.
    pub fn on(&self, open: Money) -> Option<Money> {
        let fee = match self {
            Self::Percent { percent, cap } => {
                // At most 100 % of an amount is an amount.
                let fee = percent.of(open, Rounding::HalfAwayFromZero).ok()?;
                let cap = cap.of(open.currency()).filter(|cap| cap.minor() < fee.minor());
                cap.unwrap_or(fee)
            }
            Self::Fixed { amounts } => amounts.of(open.currency())?,
        };
        Some(fee).filter(|fee| fee.is_positive())
    }
}

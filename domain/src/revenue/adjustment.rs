//! Putting right what was recognised under an amount that has changed since.
//!
//! Guarantees that posted months stay as they are, and that posted figures, adjustments and the
//! months to come sum to the new amount. Case family `revrec.adjust`.

use serde::{Deserialize, Serialize};

use crate::kernel::Money;
use crate::revenue::spread::spread;
use crate::revenue::{MOST_MONTHS, RevenueRefusal};

/// What a new amount means for months that were posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentMethod {
    /// As if it had been so from the start: each posted month gets its difference, booked now
    /// (cumulative catch-up).
    Retroactive,
    /// From now on: the months to come share what is left.
    Prospective,
}

/// What is booked from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjusted {
    /// The difference of each posted month, in order; none under
    /// [`AdjustmentMethod::Prospective`].
    pub adjustments: Vec<Money>,
    /// What each month to come recognises. Where none is to come and the new amount is not what
    /// was posted, the difference is booked at once, as one last figure.
    pub remaining: Vec<Money>,
}

/// Spreads a new amount over a term of equal months of which some were posted. The new term may
/// be shorter than what was posted: months beyond it earn nothing.
pub fn adjust(
    posted: &[Money],
    months: u32,
    new_amount: Money,
    method: AdjustmentMethod,
) -> Result<Adjusted, RevenueRefusal> {
    if months == 0 || months > MOST_MONTHS {
        return Err(RevenueRefusal::Months { found: months.into() });
    }
    let equal = vec![1_u64; usize::try_from(months).unwrap_or_default()];
    let to_come = equal.get(posted.len()..).unwrap_or_default();
    match method {
        AdjustmentMethod::Retroactive => {
            let scheduled = spread(new_amount, &equal)?;
            let zero = Money::zero(new_amount.currency());
            let beyond = std::iter::repeat(&zero);
            let adjustments = scheduled
                .iter()
                .chain(beyond)
                .zip(posted)
                .map(|(scheduled, posted)| scheduled.checked_sub(*posted))
                .collect::<Result<Vec<_>, _>>()?;
            let remaining = scheduled.get(posted.len()..).unwrap_or_default().to_vec();
            Ok(Adjusted { adjustments, remaining })
        }
        AdjustmentMethod::Prospective => {
            let done = Money::sum(new_amount.currency(), posted.iter().copied())?;
            let left = new_amount.checked_sub(done)?;
            let remaining = if to_come.is_empty() && !left.is_zero() {
                vec![left]
            } else {
                spread(left, to_come)?
            };
            Ok(Adjusted { adjustments: Vec::new(), remaining })
        }
    }
}

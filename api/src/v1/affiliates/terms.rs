//! Terms of commissions on the wire.

use billfold_domain::affiliate::{CommissionRate, CommissionTerms, Recurrence, Tier};
use billfold_domain::kernel::Percent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;
use crate::wire::WireMoney;

/// What a sale earns, for how long, when it counts and when it is paid.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CommissionTerms, example = json!({
    "rate": {"kind": "percent", "percent": "20"}, "recurrence": {"kind": "forever"},
    "hold_days": 30, "window_days": 60,
    "minimum_payout": [{"amount": "25.00", "currency": "EUR"}],
}))]
#[serde(deny_unknown_fields)]
pub(in crate::v1) struct WireCommissionTerms {
    /// What a sale earns.
    rate: WireRate,
    /// For how long a client's sales earn.
    recurrence: WireRecurrence,
    /// Days a commission waits before it counts; with none it counts at once.
    #[schema(maximum = 3660)]
    hold_days: u32,
    /// Days after a click within which the client must come.
    #[schema(maximum = 3660)]
    window_days: u32,
    /// The least that is paid out at once; each currency once.
    #[serde(default)]
    minimum_payout: Vec<WireMoney>,
}

/// What a sale earns.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CommissionRate)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
enum WireRate {
    /// A share of the sale, in any currency.
    Percent {
        /// Percent of the sale without tax, at most 100.
        #[schema(example = "20", max_length = 16)]
        percent: String,
    },
    /// The share of the tier the sale falls into, taken of the whole sale.
    Tiers {
        /// Tiers with an upper bound, the lowest first.
        tiers: Vec<WireTier>,
        /// Percent of a sale that is below none of them.
        #[schema(example = "30", max_length = 16)]
        above: String,
    },
    /// An amount for each item sold.
    Flat {
        /// The amount.
        amount: WireMoney,
    },
}

/// Sales below a bound.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CommissionTier)]
#[serde(deny_unknown_fields)]
struct WireTier {
    /// The first sale that is too large for the tier.
    below: WireMoney,
    /// Percent of a sale in the tier.
    #[schema(example = "10", max_length = 16)]
    percent: String,
}

/// For how long a client's sales earn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CommissionRecurrence)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
enum WireRecurrence {
    /// The first sale earns and no other.
    FirstSale {},
    /// Sales earn for so many months from the referral on.
    Months {
        /// How many.
        #[schema(minimum = 1, maximum = 120)]
        months: u32,
    },
    /// Every sale earns.
    Forever {},
}

impl WireCommissionTerms {
    /// The terms, or what is wrong with them below `pointer`.
    pub(in crate::v1) fn read(&self, check: &mut Check, pointer: &str) -> Option<CommissionTerms> {
        let rate = self.rate.read(check, &format!("{pointer}/rate"));
        let minimum = self.minimum_payout.iter().enumerate();
        let minimum: Vec<_> = minimum
            .map(|(at, money)| money.read(check, &format!("{pointer}/minimum_payout/{at}")))
            .collect();
        Some(CommissionTerms {
            rate: rate?,
            recurrence: match self.recurrence {
                WireRecurrence::FirstSale {} => Recurrence::FirstSale,
                WireRecurrence::Months { months } => Recurrence::Months { months },
                WireRecurrence::Forever {} => Recurrence::Forever,
            },
            hold_days: self.hold_days,
            window_days: self.window_days,
            minimum_payout: minimum.into_iter().collect::<Option<_>>()?,
        })
    }
}

impl WireRate {
    fn read(&self, check: &mut Check, pointer: &str) -> Option<CommissionRate> {
        match self {
            Self::Percent { percent } => {
                share(check, &format!("{pointer}/percent"), percent).map(CommissionRate::Percent)
            }
            Self::Tiers { tiers, above } => {
                let above = share(check, &format!("{pointer}/above"), above);
                let tiers: Vec<_> = tiers
                    .iter()
                    .enumerate()
                    .map(|(at, tier)| {
                        let pointer = format!("{pointer}/tiers/{at}");
                        let below = tier.below.read(check, &format!("{pointer}/below"));
                        let percent = share(check, &format!("{pointer}/percent"), &tier.percent);
                        Some(Tier { below: below?, percent: percent? })
                    })
                    .collect();
                let tiers = tiers.into_iter().collect::<Option<_>>()?;
                Some(CommissionRate::Tiers { tiers, above: above? })
            }
            Self::Flat { amount } => {
                amount.read(check, &format!("{pointer}/amount")).map(CommissionRate::Flat)
            }
        }
    }
}

fn share(check: &mut Check, pointer: &str, text: &str) -> Option<Percent> {
    check.number(pointer, text, 16, str::parse::<Percent>)
}

impl From<&CommissionTerms> for WireCommissionTerms {
    fn from(terms: &CommissionTerms) -> Self {
        let tier = |tier: &Tier| WireTier {
            below: tier.below.into(),
            percent: tier.percent.value().normalize().to_string(),
        };
        Self {
            rate: match &terms.rate {
                CommissionRate::Percent(percent) => {
                    WireRate::Percent { percent: percent.value().normalize().to_string() }
                }
                CommissionRate::Tiers { tiers, above } => WireRate::Tiers {
                    tiers: tiers.iter().map(tier).collect(),
                    above: above.value().normalize().to_string(),
                },
                CommissionRate::Flat(amount) => WireRate::Flat { amount: (*amount).into() },
            },
            recurrence: match terms.recurrence {
                Recurrence::FirstSale => WireRecurrence::FirstSale {},
                Recurrence::Months { months } => WireRecurrence::Months { months },
                Recurrence::Forever => WireRecurrence::Forever {},
            },
            hold_days: terms.hold_days,
            window_days: terms.window_days,
            minimum_payout: terms.minimum_payout.iter().map(|money| (*money).into()).collect(),
        }
    }
}

//! What an affiliate earns of a sale, for how long, when it counts and when it is paid.
//!
//! Guarantees one rounding for each commission, half away from zero, and, once checked, tiers
//! that ascend in one currency, percentages of at most 100 and spans of at most ten years. Case
//! family `affiliate.commission`, scope AFF-07. Absent on purpose: from which day terms count,
//! which the affiliate's history knows.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kernel::{
    Currency, Invalid, Money, MoneyRefusal, Percent, Rounding, add_months_clamped,
};

/// The longest hold and the widest window, in days.
const LONGEST_DAYS: u32 = 3_660;

/// The longest time for which a client's sales earn, in months.
const LONGEST_MONTHS: u32 = 120;

/// What a sale earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum CommissionRate {
    /// A share of the net sale, in any currency.
    Percent(Percent),
    /// The share of the tier the net sale falls into, taken of the whole sale.
    Tiers {
        /// Tiers with an upper bound, the lowest first.
        tiers: Vec<Tier>,
        /// The share of a sale that is below none of them.
        above: Percent,
    },
    /// An amount for each item sold, whatever it costs.
    Flat(Money),
}

/// Sales below a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The first sale that is too large for the tier.
    pub below: Money,
    /// The share of a sale in the tier.
    pub percent: Percent,
}

/// For how long a referred client's sales earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recurrence {
    /// The first sale earns and no other.
    FirstSale,
    /// Sales earn for so many months from the referral on.
    Months {
        /// How many.
        months: u32,
    },
    /// Every sale earns.
    Forever,
}

/// What was agreed with an affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionTerms {
    /// What a sale earns.
    pub rate: CommissionRate,
    /// For how long a client's sales earn.
    pub recurrence: Recurrence,
    /// Days a commission waits before it counts; with none it counts at once.
    pub hold_days: u32,
    /// Days after a click within which the client must come.
    pub window_days: u32,
    /// The least that is paid out at once, for each currency that has a minimum.
    pub minimum_payout: Vec<Money>,
}

impl CommissionRate {
    /// What a net sale of so many items earns. Refuses a sale in a currency in which tiers or the
    /// amount for an item say nothing.
    pub fn commission(&self, sale: Money, items: u32) -> Result<Money, MoneyRefusal> {
        let rounding = Rounding::HalfAwayFromZero;
        match self {
            Self::Percent(percent) => percent.of(sale, rounding),
            Self::Tiers { tiers, above } => {
                for tier in tiers {
                    if sale.checked_sub(tier.below)?.is_negative() {
                        return tier.percent.of(sale, rounding);
                    }
                }
                above.of(sale, rounding)
            }
            Self::Flat(each) => {
                let minor = each.minor().checked_mul(i64::from(items));
                let minor = minor.ok_or(MoneyRefusal::OutOfRange)?;
                Money::zero(sale.currency()).checked_add(Money::try_new(minor, each.currency())?)
            }
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        let wrong = |field: &str, code, detail: &str| Err(Invalid::one(field, code, detail));
        let share = |percent: &Percent| percent.value() <= Decimal::ONE_HUNDRED;
        let too_much = "a share is at most 100 percent";
        match self {
            Self::Percent(percent) if share(percent) => Ok(()),
            Self::Percent(_) => wrong("rate", "affiliate.rate_out_of_range", too_much),
            Self::Tiers { tiers, above } => {
                if !tiers.iter().map(|tier| &tier.percent).chain([above]).all(share) {
                    return wrong("rate", "affiliate.rate_out_of_range", too_much);
                }
                let ascends = tiers.is_sorted_by(|one, two| {
                    one.below.currency() == two.below.currency()
                        && one.below.minor() < two.below.minor()
                });
                if ascends && tiers.iter().all(|tier| tier.below.is_positive()) {
                    return Ok(());
                }
                let detail = "tiers ascend from above zero, in one currency";
                wrong("rate", "affiliate.tiers_out_of_order", detail)
            }
            Self::Flat(each) if each.is_negative() => {
                let detail = "an amount for an item cannot be negative";
                wrong("rate", "affiliate.rate_out_of_range", detail)
            }
            Self::Flat(_) => Ok(()),
        }
    }
}

impl CommissionTerms {
    /// Checks every value; names all that are wrong at once.
    pub fn check(&self) -> Result<(), Invalid> {
        let bounded = |field: &str, found: u32, low: u32, high: u32, unit: &str| {
            if (low..=high).contains(&found) {
                return Ok(());
            }
            let detail = format!("use {low} to {high} {unit}");
            Err(Invalid::one(field, "affiliate.span_out_of_range", detail))
        };
        let recurrence = match self.recurrence {
            Recurrence::Months { months } => {
                bounded("recurrence/months", months, 1, LONGEST_MONTHS, "months")
            }
            Recurrence::FirstSale | Recurrence::Forever => Ok(()),
        };
        let mut currencies: Vec<Currency> =
            self.minimum_payout.iter().map(|minimum| minimum.currency()).collect();
        currencies.sort_unstable();
        let once = currencies.windows(2).all(|pair| pair.first() != pair.last());
        let minimum = if once && !self.minimum_payout.iter().any(|minimum| minimum.is_negative()) {
            Ok(())
        } else {
            let detail = "name each currency once, with nothing or more";
            Err(Invalid::one("minimum_payout", "affiliate.minimum_out_of_range", detail))
        };
        Invalid::gather([
            self.rate.check(),
            recurrence,
            bounded("hold_days", self.hold_days, 0, LONGEST_DAYS, "days"),
            bounded("window_days", self.window_days, 0, LONGEST_DAYS, "days"),
            minimum,
        ])
        .map_err(|invalid| invalid.under("terms"))
    }

    /// The first day on which a commission of a day counts; the last day of the calendar if that
    /// lies behind it.
    pub fn counts_from(&self, day: NaiveDate) -> NaiveDate {
        later(day, self.hold_days)
    }

    /// Whether a client who clicked on a day and came on another was brought by the click.
    pub fn attributes(&self, clicked_on: NaiveDate, came_on: NaiveDate) -> bool {
        clicked_on <= came_on && came_on <= later(clicked_on, self.window_days)
    }

    /// Whether a sale of a day earns, when so many sales of the client have earned already.
    pub fn earns(&self, referred_on: NaiveDate, sold_on: NaiveDate, so_far: usize) -> bool {
        match self.recurrence {
            Recurrence::FirstSale => so_far == 0,
            Recurrence::Months { months } => {
                add_months_clamped(referred_on, months).is_none_or(|end| sold_on < end)
            }
            Recurrence::Forever => true,
        }
    }

    /// The least that is paid out at once in a currency; nothing where none was agreed.
    pub fn minimum_in(&self, currency: Currency) -> Money {
        let own = self.minimum_payout.iter().find(|minimum| minimum.currency() == currency);
        own.copied().unwrap_or(Money::zero(currency))
    }
}

fn later(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

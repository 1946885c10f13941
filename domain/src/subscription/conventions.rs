//! Conventions: the settings under which time becomes money.
//!
//! Guarantees that a setting that is not said has the default of the case collection (`day`,
//! `actual`, `cycle`, `billed_line`, `credited`, half up per line), and that an unknown setting or
//! value is refused rather than ignored. A setting with one value is here so that another one is
//! refused. Absent on purpose: taxes and coupons, which have settings of their own.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::proration::Ruler;
use crate::kernel::{Invalid, Rounding, Zone};

/// How a part of a cycle is measured and what is credited, per tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conventions {
    /// What is counted.
    pub proration: ProrationUnit,
    /// How long a month is, where days are counted.
    pub day_count: DayCount,
    /// How long every month is where [`DayCount::Fixed`] says so; without effect elsewhere.
    pub fixed_month_days: MonthDays,
    /// What a part is measured against.
    pub denominator: Denominator,
    /// What a credit for unused time is a share of.
    pub credit_basis: CreditBasis,
    /// Whose the day of a change is.
    pub change_day: LastDay,
    /// Whose the day of a cancellation is.
    pub cancel_day: LastDay,
    /// How a fraction of a cent becomes one.
    pub rounding: LineRounding,
    /// How often an amount is rounded.
    pub rounding_scope: RoundingScope,
}

impl Conventions {
    /// The measure of a share, at a place.
    pub fn ruler(self, zone: Zone) -> Ruler {
        match (self.proration, self.day_count) {
            (ProrationUnit::Second, _) => Ruler::Seconds(zone),
            (ProrationUnit::Day, DayCount::Actual) => Ruler::Days,
            (ProrationUnit::Day, DayCount::Fixed) => Ruler::MonthsOf(self.fixed_month_days),
        }
    }

    /// The basis of a credit in force. Days of fixed months are measured against the cycle, since
    /// a line's own days do not add up to what was billed for it.
    pub fn credit_basis(self) -> CreditBasis {
        match (self.proration, self.day_count) {
            (ProrationUnit::Day, DayCount::Fixed) => CreditBasis::Price,
            _ => self.credit_basis,
        }
    }

    /// The one rounding of each line.
    pub fn rounding(self) -> Rounding {
        match self.rounding {
            LineRounding::HalfUp => Rounding::HalfAwayFromZero,
        }
    }
}

/// What is counted to find a share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProrationUnit {
    /// Whole local days.
    #[default]
    Day,
    /// Seconds between instants.
    Second,
}

/// How long a month is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// As the calendar has it.
    #[default]
    Actual,
    /// Always the same number of days.
    Fixed,
}

/// How many days a month of fixed length has, 1 to 31; 30 unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MonthDays(u8);

impl MonthDays {
    /// Refuses none and more than the longest month has.
    pub fn try_new(days: u32) -> Result<Self, Invalid> {
        match u8::try_from(days) {
            Ok(days @ 1..=31) => Ok(Self(days)),
            _ => Err(Invalid::one("fixed_month_days", "month_days.out_of_range", "use 1 to 31")),
        }
    }

    /// How many days.
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

impl Default for MonthDays {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u32> for MonthDays {
    type Error = Invalid;

    fn try_from(days: u32) -> Result<Self, Self::Error> {
        Self::try_new(days)
    }
}

impl From<MonthDays> for u32 {
    fn from(days: MonthDays) -> Self {
        days.get()
    }
}

impl fmt::Debug for MonthDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a part is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// The full interval between the boundaries around it.
    #[default]
    Cycle,
}

/// What a credit for unused time is a share of. The same for full periods, different for short
/// ones; at most what is left of the line either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditBasis {
    /// The billed amount, by the time of its line.
    #[default]
    BilledLine,
    /// The list price of the quantity, by the time of the cycle.
    Price,
}

/// Whether the day of a change or an end still belongs to the old state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// It does not: the credit starts with it.
    #[default]
    Credited,
    /// It does: the credit starts the day after.
    Charged,
}

impl LastDay {
    /// The day after the old state's last one when it is changed or ended on a day.
    pub fn end_on(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Credited => day,
            Self::Charged => day.succ_opt().unwrap_or(day),
        }
    }
}

/// How a fraction of a cent becomes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRounding {
    /// To the nearest, half away from zero.
    #[default]
    HalfUp,
}

/// How often an amount is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingScope {
    /// Once per line and never in between.
    #[default]
    Line,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(settings: serde_json::Value) -> Result<Conventions, serde_json::Error> {
        serde_json::from_value(settings)
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let said = read(json!({
            "proration": "day", "day_count": "actual", "denominator": "cycle",
            "credit_basis": "billed_line", "change_day": "credited", "cancel_day": "credited",
            "rounding": "half_up", "rounding_scope": "line",
        }));
        assert_eq!(read(json!({})).unwrap(), said.unwrap());
        assert_eq!(Conventions::default().fixed_month_days.get(), 30);
    }

    #[test]
    fn unknown_settings_and_values_are_refused() {
        assert!(read(json!({ "denominator": "period" })).is_err());
        assert!(read(json!({ "change_days": "charged" })).is_err());
        assert!(read(json!({ "fixed_month_days": 0 })).is_err());
        assert!(read(json!({ "fixed_month_days": 32 })).is_err());
    }

    #[test]
    fn settings_are_read_back_as_they_were_stored() {
        let said = read(json!({ "day_count": "fixed", "fixed_month_days": 28 })).unwrap();
        assert_eq!(read(serde_json::to_value(said).unwrap()).unwrap(), said);
        assert_eq!(said.ruler(Zone::UTC), Ruler::MonthsOf(MonthDays::try_new(28).unwrap()));
    }

    #[test]
    fn fixed_months_are_credited_by_price_unless_seconds_are_counted() {
        let fixed = Conventions { day_count: DayCount::Fixed, ..Conventions::default() };
        assert_eq!(fixed.credit_basis(), CreditBasis::Price);
        let seconds = Conventions { proration: ProrationUnit::Second, ..fixed };
        assert_eq!(seconds.credit_basis(), CreditBasis::BilledLine);
        assert_eq!(seconds.ruler(Zone::UTC), Ruler::Seconds(Zone::UTC));
    }

    #[test]
    fn a_charged_day_moves_the_credit_by_one() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 28).unwrap();
        assert_eq!(LastDay::Credited.end_on(day), day);
        assert_eq!(LastDay::Charged.end_on(day), NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
        assert_eq!(LastDay::Charged.end_on(NaiveDate::MAX), NaiveDate::MAX);
    }
}

//! Retries: when a declined payment is tried again.
//!
//! Guarantees that days are counted from the first attempt, so that a late try moves no other,
//! and that nothing is tried on or after the day the invoice is settled. Case family
//! `dunning.retry`; SUB-14 by the defaults of design.md §7: after 1, 3, 5 and 7 days at 09:00
//! local, five tries in all. A gateway that can't be reached declines nothing and is asked again
//! within hours (SUB-15). Absent on purpose: which decline is soft, which gateways say.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::dunning::arrears::days_between;
use crate::kernel::Invalid;

/// How far apart tries lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryPace {
    /// So many days after the first attempt, rising.
    AfterDays(Vec<u32>),
    /// Every so many days after the first attempt.
    EveryDays(u32),
}

/// On which days a declined payment is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySchedule {
    /// How far apart tries lie.
    pub pace: RetryPace,
    /// The last day on which anything is tried, counted from the first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_day: Option<u32>,
}

/// When and how often a declined payment is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// On which days.
    pub schedule: RetrySchedule,
    /// How many tries there are in all, the first attempt included; 1 to 50.
    pub most_tries: u32,
    /// The hour of the day at the client's place, 0 to 23.
    pub at_hour: u32,
}

/// When a gateway that could not be reached is asked again, after so many vain tries: after 1, 2,
/// 4, 8 and 16 hours (SUB-15). Nothing once these are over: the payment has failed, and dunning
/// begins.
pub fn after_unreachable(last_try: DateTime<Utc>, tries: u32) -> Option<DateTime<Utc>> {
    let hours = match tries {
        1 => 1,
        2 => 2,
        3 => 4,
        4 => 8,
        5 => 16,
        _ => return None,
    };
    last_try.checked_add_signed(TimeDelta::try_hours(hours)?)
}

impl Default for RetryPolicy {
    /// After 1, 3, 5 and 7 days at 09:00, five tries in all.
    fn default() -> Self {
        let pace = RetryPace::AfterDays(vec![1, 3, 5, 7]);
        Self { schedule: RetrySchedule { pace, final_day: None }, most_tries: 5, at_hour: 9 }
    }
}

impl RetryPolicy {
    /// Refuses hours that no day has, no tries at all and days that do not rise.
    pub fn check(&self) -> Result<(), Invalid> {
        let tries = if (1..=50).contains(&self.most_tries) {
            Ok(())
        } else {
            Err(Invalid::one("most_tries", "retry.tries", "must be 1 to 50 tries"))
        };
        let hour = if self.at_hour <= 23 {
            Ok(())
        } else {
            Err(Invalid::one("at_hour", "retry.hour", "must be an hour from 0 to 23"))
        };
        let schedule = self.schedule.check().map_err(|invalid| invalid.under("schedule"));
        Invalid::gather([schedule, tries, hour])
    }
}

impl RetrySchedule {
    /// Refuses days that do not rise from one on, and more than a year of them.
    pub fn check(&self) -> Result<(), Invalid> {
        let (field, right, detail) = match &self.pace {
            RetryPace::AfterDays(days) => {
                let bounded = days.iter().all(|day| (1..=365).contains(day));
                let right = bounded && days.is_sorted_by(|a, b| a < b);
                ("pace/after_days", right, "must rise, from 1 to 365 days")
            }
            RetryPace::EveryDays(days) => {
                ("pace/every_days", (1..=365).contains(days), "must be 1 to 365 days")
            }
        };
        if right { Ok(()) } else { Err(Invalid::one(field, "retry.days", detail)) }
    }

    /// The first try after a day, if the first attempt of all was on another.
    pub fn next_after(&self, first_attempt: NaiveDate, day: NaiveDate) -> Option<NaiveDate> {
        let gone = days_between(first_attempt, day);
        let next = match &self.pace {
            RetryPace::AfterDays(days) => days.iter().copied().find(|days| *days > gone)?,
            RetryPace::EveryDays(days) => {
                gone.checked_div(*days)?.checked_add(1)?.checked_mul(*days)?
            }
        };
        if self.final_day.is_some_and(|last| next > last) {
            return None;
        }
        first_attempt.checked_add_days(Days::new(u64::from(next)))
    }

    /// Every try up to a day, as long as nothing is settled.
    pub fn retries(&self, first_attempt: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
        let next = |day: &NaiveDate| self.next_after(first_attempt, *day);
        let all = std::iter::successors(next(&first_attempt), next);
        all.take_while(|day| *day <= until).collect()
    }

    /// The day on which the tries have failed for good: the final one, unless the invoice was
    /// settled by then.
    pub fn given_up_on(
        &self,
        first_attempt: NaiveDate,
        settled_on: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let last = first_attempt.checked_add_days(Days::new(u64::from(self.final_day?)))?;
        settled_on.is_none_or(|settled| settled > last).then_some(last)
    }
}

//! Billing periods: the stretches between boundaries, as far as a service lasts.
//!
//! Guarantees that the periods of a service follow each other without gap or overlap from its
//! start to its end, and that each knows the full cycle it was cut from. Looking up a period costs
//! the same however old the service is. Lists are bounded ([`MOST_PERIODS`]); walking them is not,
//! since an iterator makes one period at a time. Case families `period.list` and
//! `period.containing`. Absent on purpose: prices, and what has been billed already.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::anchor::{Anchor, Boundaries};
use super::interval::Interval;
use crate::kernel::{Period, Refusal, RefusalKind, is_in_calendar};

/// How many periods one list may hold: more than a century of days.
pub const MOST_PERIODS: usize = 40_000;

/// When a period is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Once its first day is reached.
    #[default]
    Advance,
    /// Once its end is reached.
    Arrears,
}

impl Timing {
    /// The first day on which a period is billed.
    pub fn billed_on(self, period: Period) -> NaiveDate {
        match self {
            Self::Advance => period.from(),
            Self::Arrears => period.to(),
        }
    }
}

/// A period of a service and the cycle it is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingPeriod {
    span: Period,
    cycle: Period,
}

impl BillingPeriod {
    /// A piece of a cycle: what both have in common, or nothing.
    pub fn of_cycle(span: Period, cycle: Period) -> Option<Self> {
        Some(Self { span: span.overlap(cycle)?, cycle })
    }

    /// The days of service.
    pub fn span(self) -> Period {
        self.span
    }

    /// The full interval between two neighbouring boundaries around it.
    pub fn cycle(self) -> Period {
        self.cycle
    }

    /// Whether it is its whole cycle, and not cut by the start or the end of the service.
    pub fn is_full(self) -> bool {
        self.span == self.cycle
    }

    /// What is left of it from a day on, measured against the same cycle.
    pub fn rest_from(self, day: NaiveDate) -> Option<Self> {
        Some(Self { span: self.span.rest_from(day)?, ..self })
    }

    /// What lies before a day, measured against the same cycle.
    pub fn until(self, day: NaiveDate) -> Option<Self> {
        let span = Period::try_new(self.span.from(), self.span.to().min(day)).ok()?;
        Some(Self { span, ..self })
    }
}

/// The periods of one service at one interval and anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingSchedule {
    boundaries: Boundaries,
    start: NaiveDate,
    end: Option<NaiveDate>,
}

impl BillingSchedule {
    /// A service without end. Refuses a start outside the years 1 to 9999.
    pub fn try_new(
        start: NaiveDate,
        interval: Interval,
        anchor: Anchor,
    ) -> Result<Self, PeriodRefusal> {
        if !is_in_calendar(start) {
            return Err(PeriodRefusal::OutOfCalendar { day: start });
        }
        Ok(Self { boundaries: anchor.boundaries(start, interval), start, end: None })
    }

    /// The same service up to a day, which is out; a day before the start leaves nothing. An
    /// earlier end stays.
    pub fn until(self, end: Option<NaiveDate>) -> Self {
        let earlier = [self.end, end].into_iter().flatten().min();
        Self { end: earlier, ..self }
    }

    /// All periods in order, up to the end of the service or of the year 9999.
    pub fn periods(self) -> Periods {
        self.periods_from(self.start)
    }

    /// The periods from the one that contains a day on; all of them for a day before the start.
    pub fn periods_from(self, day: NaiveDate) -> Periods {
        let number = self.boundaries.number_at(day.max(self.start));
        Periods { schedule: self, number }
    }

    /// The period that contains a day; nothing before the start and from the end on.
    pub fn containing(self, day: NaiveDate) -> Option<BillingPeriod> {
        let lasts = self.start <= day && is_in_calendar(day);
        let period = lasts.then(|| self.period(self.boundaries.number_at(day)))??;
        period.span.contains(day).then_some(period)
    }

    /// The first periods, as many as there are. Refuses more than [`MOST_PERIODS`].
    pub fn first(self, count: usize) -> Result<Vec<BillingPeriod>, PeriodRefusal> {
        bounded(self.periods().take(count))
    }

    /// All periods to be billed on a day or before. Refuses more than [`MOST_PERIODS`].
    pub fn billable(
        self,
        through: NaiveDate,
        timing: Timing,
    ) -> Result<Vec<BillingPeriod>, PeriodRefusal> {
        let due = |period: &BillingPeriod| timing.billed_on(period.span) <= through;
        bounded(self.periods().take_while(due))
    }

    fn period(self, number: i64) -> Option<BillingPeriod> {
        let from = self.boundaries.boundary(number)?;
        let to = self.boundaries.boundary(number.checked_add(1)?)?;
        let cycle = Period::try_new(from, to).ok()?;
        let end = self.end.unwrap_or(to);
        let span = Period::try_new(from.max(self.start), to.min(end)).ok()?;
        is_in_calendar(span.from()).then_some(BillingPeriod { span, cycle })
    }
}

/// Periods one after the other.
#[derive(Clone, Debug)]
pub struct Periods {
    schedule: BillingSchedule,
    number: i64,
}

impl Iterator for Periods {
    type Item = BillingPeriod;

    fn next(&mut self) -> Option<Self::Item> {
        let period = self.schedule.period(self.number)?;
        self.number = self.number.checked_add(1)?;
        Some(period)
    }
}

/// A list that is not too long; stops one period behind the bound.
fn bounded(
    periods: impl Iterator<Item = BillingPeriod>,
) -> Result<Vec<BillingPeriod>, PeriodRefusal> {
    let found: Vec<_> = periods.take(MOST_PERIODS.saturating_add(1)).collect();
    if found.len() > MOST_PERIODS { Err(PeriodRefusal::TooMany) } else { Ok(found) }
}

/// Why periods cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PeriodRefusal {
    /// A day that no calendar in use has.
    #[error("{day} lies outside the years 1 to 9999")]
    OutOfCalendar {
        /// The day.
        day: NaiveDate,
    },
    /// A list longer than anybody reads.
    #[error("more than {MOST_PERIODS} periods, ask for a shorter time or use a longer interval")]
    TooMany,
}

impl Refusal for PeriodRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfCalendar { .. } => "period.out_of_calendar",
            Self::TooMany => "period.too_many",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::OutOfCalendar { .. } => Some("/start"),
            Self::TooMany => None,
        }
    }
}

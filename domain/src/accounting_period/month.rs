//! A month of the calendar.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::kernel::Invalid;
use crate::kernel::calendar::{day_of_month, is_in_calendar, month_number};
use crate::kernel::text::serde_as_text;

/// A month of the calendar, such as `2026-03`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month that a day is part of; nothing for a day outside the years 1 to 9999.
    pub fn of(day: NaiveDate) -> Option<Self> {
        let first = day.with_day(1).filter(|first| is_in_calendar(*first))?;
        Some(Self { first })
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.first_of(1).and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }

    /// The month after it; nothing after the last one of the calendar.
    pub fn next(self) -> Option<Self> {
        self.first_of(1).and_then(Self::of)
    }

    /// The month before it; nothing before the first one of the calendar.
    pub fn previous(self) -> Option<Self> {
        self.first_of(-1).and_then(Self::of)
    }

    fn first_of(self, months_later: i64) -> Option<NaiveDate> {
        day_of_month(month_number(self.first).checked_add(months_later)?, 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Month {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let first = format!("{text}-01").parse().ok().and_then(Self::of);
        first.filter(|month| month.to_string() == text).ok_or_else(|| {
            Invalid::one("month", "month.malformed", "write a month such as 2026-03")
        })
    }
}

serde_as_text!(Month);

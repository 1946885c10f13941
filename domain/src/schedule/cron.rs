//! Five fields of cron: minute, hour, day of the month, month, day of the week (POSIX `crontab`).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Timelike as _, Utc};

use crate::kernel::text::serde_as_text;
use crate::kernel::{Invalid, Zone};

/// Days that are looked through: a 29 February is at most eight years away.
const FARTHEST: u64 = 3_000;

/// When clocks and calendar of a place meet five fields: numbers, lists `1,15`, ranges `1-5`, steps
/// `*/10` and `8-18/2`, names `mon` and `jan`; 7 is Sunday, too. Where both kinds of days are
/// named, either is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronLine {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// One field: which numbers, and whether it is `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    /// A bit for each number that is meant.
    bits: u64,
    /// Whether it says nothing.
    any: bool,
}

impl CronLine {
    /// Within every hour, when clocks show a minute below 60.
    pub(super) fn within_hours(minute: u8) -> Self {
        let any = Field::any;
        Self {
            minutes: Field::only([minute]),
            hours: any(&HOURS),
            days: any(&DAYS),
            months: any(&MONTHS),
            weekdays: any(&WEEKDAYS),
        }
    }

    /// At midnight, six, noon and eighteen, and so many minutes, below 60.
    pub(super) fn six_hourly(minute: u8) -> Self {
        Self { hours: Field::only([0, 6, 12, 18]), ..Self::within_hours(minute) }
    }

    /// At a time of each day.
    pub(super) fn daily(time: NaiveTime) -> Self {
        let [hour, minute] = [time.hour(), time.minute()].map(|it| u8::try_from(it).unwrap_or(0));
        Self { hours: Field::only([hour]), ..Self::within_hours(minute) }
    }

    /// The next time after an instant; nothing where the calendar ends.
    pub fn next_after(&self, after: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
        // Clocks that go back may show the day before once more.
        let first = zone.date_of(after).pred_opt()?;
        let days = (0..FARTHEST).map_while(|ahead| first.checked_add_days(Days::new(ahead)));
        days.filter(|day| self.is_on(*day)).find_map(|day| self.next_on(day, after, zone))
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        let by_day = self.days.has(day.day());
        let by_weekday = self.weekdays.has(day.weekday().num_days_from_sunday());
        let day_fits = match (self.days.any, self.weekdays.any) {
            (false, false) => by_day || by_weekday,
            _ => by_day && by_weekday,
        };
        day_fits && self.months.has(day.month())
    }

    /// The first time of a day after an instant.
    fn next_on(&self, day: NaiveDate, after: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
        let begins = zone.first_instant(day);
        if zone.date_of(begins) != day {
            return None;
        }
        if self.hours.any {
            return self.next_within_hours_of(day, begins, after, zone);
        }
        let hours = (0..24).filter(|hour| self.hours.has(*hour));
        let times = hours.flat_map(|hour| {
            let minutes = (0..60).filter(|minute| self.minutes.has(*minute));
            minutes.filter_map(move |minute| NaiveTime::from_hms_opt(hour, minute, 0))
        });
        let mut instants = times.map(|time| zone.first_instant_at(day, time));
        instants.find(|instant| *instant > after)
    }

    /// The same where every hour is meant: minute by minute of real time.
    fn next_within_hours_of(
        &self,
        day: NaiveDate,
        begins: DateTime<Utc>,
        after: DateTime<Utc>,
        zone: Zone,
    ) -> Option<DateTime<Utc>> {
        let minute = TimeDelta::minutes(1);
        let earliest = begins.max(after.checked_add_signed(minute)?);
        let seconds = earliest.timestamp().checked_sub(i64::from(zone.clock_at(earliest).second()));
        let mut instant = DateTime::from_timestamp(seconds?, 0)?;
        loop {
            let shown = zone.clock_at(instant);
            if shown.date() > day {
                return None;
            }
            if instant > after && shown.date() == day && self.minutes.has(shown.minute()) {
                return Some(instant);
            }
            instant = instant.checked_add_signed(minute)?;
        }
    }
}

/// What a field may say.
struct Words {
    /// What people call it.
    name: &'static str,
    least: u8,
    most: u8,
    /// Names of numbers, from `least` on.
    names: &'static [&'static str],
}

const MINUTES: Words = Words { name: "minute", least: 0, most: 59, names: &[] };
const HOURS: Words = Words { name: "hour", least: 0, most: 23, names: &[] };
const DAYS: Words = Words { name: "day of the month", least: 1, most: 31, names: &[] };
const MONTHS: Words = Words {
    name: "month",
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAYS: Words = Words {
    name: "day of the week",
    least: 0,
    most: 7,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};
/// The longest month that each month of the year can be.
const LONGEST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Field {
    fn any(words: &Words) -> Self {
        Self { any: true, ..Self::only(words.least..=words.most) }
    }

    fn only(numbers: impl IntoIterator<Item = u8>) -> Self {
        let bits = numbers.into_iter().fold(0, |bits, number| bits | bit(number.into()));
        Self { bits, any: false }
    }

    fn has(self, number: u32) -> bool {
        self.bits & bit(number) != 0
    }

    fn parse(words: &Words, text: &str) -> Result<Self, Invalid> {
        if text == "*" {
            return Ok(Self::any(words));
        }
        let mut bits = 0;
        for part in text.split(',') {
            bits |= part_of(words, part).ok_or_else(|| wrong(words))?;
        }
        Ok(Self { bits, any: false })
    }

    /// The shortest way to write it: numbers and ranges.
    fn text(self, words: &Words) -> String {
        if self.any {
            return "*".to_owned();
        }
        let mut parts: Vec<String> = Vec::new();
        let mut number = u32::from(words.least);
        while number <= u32::from(words.most) {
            let first = number;
            while self.has(number) {
                number += 1;
            }
            match number - first {
                0 => number += 1,
                1 => parts.push(first.to_string()),
                _ => parts.push(format!("{first}-{}", number - 1)),
            }
        }
        parts.join(",")
    }
}

fn bit(number: u32) -> u64 {
    1_u64.checked_shl(number).unwrap_or(0)
}

/// `5`, `mon`, `1-5`, `*/10`, `8-18/2`.
fn part_of(words: &Words, part: &str) -> Option<u64> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(number_in(step, 1, 59)?)),
        None => (part, None),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (words.least, words.most),
        Some((first, last)) => (words.number(first)?, words.number(last)?),
        None if step.is_some() => return None,
        None => (words.number(range)?, words.number(range)?),
    };
    let numbers = (first..=last).step_by(usize::from(step.unwrap_or(1)));
    (first <= last).then(|| numbers.fold(0, |bits, number| bits | bit(number.into())))
}

impl Words {
    fn number(&self, text: &str) -> Option<u8> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        match named {
            Some(at) => u8::try_from(at).ok()?.checked_add(self.least),
            None => number_in(text, self.least, self.most),
        }
    }
}

fn number_in(text: &str, least: u8, most: u8) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u8 = digits.then(|| text.parse().ok())??;
    (least..=most).contains(&number).then_some(number)
}

fn wrong(words: &Words) -> Invalid {
    let Words { name, least, most, .. } = words;
    let detail = format!("the {name} must be *, or numbers from {least} to {most} as 1,5-7,*/2");
    Invalid::one("cadence", "cron.malformed", detail)
}

impl FromStr for CronLine {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            let detail = "must have five fields: minute, hour, day, month and day of the week";
            return Err(Invalid::one("cadence", "cron.malformed", detail));
        };
        let mut weekdays = Field::parse(&WEEKDAYS, weekdays)?;
        if weekdays.has(7) {
            weekdays.bits |= bit(0);
        }
        weekdays.bits &= !bit(7);
        let line = Self {
            minutes: Field::parse(&MINUTES, minutes)?,
            hours: Field::parse(&HOURS, hours)?,
            days: Field::parse(&DAYS, days)?,
            months: Field::parse(&MONTHS, months)?,
            weekdays,
        };
        match line.ever_comes() {
            true => Ok(line),
            false => {
                let detail = "no month that is named has a day that is named";
                Err(Invalid::one("cadence", "cron.never", detail))
            }
        }
    }
}

impl CronLine {
    fn ever_comes(&self) -> bool {
        let has_day = |(month, longest): (u32, &u8)| {
            let last = u32::from(*longest);
            self.months.has(month) && (1..=last).any(|day| self.days.has(day))
        };
        !self.weekdays.any || (1..).zip(&LONGEST).any(has_day)
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = [
            (self.minutes, &MINUTES),
            (self.hours, &HOURS),
            (self.days, &DAYS),
            (self.months, &MONTHS),
            (self.weekdays, &WEEKDAYS),
        ];
        let texts = fields.map(|(field, words)| field.text(words));
        f.write_str(&texts.join(" "))
    }
}

serde_as_text!(CronLine);

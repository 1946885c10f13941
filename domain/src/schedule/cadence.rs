//! How often, and at which minute or time of a day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveTime, Timelike as _, Utc};

use super::CronLine;
use crate::kernel::text::serde_as_text;
use crate::kernel::{Invalid, Zone};

/// How often. As text, and so in events: `hourly :05`, `six-hourly :30`, `daily 00:15`,
/// `cron 5 4 * * mon`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Within every hour of real time, when clocks show this minute, 0 to 59.
    Hourly(u8),
    /// This many minutes after midnight, six, noon and eighteen by the clocks, 0 to 59.
    SixHourly(u8),
    /// At a time of each day, to the minute.
    Daily(NaiveTime),
    /// As five fields of cron say.
    Cron(Box<CronLine>),
}

impl Cadence {
    /// The next time after an instant; nothing where the calendar ends.
    pub fn next_after(&self, after: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
        match self {
            Self::Hourly(minute) => CronLine::within_hours(*minute).next_after(after, zone),
            Self::SixHourly(minute) => CronLine::six_hourly(*minute).next_after(after, zone),
            Self::Daily(time) => CronLine::daily(*time).next_after(after, zone),
            Self::Cron(line) => line.next_after(after, zone),
        }
    }
}

impl FromStr for Cadence {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "hourly" => minute(rest).map(Self::Hourly),
            "six-hourly" => minute(rest).map(Self::SixHourly),
            "daily" => time(rest).map(Self::Daily),
            "cron" => rest.parse().map(|line| Self::Cron(Box::new(line))),
            _ => None.ok_or_else(malformed),
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hourly(minute) => write!(f, "hourly :{minute:02}"),
            Self::SixHourly(minute) => write!(f, "six-hourly :{minute:02}"),
            Self::Daily(time) => write!(f, "daily {:02}:{:02}", time.hour(), time.minute()),
            Self::Cron(line) => write!(f, "cron {line}"),
        }
    }
}

serde_as_text!(Cadence);

/// `:05`.
fn minute(text: &str) -> Result<u8, Invalid> {
    let digits = text.strip_prefix(':').and_then(two_digits);
    digits.filter(|minute| *minute < 60).ok_or_else(malformed)
}

/// `00:15`.
fn time(text: &str) -> Result<NaiveTime, Invalid> {
    let (hour, minute) = text.split_once(':').ok_or_else(malformed)?;
    let (hour, minute) = two_digits(hour).zip(two_digits(minute)).ok_or_else(malformed)?;
    NaiveTime::from_hms_opt(hour.into(), minute.into(), 0).ok_or_else(malformed)
}

fn two_digits(text: &str) -> Option<u8> {
    let all_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok())?
}

fn malformed() -> Invalid {
    let detail = "must be such as hourly :05, six-hourly :30, daily 00:15 or cron 5 4 * * mon";
    Invalid::one("cadence", "cadence.malformed", detail)
}

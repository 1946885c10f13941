//! Business days and instants. Instants are shown in UTC and say so; [`ByPlace`] by the clocks of
//! a place.

use std::fmt;

use askama::filters::HtmlSafe;
use billfold_domain::kernel::Zone;
use chrono::{DateTime, NaiveDate, Utc};

/// A business day: `30 Nov 2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl Day {
    /// The day without markup.
    pub(crate) fn plain(self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (iso, text) = (self.0.format("%Y-%m-%d"), self.0.format("%-d\u{a0}%b\u{a0}%Y"));
        write!(f, r#"<time datetime="{iso}"><bdi dir="ltr">{text}</bdi></time>"#)
    }
}

impl HtmlSafe for Day {}

/// An instant with its day: `20 Nov 2026, 08:00`; the title has the microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let text = self.0.format("%-d\u{a0}%b\u{a0}%Y, %H:%M");
        write!(f, r#"<time datetime="{iso}" title="{iso}"><bdi dir="ltr">{text}</bdi></time>"#)
    }
}

impl HtmlSafe for Moment {}

/// An instant by the clocks of a place, where the page says which: `20 Nov 2026, 09:00`; the title
/// has it in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByPlace(pub(crate) DateTime<Utc>, pub(crate) Zone);

impl fmt::Display for ByPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let text = self.1.clock_at(self.0).format("%-d\u{a0}%b\u{a0}%Y, %H:%M");
        write!(f, r#"<time datetime="{iso}" title="{iso}"><bdi dir="ltr">{text}</bdi></time>"#)
    }
}

impl HtmlSafe for ByPlace {}

/// An instant of a known day: `09:41:18`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockTime(pub(crate) DateTime<Utc>);

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let text = self.0.format("%H:%M:%S");
        write!(f, r#"<time datetime="{iso}" title="{iso}"><bdi dir="ltr">{text}</bdi></time>"#)
    }
}

impl HtmlSafe for ClockTime {}

//! A month of the real calendar, in UTC, under whose key the origins of requests lie.

use std::fmt;

use billfold_domain::kernel::{SubjectId, TenantId};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use uuid::Uuid;

/// A month, such as `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month of an instant; the one of the year 0 beyond the calendar.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self { first: at.date_naive().with_day(1).unwrap_or_default() }
    }

    /// Reads `2026-03`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
        Some(Self { first }).filter(|month| month.to_string() == text)
    }

    /// So many months before; nothing before the calendar begins.
    #[must_use]
    pub fn before(self, months: u32) -> Option<Self> {
        Some(Self { first: self.first.checked_sub_months(Months::new(months))? })
    }

    /// The last day on which its origins are kept, so many months after it.
    #[must_use]
    pub fn last_day_kept(self, months: u32) -> Option<NaiveDate> {
        let after = self.first.checked_add_months(Months::new(months.checked_add(1)?))?;
        after.pred_opt()
    }

    /// Whose data the origins of a seller's requests of this month are, as the vault sees it.
    #[must_use]
    pub fn subject(self, tenant: TenantId) -> SubjectId {
        SubjectId::new(Uuid::new_v5(&tenant.uuid(), format!("origins {self}").as_bytes()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        let march = Month::of("2026-03-31T23:59:59Z".parse().unwrap());
        assert_eq!(march.to_string(), "2026-03");
        assert_eq!(Month::parse("2026-03"), Some(march));
        assert_eq!(march.before(12).unwrap().to_string(), "2025-03");
        for wrong in ["2026-3", "2026-13", "2026-03-01", "", "März"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sellers_and_months_have_keys_of_their_own() {
        let (one, two) = (TenantId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)));
        let [march, april] = ["2026-03", "2026-04"].map(|text| Month::parse(text).unwrap());
        assert_ne!(march.subject(one), april.subject(one));
        assert_ne!(march.subject(one), march.subject(two));
    }
}

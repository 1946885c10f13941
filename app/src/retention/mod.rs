//! How long what personal data is kept, and which law asks for it.
//!
//! Guarantees: every document names the last day on which the seller's law asks for it; what an
//! operator's settings say goes before the list here. Absent on purpose: legal advice. The list
//! follows the national rules for invoices as commonly read; whoever runs the program has it
//! checked, and sets a law of the seller's country where it is another.

mod expiry;
mod kept;
mod laws;

use billfold_domain::kernel::Country;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

pub use expiry::{Expiry, KeyExpiry, run};
pub use kept::{Kept, kept};
use laws::LAWS;

/// A year's worth of months: as long as card networks ask for logs of access (PCI DSS 10.5.1).
const ORIGIN_MONTHS: u32 = 12;
/// Years for a country without a law of its own here: the longest of the usual duties.
const USUAL_YEARS: u8 = 10;

/// What is kept because a law asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// Invoices, credit notes and proformas with their buyer.
    Documents,
    /// What proves that a client is exempt from a tax.
    Exemptions,
}

/// How long a country's law asks a seller to keep records, from the end of the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Where the seller is established, such as `DE`.
    pub country: String,
    /// Which law it is, for people.
    pub name: String,
    /// Years that invoices and credit notes are kept.
    pub document_years: u8,
    /// Years that proofs of exemption from a tax are kept; as long as documents unless given.
    #[serde(default)]
    pub exemption_years: Option<u8>,
}

/// How long what is kept, on this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Whole months that address and program of a request are readable beside its events.
    pub origin_months: u32,
    /// Laws that go before those the program knows.
    pub laws: Vec<Law>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { origin_months: ORIGIN_MONTHS, laws: Vec::new() }
    }
}

impl Retention {
    /// The law that a seller of this country follows.
    #[must_use]
    pub fn law(&self, country: Country) -> Law {
        if let Some(law) = self.laws.iter().find(|law| law.country == country.code()) {
            return law.clone();
        }
        let known = LAWS.iter().find(|(code, ..)| *code == country.code());
        let (name, years) = known.map_or_else(
            || (format!("the rules for books in {}", country.name()), USUAL_YEARS),
            |(_, years, name)| ((*name).to_owned(), *years),
        );
        let country = country.code().to_owned();
        Law { country, name, document_years: years, exemption_years: None }
    }
}

impl Law {
    /// The last day on which the law asks for a record of that day; nothing beyond the calendar.
    #[must_use]
    pub fn keeps_until(&self, records: Records, day: NaiveDate) -> Option<NaiveDate> {
        let years = match records {
            Records::Documents => self.document_years,
            Records::Exemptions => self.exemption_years.unwrap_or(self.document_years),
        };
        NaiveDate::from_ymd_opt(day.year().checked_add(i32::from(years))?, 12, 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(retention: &Retention, country: &str) -> Law {
        retention.law(Country::parse(country).unwrap())
    }

    #[test]
    fn records_are_kept_to_the_end_of_a_year() {
        let germany = law(&Retention::default(), "DE");
        let issued = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let last = germany.keeps_until(Records::Documents, issued).unwrap();
        assert_eq!(last.to_string(), "2034-12-31");
        assert!(germany.name.contains("147 AO"));
    }

    #[test]
    fn a_country_without_a_law_here_keeps_for_ten_years() {
        assert_eq!(law(&Retention::default(), "TV").document_years, 10);
    }

    #[test]
    fn what_the_operator_sets_goes_first() {
        let own = Law {
            country: "DE".to_owned(),
            name: "house rule".to_owned(),
            document_years: 12,
            exemption_years: Some(3),
        };
        let retention = Retention { laws: vec![own.clone()], ..Retention::default() };
        assert_eq!(law(&retention, "DE"), own);
        let issued = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
        let last = own.keeps_until(Records::Exemptions, issued).unwrap();
        assert_eq!(last.to_string(), "2029-12-31");
    }

    #[test]
    fn every_law_is_of_a_country() {
        for (code, years, name) in LAWS {
            assert!(Country::parse(code).is_ok(), "{code}");
            assert!((1..=15).contains(years) && !name.is_empty(), "{code}");
        }
    }
}

//! Rates by place, class of goods and day.
//!
//! Guarantees that a place has at most one rate of a class on a day: spans of one place and class
//! never overlap. A rate that has begun is not edited; it is ended, and another begins. Absent on
//! purpose: choosing the day, which is the tax point of the sale and not today.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::text::check_optional_line;
use crate::kernel::{Country, Invalid, Percent, Refusal, RefusalKind};

/// Which of a country's rates something has.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RateClass {
    /// What most things have.
    #[default]
    Standard,
    /// The first reduced rate.
    Reduced,
    /// A second, lower one.
    SuperReduced,
    /// Between reduced and standard, where a state kept one.
    Parking,
    /// Taxed at zero percent.
    Zero,
}

impl RateClass {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reduced => "reduced",
            Self::SuperReduced => "super_reduced",
            Self::Parking => "parking",
            Self::Zero => "zero",
        }
    }
}

/// A rate of a place and a class over a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateSpan {
    /// The country.
    pub country: Country,
    /// A state or territory in it, as its own code; nothing for the whole country.
    pub region: Option<String>,
    /// What it is the rate of.
    pub class: RateClass,
    /// The rate.
    pub rate: Percent,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    pub valid_to: Option<NaiveDate>,
}

/// Why a rate cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RateRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Two rates for one day.
    #[error("there is a rate of {rate} % from {valid_from} for the same place and class")]
    Overlap {
        /// The rate in the way.
        rate: Percent,
        /// Its first day.
        valid_from: NaiveDate,
    },
}

impl Refusal for RateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Overlap { .. } => "tax_rate.overlap",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(_) => RefusalKind::Malformed,
            Self::Overlap { .. } => RefusalKind::Rule,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Overlap { .. } => Some("/valid_from"),
        }
    }
}

impl RateSpan {
    /// Refuses a region that is no short text and an end before the beginning.
    pub fn check(&self) -> Result<(), Invalid> {
        let region = check_optional_line("region", self.region.as_deref(), 40);
        let span = match self.valid_to {
            Some(to) if to <= self.valid_from => {
                let detail = "must lie after the first day";
                Err(Invalid::one("valid_to", "tax_rate.ends_before_it_begins", detail))
            }
            Some(_) | None => Ok(()),
        };
        Invalid::gather([region, span])
    }

    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }

    fn rivals(&self, other: &Self) -> bool {
        let place = |rate: &Self| (rate.country, rate.region.clone(), rate.class);
        let begins_before_end =
            |one: &Self, two: &Self| two.valid_to.is_none_or(|to| one.valid_from < to);
        place(self) == place(other)
            && begins_before_end(self, other)
            && begins_before_end(other, self)
    }
}

/// The rates a tenant keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateTable {
    rates: Vec<RateSpan>,
}

impl RateTable {
    /// Adds a rate. Refuses one that overlaps another of its place and class.
    pub fn define(&mut self, rate: RateSpan) -> Result<(), RateRefusal> {
        rate.check()?;
        if let Some(rival) = self.rates.iter().find(|known| known.rivals(&rate)) {
            let (rate, valid_from) = (rival.rate, rival.valid_from);
            return Err(RateRefusal::Overlap { rate, valid_from });
        }
        self.rates.push(rate);
        Ok(())
    }

    /// The rate of a place and class on a day: the region's own, else the country's.
    pub fn on(
        &self,
        day: NaiveDate,
        country: Country,
        region: Option<&str>,
        class: RateClass,
    ) -> Option<&RateSpan> {
        let of = |region: Option<&str>| {
            self.rates.iter().find(|rate| {
                rate.country == country
                    && rate.class == class
                    && rate.region.as_deref() == region
                    && rate.holds_on(day)
            })
        };
        region.and_then(|region| of(Some(region))).or_else(|| of(None))
    }
}

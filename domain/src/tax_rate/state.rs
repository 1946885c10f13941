//! What is known of a tax rate.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::text::{check_key, check_optional_line};
use crate::kernel::{ClientId, Country, Invalid, Percent};
use crate::tax::{PriceMode, RateClass, RateSpan};
use crate::tax_rate::{Exemption, TaxRateEvent};

/// A tax rate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRate {
    /// Nothing was defined under this id.
    #[default]
    Absent,
    /// Charged on the days its versions name.
    Defined(DefinedRate),
}

/// Which tax, where, on what, and how it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxIdentity {
    /// The country.
    pub country: Country,
    /// A state or territory in it, as its own code; nothing for the whole country.
    pub region: Option<String>,
    /// The class of goods.
    pub class: RateClass,
    /// What the tax is called, such as `vat` or `gst`: lower case letters, digits, `_` and `-`.
    pub code: String,
    /// Its turn among the taxes of a place; lower ones are taken first.
    pub turn: u32,
    /// Taken on the price together with the taxes before it.
    pub compound: bool,
    /// Whether prices hold it.
    pub prices: PriceMode,
}

/// The particulars of a tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedRate {
    /// Which tax, where, on what.
    pub tax: TaxIdentity,
    /// Its rates; no two share a day.
    pub versions: Vec<RateVersion>,
    /// The number of the rate set last.
    pub last_version: u32,
    /// Who does not pay it, and when; spans of one client share no day.
    pub exemptions: BTreeMap<ClientId, Vec<Exemption>>,
}

/// A rate over a span of days. One that another was laid over for a while has two spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateVersion {
    /// Counts the rates of the tax from 1.
    pub version: u32,
    /// The rate.
    pub rate: Percent,
    /// The first day it was set for.
    pub set_from: NaiveDate,
    /// First day of the span.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_to: Option<NaiveDate>,
}

impl TaxIdentity {
    /// The key under which the tax of a place and class is claimed; the region, which is free
    /// text, comes last.
    pub fn key(&self) -> String {
        let region = self.region.as_deref().unwrap_or_default();
        format!("{}/{}/{}/{region}", self.country, self.class.word(), self.code)
    }

    /// Refuses a code that is no key and a region that is no short text.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_key("code", &self.code),
            check_optional_line("region", self.region.as_deref(), 40),
        ])
    }
}

impl TaxRate {
    /// The particulars, once defined.
    pub fn defined(&self) -> Option<&DefinedRate> {
        match self {
            Self::Absent => None,
            Self::Defined(defined) => Some(defined),
        }
    }

    pub(super) fn take(&mut self, event: &TaxRateEvent) {
        match (self, event) {
            (this, TaxRateEvent::Defined { tax, rate, valid_from, valid_to }) => {
                let (rate, valid_from, valid_to) = (*rate, *valid_from, *valid_to);
                let first = RateVersion::new(1, rate, valid_from, valid_to);
                *this = Self::Defined(DefinedRate {
                    tax: tax.clone(),
                    versions: vec![first],
                    last_version: 1,
                    exemptions: BTreeMap::new(),
                });
            }
            (Self::Defined(defined), event) => defined.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl DefinedRate {
    /// The rate of a day.
    pub fn on(&self, day: NaiveDate) -> Option<&RateVersion> {
        self.versions.iter().find(|known| holds(known.valid_from, known.valid_to, day))
    }

    /// Whether a client does not pay the tax on a day.
    pub fn exempts(&self, client_id: ClientId, day: NaiveDate) -> bool {
        self.exemption_on(client_id, day).is_some()
    }

    /// The exemption of a client that holds on a day.
    pub fn exemption_on(&self, client_id: ClientId, day: NaiveDate) -> Option<&Exemption> {
        let own = self.exemptions.get(&client_id).map(Vec::as_slice).unwrap_or_default();
        own.iter().find(|known| holds(known.valid_from, known.valid_to, day))
    }

    /// The rates as rows of a [`RateTable`](crate::tax::RateTable).
    pub fn spans(&self) -> impl Iterator<Item = RateSpan> {
        self.versions.iter().map(|known| RateSpan {
            country: self.tax.country,
            region: self.tax.region.clone(),
            class: self.tax.class,
            rate: known.rate,
            valid_from: known.valid_from,
            valid_to: known.valid_to,
        })
    }

    fn take(&mut self, event: &TaxRateEvent) {
        match event {
            TaxRateEvent::Defined { .. } => {}
            TaxRateEvent::RateSet { version, rate, valid_from, valid_to } => {
                let new = RateVersion::new(*version, *rate, *valid_from, *valid_to);
                let before = std::mem::take(&mut self.versions);
                self.versions = before.into_iter().flat_map(|one| one.around(&new)).collect();
                self.versions.push(new);
                self.last_version = *version;
            }
            TaxRateEvent::Retired { from } => {
                self.versions.retain(|known| known.valid_from < *from);
                for known in &mut self.versions {
                    known.valid_to = ended(known.valid_to, *from);
                }
            }
            TaxRateEvent::ClientExempted { client_id, exemption } => {
                self.exemptions.entry(*client_id).or_default().push(exemption.clone());
            }
            TaxRateEvent::ExemptionEnded { client_id, from } => {
                let own = self.exemptions.entry(*client_id).or_default();
                own.retain(|known| known.valid_from < *from);
                for known in own {
                    known.valid_to = ended(known.valid_to, *from);
                }
            }
        }
    }
}

impl RateVersion {
    fn new(
        version: u32,
        rate: Percent,
        valid_from: NaiveDate,
        valid_to: Option<NaiveDate>,
    ) -> Self {
        Self { version, rate, set_from: valid_from, valid_from, valid_to }
    }

    /// Whether two spans share a day.
    pub(super) fn meets(&self, from: NaiveDate, to: Option<NaiveDate>) -> bool {
        to.is_none_or(|to| self.valid_from < to) && self.valid_to.is_none_or(|end| from < end)
    }

    /// What is left of it before and after another.
    fn around(self, other: &Self) -> impl Iterator<Item = Self> {
        let meets = self.meets(other.valid_from, other.valid_to);
        let before = Self { valid_to: ended(self.valid_to, other.valid_from), ..self };
        let before = (self.valid_from < other.valid_from).then_some(before);
        let resumes = other.valid_to.filter(|to| self.valid_to.is_none_or(|end| *to < end));
        let after = resumes.map(|valid_from| Self { valid_from, ..self });
        let whole = (!meets).then_some(self);
        whole.into_iter().chain(before.into_iter().chain(after).filter(move |_| meets))
    }
}

/// Whether a span holds on a day.
fn holds(from: NaiveDate, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from <= day && to.is_none_or(|to| day < to)
}

/// The end of a span that ends on a day at the latest.
fn ended(to: Option<NaiveDate>, at: NaiveDate) -> Option<NaiveDate> {
    Some(to.map_or(at, |to| to.min(at)))
}

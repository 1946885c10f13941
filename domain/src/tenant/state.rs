//! What is known of a seller.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::affiliate::CommissionTerms;
use crate::client::CustomField;
use crate::kernel::{Country, Currency, NumberFormat};
use crate::subscription::Conventions;
use crate::tenant::TenantEvent;

/// A seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenant {
    /// Nobody opened these books.
    #[default]
    Absent,
    /// The books are open.
    Open(Profile),
    /// The books are closed to changes.
    Suspended(Profile),
}

/// The particulars of a seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Legal name.
    pub name: String,
    /// Where the seller is established.
    pub country: Country,
    /// Currency of the books.
    pub currency: Currency,
    /// Name in the tz database.
    pub time_zone: String,
    /// How invoices are numbered.
    pub invoice_numbers: NumberFormat,
    /// How credit notes are numbered.
    pub credit_note_numbers: NumberFormat,
    /// Days between issue and due date.
    pub payment_term_days: u16,
    /// Tax number.
    pub vat_id: Option<String>,
    /// How time becomes money.
    #[serde(default)]
    pub conventions: Conventions,
    /// What an affiliate gets who is approved without terms of their own.
    #[serde(default)]
    pub affiliate_terms: Option<CommissionTerms>,
    /// Whether a second step is asked of all staff.
    #[serde(default)]
    pub second_factor: bool,
    /// What is asked of clients beyond what every seller asks, in the order of definition.
    #[serde(default)]
    pub custom_fields: Vec<CustomField>,
    /// What the clock of a test seller shows; nothing for one whose clock is real.
    #[serde(default)]
    pub test_clock: Option<DateTime<Utc>>,
}

impl Profile {
    fn ask_for(&mut self, field: &CustomField) {
        match self.custom_fields.iter_mut().find(|known| known.key == field.key) {
            Some(known) => known.clone_from(field),
            None => self.custom_fields.push(field.clone()),
        }
    }
}

impl Tenant {
    /// The particulars, once the books were opened.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Absent => None,
            Self::Open(profile) | Self::Suspended(profile) => Some(profile),
        }
    }

    pub(super) fn take(&mut self, event: &TenantEvent) {
        match event {
            TenantEvent::Opened {
                name,
                country,
                currency,
                time_zone,
                invoice_numbers,
                credit_note_numbers,
                payment_term_days,
                vat_id,
                test_clock,
            } => {
                *self = Self::Open(Profile {
                    name: name.clone(),
                    country: *country,
                    currency: *currency,
                    time_zone: time_zone.clone(),
                    invoice_numbers: invoice_numbers.clone(),
                    credit_note_numbers: credit_note_numbers.clone(),
                    payment_term_days: *payment_term_days,
                    vat_id: vat_id.clone(),
                    conventions: Conventions::default(),
                    affiliate_terms: None,
                    second_factor: false,
                    custom_fields: Vec::new(),
                    test_clock: *test_clock,
                });
            }
            TenantEvent::Renamed { name } => self.change(|profile| profile.name.clone_from(name)),
            TenantEvent::VatIdSet { vat_id } => {
                self.change(|profile| profile.vat_id.clone_from(vat_id));
            }
            TenantEvent::InvoiceNumbersSet { invoice_numbers, credit_note_numbers } => {
                self.change(|profile| {
                    profile.invoice_numbers.clone_from(invoice_numbers);
                    profile.credit_note_numbers.clone_from(credit_note_numbers);
                });
            }
            TenantEvent::ConventionsSet { conventions } => {
                self.change(|profile| profile.conventions = *conventions);
            }
            TenantEvent::SecondFactorSet { demanded } => {
                self.change(|profile| profile.second_factor = *demanded);
            }
            TenantEvent::AffiliateTermsSet { terms } => {
                self.change(|profile| profile.affiliate_terms = Some(terms.clone()));
            }
            TenantEvent::CustomFieldDefined { field } => {
                self.change(|profile| profile.ask_for(field));
            }
            TenantEvent::CustomFieldRetired { key } => {
                self.change(|profile| profile.custom_fields.retain(|field| field.key != *key));
            }
            TenantEvent::TestClockMoved { to } => {
                self.change(|profile| profile.test_clock = Some(*to));
            }
            TenantEvent::Suspended { .. } => {
                if let Self::Open(profile) = self {
                    *self = Self::Suspended(profile.clone());
                }
            }
            TenantEvent::Resumed {} => {
                if let Self::Suspended(profile) = self {
                    *self = Self::Open(profile.clone());
                }
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Profile)) {
        if let Self::Open(profile) | Self::Suspended(profile) = self {
            change(profile);
        }
    }
}

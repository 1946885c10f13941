//! What is known of a seller.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::affiliate::CommissionTerms;
use crate::approval::ApprovalLimits;
use crate::client::CustomField;
use crate::invoice::Letterhead;
use crate::kernel::{Country, Currency, ImageHash, NumberFormat};
use crate::schedule::ScheduleChoice;
use crate::subscription::Conventions;
use crate::tenant::{Brand, HostName, TenantEvent};

/// A seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenant {
    /// Nobody opened these books.
    #[default]
    Absent,
    /// The books are open.
    Open(Box<Profile>),
    /// The books are closed to changes.
    Suspended(Box<Profile>),
    /// The books are closed for good.
    Closed(Box<Profile>),
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
    /// What documents were ever numbered with.
    #[serde(default)]
    pub used_prefixes: UsedPrefixes,
    /// Days between issue and due date.
    pub payment_term_days: u16,
    /// Tax number.
    pub vat_id: Option<String>,
    /// Where it is reached and paid.
    #[serde(default)]
    pub letterhead: Letterhead,
    /// How time becomes money.
    #[serde(default)]
    pub conventions: Conventions,
    /// What runs at other times than it would, by the key of the job.
    #[serde(default)]
    pub schedules: BTreeMap<String, ScheduleChoice>,
    /// What an affiliate gets who is approved without terms of their own.
    #[serde(default)]
    pub affiliate_terms: Option<CommissionTerms>,
    /// Whether a second step is asked of all staff.
    #[serde(default)]
    pub second_factor: bool,
    /// Whether clients may register by themselves.
    #[serde(default)]
    pub client_registration: bool,
    /// What is asked of clients beyond what every seller asks, in the order of definition.
    #[serde(default)]
    pub custom_fields: Vec<CustomField>,
    /// Above which sums a second person is wanted.
    #[serde(default)]
    pub approval_limits: ApprovalLimits,
    /// What the clock of a test seller shows; nothing for one whose clock is real.
    #[serde(default)]
    pub test_clock: Option<DateTime<Utc>>,
    /// How its pages look.
    #[serde(default)]
    pub brand: Brand,
    /// The picture beside its name.
    #[serde(default)]
    pub logo: Option<ImageHash>,
    /// The names it is found under, in the order they were taken.
    #[serde(default)]
    pub host_names: Vec<HostName>,
    /// Whether its staff look after the sellers of the installation.
    #[serde(default)]
    pub operator: bool,
}

/// Every prefix that numbers of a kind ever began with, in the order of first use: one that
/// invoices had is never one of credit notes, so that no two documents bear the same number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPrefixes {
    /// Of invoices.
    pub invoices: Vec<String>,
    /// Of credit notes.
    pub credit_notes: Vec<String>,
}

impl UsedPrefixes {
    fn note(&mut self, invoices: &NumberFormat, credit_notes: &NumberFormat) {
        for (known, format) in
            [(&mut self.invoices, invoices), (&mut self.credit_notes, credit_notes)]
        {
            if !known.contains(&format.prefix) {
                known.push(format.prefix.clone());
            }
        }
    }
}

impl Profile {
    /// Takes who has to prove more, and who may come by themselves.
    fn switch(&mut self, event: &TenantEvent) {
        match event {
            TenantEvent::SecondFactorSet { demanded } => self.second_factor = *demanded,
            TenantEvent::ClientRegistrationSet { open } => self.client_registration = *open,
            _ => {}
        }
    }

    /// Takes what later documents say and follow.
    fn bill(&mut self, event: &TenantEvent) {
        match event {
            TenantEvent::Renamed { name } => self.name.clone_from(name),
            TenantEvent::VatIdSet { vat_id } => self.vat_id.clone_from(vat_id),
            TenantEvent::LetterheadSet { letterhead } => self.letterhead.clone_from(letterhead),
            TenantEvent::InvoiceNumbersSet { invoice_numbers, credit_note_numbers } => {
                self.used_prefixes.note(invoice_numbers, credit_note_numbers);
                self.invoice_numbers.clone_from(invoice_numbers);
                self.credit_note_numbers.clone_from(credit_note_numbers);
            }
            TenantEvent::PaymentTermSet { days } => self.payment_term_days = *days,
            TenantEvent::ConventionsSet { conventions } => self.conventions = *conventions,
            _ => {}
        }
    }

    fn ask_for(&mut self, field: &CustomField) {
        match self.custom_fields.iter_mut().find(|known| known.key == field.key) {
            Some(known) => known.clone_from(field),
            None => self.custom_fields.push(field.clone()),
        }
    }
}

impl Profile {
    /// Takes in what is asked of clients, and how and where it is seen.
    fn take(&mut self, event: &TenantEvent) {
        match event {
            TenantEvent::AffiliateTermsSet { terms } => self.affiliate_terms = Some(terms.clone()),
            TenantEvent::ScheduleSet { job, choice } => {
                self.schedules.insert(job.clone(), choice.clone());
            }
            TenantEvent::ApprovalLimitsSet { limits } => self.approval_limits.clone_from(limits),
            TenantEvent::CustomFieldDefined { field } => self.ask_for(field),
            TenantEvent::CustomFieldRetired { key } => {
                self.custom_fields.retain(|field| field.key != *key);
            }
            TenantEvent::BrandSet { brand } => self.brand.clone_from(brand),
            TenantEvent::LogoSet { logo } => self.logo = *logo,
            TenantEvent::HostNameTaken { host_name } => self.host_names.push(host_name.clone()),
            TenantEvent::HostNameReleased { host_name } => {
                self.host_names.retain(|own| own != host_name);
            }
            TenantEvent::OperatorAppointed {} => self.operator = true,
            TenantEvent::OperatorDismissed {} => self.operator = false,
            _ => {}
        }
    }
}

impl Tenant {
    /// The particulars, once the books were opened.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Absent => None,
            Self::Open(profile) | Self::Suspended(profile) | Self::Closed(profile) => Some(profile),
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
                let mut used_prefixes = UsedPrefixes::default();
                used_prefixes.note(invoice_numbers, credit_note_numbers);
                *self = Self::Open(Box::new(Profile {
                    used_prefixes,
                    name: name.clone(),
                    country: *country,
                    currency: *currency,
                    time_zone: time_zone.clone(),
                    invoice_numbers: invoice_numbers.clone(),
                    credit_note_numbers: credit_note_numbers.clone(),
                    payment_term_days: *payment_term_days,
                    vat_id: vat_id.clone(),
                    letterhead: Letterhead::default(),
                    conventions: Conventions::default(),
                    schedules: BTreeMap::new(),
                    affiliate_terms: None,
                    second_factor: false,
                    client_registration: false,
                    custom_fields: Vec::new(),
                    approval_limits: ApprovalLimits::default(),
                    test_clock: *test_clock,
                    brand: Brand::default(),
                    logo: None,
                    host_names: Vec::new(),
                    operator: false,
                }));
            }
            TenantEvent::Renamed { .. }
            | TenantEvent::VatIdSet { .. }
            | TenantEvent::LetterheadSet { .. }
            | TenantEvent::InvoiceNumbersSet { .. }
            | TenantEvent::PaymentTermSet { .. }
            | TenantEvent::ConventionsSet { .. } => self.change(|profile| profile.bill(event)),
            TenantEvent::SecondFactorSet { .. } | TenantEvent::ClientRegistrationSet { .. } => {
                self.change(|profile| profile.switch(event));
            }
            TenantEvent::TestClockMoved { to } => {
                self.change(|profile| profile.test_clock = Some(*to));
            }
            TenantEvent::AffiliateTermsSet { .. }
            | TenantEvent::ScheduleSet { .. }
            | TenantEvent::ApprovalLimitsSet { .. }
            | TenantEvent::CustomFieldDefined { .. }
            | TenantEvent::CustomFieldRetired { .. }
            | TenantEvent::BrandSet { .. }
            | TenantEvent::LogoSet { .. }
            | TenantEvent::HostNameTaken { .. }
            | TenantEvent::HostNameReleased { .. }
            | TenantEvent::OperatorAppointed {}
            | TenantEvent::OperatorDismissed {} => self.change(|profile| profile.take(event)),
            TenantEvent::SellerCreated { .. } => {}
            TenantEvent::Suspended { .. }
            | TenantEvent::Resumed {}
            | TenantEvent::Closed { .. } => self.stand(event),
        }
    }

    fn stand(&mut self, event: &TenantEvent) {
        *self = match (std::mem::take(self), event) {
            (Self::Open(profile), TenantEvent::Suspended { .. }) => Self::Suspended(profile),
            (Self::Suspended(profile), TenantEvent::Resumed {}) => Self::Open(profile),
            (
                Self::Open(mut profile) | Self::Suspended(mut profile),
                TenantEvent::Closed { .. },
            ) => {
                profile.host_names.clear();
                Self::Closed(profile)
            }
            (same, _) => same,
        };
    }

    fn change(&mut self, change: impl FnOnce(&mut Profile)) {
        if let Self::Open(profile) | Self::Suspended(profile) = self {
            change(profile);
        }
    }
}

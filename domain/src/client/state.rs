//! What is known of a client.

use serde::{Deserialize, Serialize};

use crate::client::{ClientEvent, ContactCard};
use crate::kernel::text::check_optional_line;
use crate::kernel::{BlindIndex, Country, Currency, Invalid, Origin, Pii, Zone};
use crate::subscription::Anchor;
use crate::tax::VatCheck;

/// A client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// Nobody is registered under this id.
    #[default]
    Absent,
    /// May buy.
    Active(Profile),
    /// May not buy anything new.
    Suspended(Profile),
    /// Forgotten; documents with this client stay.
    Erased,
}

/// The particulars of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Contact details, sealed.
    pub contact: Pii<ContactCard>,
    /// Index of the e-mail address.
    pub email_index: Option<BlindIndex>,
    /// Where the client lives or is established, if known.
    pub country: Option<Country>,
    /// What the client is billed in.
    pub currency: Currency,
    /// Where an imported client came from.
    pub origin: Option<Origin>,
    /// How periods are billed, as far as the client decides it.
    #[serde(default)]
    pub billing: BillingTerms,
    /// What is known about taxes.
    #[serde(default)]
    pub tax: TaxFacts,
}

/// What is known about a client's taxes, besides the country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxFacts {
    /// The state or territory whose taxes count, as tax rates name it.
    pub region: Option<String>,
    /// What became of the check of the client's VAT number; a number that was not checked is taken
    /// as it was given.
    pub vat_check: Option<VatCheck>,
}

impl TaxFacts {
    /// Refuses a region that is no short text.
    pub fn check(&self) -> Result<(), Invalid> {
        check_optional_line("region", self.region.as_deref(), 40)
    }
}

/// What of billing follows from the client rather than from the product or the seller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingTerms {
    /// Where the client's days begin; the seller's place unless given.
    pub zone: Option<Zone>,
    /// What the boundaries of periods hold on to, where neither subscription nor plan say it; the
    /// day each service begins unless given.
    pub anchor: Option<Anchor>,
}

impl Client {
    /// The particulars of a client who was not erased.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Active(profile) | Self::Suspended(profile) => Some(profile),
            Self::Absent | Self::Erased => None,
        }
    }

    pub(super) fn take(&mut self, event: &ClientEvent) {
        match event {
            ClientEvent::Registered { contact, email_index, country, currency, origin } => {
                *self = Self::Active(Profile {
                    contact: contact.clone(),
                    email_index: email_index.clone(),
                    country: *country,
                    currency: *currency,
                    origin: origin.clone(),
                    billing: BillingTerms::default(),
                    tax: TaxFacts::default(),
                });
            }
            ClientEvent::ContactChanged { contact, email_index, country, .. } => {
                if let Self::Active(profile) | Self::Suspended(profile) = self {
                    profile.contact.clone_from(contact);
                    profile.email_index.clone_from(email_index);
                    profile.country = *country;
                }
            }
            ClientEvent::BillingSet { billing } => {
                if let Self::Active(profile) | Self::Suspended(profile) = self {
                    profile.billing = *billing;
                }
            }
            ClientEvent::TaxFactsSet { tax } => {
                if let Self::Active(profile) | Self::Suspended(profile) = self {
                    profile.tax.clone_from(tax);
                }
            }
            ClientEvent::Suspended { .. } => {
                if let Self::Active(profile) = self {
                    *self = Self::Suspended(profile.clone());
                }
            }
            ClientEvent::Activated {} => {
                if let Self::Suspended(profile) = self {
                    *self = Self::Active(profile.clone());
                }
            }
            ClientEvent::Erased { .. } => *self = Self::Erased,
        }
    }
}

//! What is known of a client.

use serde::{Deserialize, Serialize};

use crate::client::{ClientEvent, ContactCard, ContactPerson, CustomValues};
use crate::kernel::text::check_optional_line;
use crate::kernel::{
    BlindIndex, Country, Currency, ImageHash, Invalid, Origin, Pii, StaffId, Zone,
};
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
    /// Left: buys nothing new and does not sign in, until activated again.
    Inactive(Profile),
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
    /// Further contacts, by number.
    #[serde(default)]
    pub contacts: Vec<ContactPerson>,
    /// The number of the newest contact there ever was.
    #[serde(default)]
    pub last_contact: u32,
    /// The numbers of the notes that are shown.
    #[serde(default)]
    pub notes: Vec<u32>,
    /// The number of the newest note there ever was.
    #[serde(default)]
    pub last_note: u32,
    /// The values of the seller's own fields, sealed.
    #[serde(default)]
    pub custom_fields: Option<Pii<CustomValues>>,
    /// The picture beside the name, by the hash of its sealed bytes.
    #[serde(default)]
    pub avatar: Option<ImageHash>,
    /// Which reseller looks after the client, if one does.
    #[serde(default)]
    pub reseller: Option<StaffId>,
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
            Self::Active(profile) | Self::Suspended(profile) | Self::Inactive(profile) => {
                Some(profile)
            }
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
                    contacts: Vec::new(),
                    last_contact: 0,
                    notes: Vec::new(),
                    last_note: 0,
                    custom_fields: None,
                    avatar: None,
                    reseller: None,
                });
            }
            ClientEvent::Suspended { .. } => {
                if let Self::Active(profile) | Self::Inactive(profile) = self {
                    *self = Self::Suspended(profile.clone());
                }
            }
            ClientEvent::Deactivated { .. } => {
                if let Self::Active(profile) | Self::Suspended(profile) = self {
                    *self = Self::Inactive(profile.clone());
                }
            }
            ClientEvent::Activated {} => {
                if let Self::Suspended(profile) | Self::Inactive(profile) = self {
                    *self = Self::Active(profile.clone());
                }
            }
            ClientEvent::Erased { .. } => *self = Self::Erased,
            of_a_profile => {
                if let Self::Active(profile) | Self::Suspended(profile) | Self::Inactive(profile) =
                    self
                {
                    profile.take(of_a_profile);
                }
            }
        }
    }
}

impl Profile {
    /// Takes what changes the particulars and not how the client stands.
    fn take(&mut self, event: &ClientEvent) {
        match event {
            ClientEvent::ContactChanged { contact, email_index, country, .. } => {
                self.contact.clone_from(contact);
                self.email_index.clone_from(email_index);
                self.country = *country;
            }
            ClientEvent::BillingSet { billing } => self.billing = *billing,
            ClientEvent::TaxFactsSet { tax } => self.tax.clone_from(tax),
            ClientEvent::ContactAdded { no, kinds, person } => {
                let (kinds, person) = (kinds.clone(), person.clone());
                self.contacts.push(ContactPerson { no: *no, kinds, person });
                self.last_contact = *no;
            }
            ClientEvent::ContactRevised { no, kinds, person } => {
                for contact in self.contacts.iter_mut().filter(|contact| contact.no == *no) {
                    contact.kinds.clone_from(kinds);
                    contact.person.clone_from(person);
                }
            }
            ClientEvent::ContactRemoved { no } => self.contacts.retain(|one| one.no != *no),
            ClientEvent::NoteAdded { no, .. } => {
                self.notes.push(*no);
                self.last_note = *no;
            }
            ClientEvent::NoteRemoved { no } => self.notes.retain(|one| one != no),
            ClientEvent::CustomFieldsSet { values } => self.custom_fields.clone_from(values),
            ClientEvent::AvatarSet { avatar } => self.avatar = *avatar,
            ClientEvent::Entrusted { reseller } => self.reseller = Some(*reseller),
            ClientEvent::WithdrawnFromReseller { .. } => self.reseller = None,
            ClientEvent::Registered { .. }
            | ClientEvent::Suspended { .. }
            | ClientEvent::Deactivated { .. }
            | ClientEvent::Activated {}
            | ClientEvent::Erased { .. } => {}
        }
    }

    /// Roughly how many bytes it occupies.
    pub(super) fn weight(&self) -> usize {
        let contacts = self.contacts.iter().map(|contact| contact.person.sealed().len());
        let custom = self.custom_fields.as_ref().map_or(0, |values| values.sealed().len());
        contacts.chain([self.contact.sealed().len(), custom, self.notes.len() * 4]).sum()
    }
}

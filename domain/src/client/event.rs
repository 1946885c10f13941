//! What can have happened to a client. Contact details are sealed; see [`Pii`].

use serde::{Deserialize, Serialize};

use crate::client::{BillingTerms, ContactCard, ContactKind, CustomValues, TaxFacts};
use crate::kernel::aggregate::name_events;
use crate::kernel::{
    BlindIndex, Claim, Country, Currency, EventBody, ImageHash, Origin, Pii, StaffId,
};

/// A fact about a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientEvent {
    /// The client became known.
    Registered {
        /// Name and address, sealed.
        contact: Pii<ContactCard>,
        /// Finds the client by e-mail address without showing it.
        email_index: Option<BlindIndex>,
        /// Where the client lives or is established, if known; decides taxes.
        country: Option<Country>,
        /// What the client is billed in.
        currency: Currency,
        /// Where an imported client came from.
        origin: Option<Origin>,
    },
    /// The contact details were replaced.
    ContactChanged {
        /// The new details, sealed.
        contact: Pii<ContactCard>,
        /// Index of the new e-mail address.
        email_index: Option<BlindIndex>,
        /// Index of the address before, which is free again if it differs.
        previous_email_index: Option<BlindIndex>,
        /// The new country.
        country: Option<Country>,
    },
    /// Days begin elsewhere, or billing periods hold on to something else, for what is not billed
    /// yet.
    BillingSet {
        /// How, from now on.
        billing: BillingTerms,
    },
    /// What is known about the client's taxes, besides the address; what was issued stays.
    TaxFactsSet {
        /// All of it.
        tax: TaxFacts,
    },
    /// A further contact was named.
    ContactAdded {
        /// Counted per client from 1; never used again.
        no: u32,
        /// What the person is asked about.
        kinds: Vec<ContactKind>,
        /// Who it is, sealed.
        person: Pii<ContactCard>,
    },
    /// It was said anew who a contact is.
    ContactRevised {
        /// Which.
        no: u32,
        /// What the person is asked about from now on.
        kinds: Vec<ContactKind>,
        /// Who it is, sealed.
        person: Pii<ContactCard>,
    },
    /// A contact is no longer named.
    ContactRemoved {
        /// Which.
        no: u32,
    },
    /// Somebody of the staff wrote a note; who and when stand in the event's header.
    NoteAdded {
        /// Counted per client from 1; never used again.
        no: u32,
        /// The text, sealed.
        text: Pii<String>,
    },
    /// A note is no longer shown.
    NoteRemoved {
        /// Which.
        no: u32,
    },
    /// The values of the seller's own fields were replaced.
    CustomFieldsSet {
        /// All of them, sealed; nothing if there are none.
        values: Option<Pii<CustomValues>>,
    },
    /// Another picture is shown beside the name, or none.
    AvatarSet {
        /// The picture, by the hash of its sealed bytes; nothing if none is shown.
        avatar: Option<ImageHash>,
    },
    /// A reseller looks after the client from now on, and no other one (RBA-11).
    Entrusted {
        /// Who.
        reseller: StaffId,
    },
    /// No reseller looks after the client any more.
    WithdrawnFromReseller {
        /// Who did.
        reseller: StaffId,
    },
    /// Nothing new is sold to the client.
    Suspended {
        /// Why.
        reason: String,
    },
    /// The client left.
    Deactivated {
        /// Why.
        reason: String,
    },
    /// The client may buy again.
    Activated {},
    /// The keys to the client's data were destroyed; what was issued stays.
    Erased {
        /// Why.
        reason: String,
        /// Index of the e-mail address, which is free again.
        email_index: Option<BlindIndex>,
    },
}

name_events!(ClientEvent {
    Registered => "client.registered" v "2",
    ContactChanged => "client.contact_changed" v "1",
    BillingSet => "client.billing_set" v "1",
    TaxFactsSet => "client.tax_facts_set" v "1",
    ContactAdded => "client.contact_added" v "1",
    ContactRevised => "client.contact_revised" v "1",
    ContactRemoved => "client.contact_removed" v "1",
    NoteAdded => "client.note_added" v "1",
    NoteRemoved => "client.note_removed" v "1",
    CustomFieldsSet => "client.custom_fields_set" v "1",
    AvatarSet => "client.avatar_set" v "1",
    Entrusted => "client.entrusted" v "1",
    WithdrawnFromReseller => "client.withdrawn_from_reseller" v "1",
    Suspended => "client.suspended" v "1",
    Deactivated => "client.deactivated" v "1",
    Activated => "client.activated" v "1",
    Erased => "client.erased" v "1",
});

impl ClientEvent {
    /// Scope of the claim on an e-mail address, by its blind index.
    pub const EMAIL_SCOPE: &'static str = "client.email";
}

impl EventBody for ClientEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let (released, taken) = match self {
            Self::Registered { email_index, .. } => (None, email_index.as_ref()),
            Self::ContactChanged { email_index, previous_email_index, .. }
                if email_index != previous_email_index =>
            {
                (previous_email_index.as_ref(), email_index.as_ref())
            }
            Self::Erased { email_index, .. } => (email_index.as_ref(), None),
            Self::ContactChanged { .. }
            | Self::BillingSet { .. }
            | Self::TaxFactsSet { .. }
            | Self::ContactAdded { .. }
            | Self::ContactRevised { .. }
            | Self::ContactRemoved { .. }
            | Self::NoteAdded { .. }
            | Self::NoteRemoved { .. }
            | Self::CustomFieldsSet { .. }
            | Self::AvatarSet { .. }
            | Self::Entrusted { .. }
            | Self::WithdrawnFromReseller { .. }
            | Self::Suspended { .. }
            | Self::Deactivated { .. }
            | Self::Activated {} => (None, None),
        };
        let scope = Self::EMAIL_SCOPE;
        let release = released.map(|index| Claim::Release { scope, key: index.as_str().into() });
        let take = taken.map(|index| Claim::Take { scope, key: index.as_str().into() });
        release.into_iter().chain(take).collect()
    }
}

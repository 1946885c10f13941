//! What may happen to a client's record in which state.

use crate::client::{
    Client, ClientCommand, ClientEvent, ClientRefusal, ContactCard, Profile, Register, record,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, BlindIndex, Country, Issued, KeyClass, Origin, Pii};

impl Aggregate for Client {
    const TYPE: &'static str = "client";
    type Command = ClientCommand;
    type Event = ClientEvent;
    type Refusal = ClientRefusal;

    fn decide(&self, ask: &Issued<ClientCommand>) -> Result<Vec<ClientEvent>, ClientRefusal> {
        use ClientCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Register(new)) => register(new),
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::Register(new),
            ) => register_again(known, new),
            (Self::Absent, _) => Err(ClientRefusal::Absent),
            (Self::Erased, _) => Err(ClientRefusal::Erased),
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::ChangeContact { contact, email_index, country },
            ) => change_contact(known, contact, email_index.as_ref(), *country),
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::SetBilling(billing),
            ) => {
                let billing = *billing;
                if known.billing == billing {
                    return Ok(Vec::new());
                }
                Ok(vec![ClientEvent::BillingSet { billing }])
            }
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::SetTaxFacts(tax),
            ) => {
                tax.check()?;
                if known.tax == *tax {
                    return Ok(Vec::new());
                }
                Ok(vec![ClientEvent::TaxFactsSet { tax: tax.clone() }])
            }
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::Record(ask),
            ) => record::decide(known, ask),
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::Entrust { reseller },
            ) => {
                let reseller = *reseller;
                if known.reseller == Some(reseller) {
                    return Ok(Vec::new());
                }
                Ok(vec![ClientEvent::Entrusted { reseller }])
            }
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::WithdrawFromReseller,
            ) => {
                let withdrawn = |reseller| ClientEvent::WithdrawnFromReseller { reseller };
                Ok(known.reseller.map(withdrawn).into_iter().collect())
            }
            (Self::Active(_) | Self::Inactive(_), Ask::Suspend { reason }) => {
                check_line("reason", reason, 500)?;
                Ok(vec![ClientEvent::Suspended { reason: reason.clone() }])
            }
            (Self::Suspended(_), Ask::Suspend { .. }) => Err(ClientRefusal::AlreadySuspended),
            (Self::Active(_) | Self::Suspended(_), Ask::Deactivate { reason }) => {
                check_line("reason", reason, 500)?;
                Ok(vec![ClientEvent::Deactivated { reason: reason.clone() }])
            }
            (Self::Inactive(_), Ask::Deactivate { .. }) => Err(ClientRefusal::AlreadyInactive),
            (Self::Suspended(_) | Self::Inactive(_), Ask::Activate) => {
                Ok(vec![ClientEvent::Activated {}])
            }
            (Self::Active(_), Ask::Activate) => Err(ClientRefusal::AlreadyActive),
            (
                Self::Active(known) | Self::Suspended(known) | Self::Inactive(known),
                Ask::Erase { reason },
            ) => {
                check_line("reason", reason, 500)?;
                let (reason, email_index) = (reason.clone(), known.email_index.clone());
                Ok(vec![ClientEvent::Erased { reason, email_index }])
            }
        }
    }

    fn apply(&mut self, event: &ClientEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let profile = self.profile().map_or(0, Profile::weight);
        size_of::<Self>().saturating_add(profile)
    }
}

bridge_to_cqrs_es!(Client);

fn register(new: &Register) -> Result<Vec<ClientEvent>, ClientRefusal> {
    check_key_class(&new.contact)?;
    new.origin.as_ref().map_or(Ok(()), Origin::check)?;
    Ok(vec![ClientEvent::Registered {
        contact: new.contact.clone(),
        email_index: new.email_index.clone(),
        country: new.country,
        currency: new.currency,
        origin: new.origin.clone(),
    }])
}

/// A second run of an import meets the client it made before.
fn register_again(known: &Profile, new: &Register) -> Result<Vec<ClientEvent>, ClientRefusal> {
    if known.origin.is_some() && known.origin == new.origin {
        return Ok(Vec::new());
    }
    Err(ClientRefusal::AlreadyRegistered)
}

fn change_contact(
    known: &Profile,
    contact: &Pii<ContactCard>,
    email_index: Option<&BlindIndex>,
    country: Option<Country>,
) -> Result<Vec<ClientEvent>, ClientRefusal> {
    check_key_class(contact)?;
    if known.contact.subject() != contact.subject() {
        return Err(ClientRefusal::WrongKey);
    }
    Ok(vec![ClientEvent::ContactChanged {
        contact: contact.clone(),
        email_index: email_index.cloned(),
        previous_email_index: known.email_index.clone(),
        country,
    }])
}

fn check_key_class(contact: &Pii<ContactCard>) -> Result<(), ClientRefusal> {
    match contact.class() {
        KeyClass::Operational => Ok(()),
        KeyClass::Fiscal => Err(ClientRefusal::WrongKey),
    }
}

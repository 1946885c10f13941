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
        match (self, &ask.command) {
            (Self::Absent, ClientCommand::Register(new)) => register(new),
            (Self::Absent, _) => Err(ClientRefusal::Absent),
            (Self::Erased, _) => Err(ClientRefusal::Erased),
            (Self::Active(known), ask) => known.decide(Standing::Active, ask),
            (Self::Suspended(known), ask) => known.decide(Standing::Suspended, ask),
            (Self::Inactive(known), ask) => known.decide(Standing::Inactive, ask),
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

/// How a client who is known stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Active,
    Suspended,
    Inactive,
}

impl Profile {
    fn decide(
        &self,
        standing: Standing,
        ask: &ClientCommand,
    ) -> Result<Vec<ClientEvent>, ClientRefusal> {
        use ClientCommand as Ask;
        let unless = |same: bool, event: ClientEvent| if same { Vec::new() } else { vec![event] };
        Ok(match ask {
            Ask::Register(new) => register_again(self, new)?,
            Ask::ChangeContact { contact, email_index, country } => {
                change_contact(self, contact, email_index.as_ref(), *country)?
            }
            Ask::SetBilling(billing) => {
                let billing = *billing;
                unless(self.billing == billing, ClientEvent::BillingSet { billing })
            }
            Ask::SetTaxFacts(tax) => {
                tax.check()?;
                unless(self.tax == *tax, ClientEvent::TaxFactsSet { tax: tax.clone() })
            }
            Ask::Record(ask) => record::decide(self, ask)?,
            Ask::Entrust { reseller } => {
                let reseller = *reseller;
                unless(self.reseller == Some(reseller), ClientEvent::Entrusted { reseller })
            }
            Ask::WithdrawFromReseller => {
                let withdrawn = |reseller| ClientEvent::WithdrawnFromReseller { reseller };
                self.reseller.map(withdrawn).into_iter().collect()
            }
            Ask::Suspend { .. } | Ask::Deactivate { .. } | Ask::Activate => stand(standing, ask)?,
            Ask::Erase { reason } => {
                check_line("reason", reason, 500)?;
                let (reason, email_index) = (reason.clone(), self.email_index.clone());
                vec![ClientEvent::Erased { reason, email_index }]
            }
        })
    }
}

/// Whether somebody may buy and sign in, from now on.
fn stand(now: Standing, ask: &ClientCommand) -> Result<Vec<ClientEvent>, ClientRefusal> {
    use ClientCommand as Ask;
    match ask {
        Ask::Suspend { .. } if now == Standing::Suspended => Err(ClientRefusal::AlreadySuspended),
        Ask::Suspend { reason } => {
            check_line("reason", reason, 500)?;
            Ok(vec![ClientEvent::Suspended { reason: reason.clone() }])
        }
        Ask::Deactivate { .. } if now == Standing::Inactive => Err(ClientRefusal::AlreadyInactive),
        Ask::Deactivate { reason } => {
            check_line("reason", reason, 500)?;
            Ok(vec![ClientEvent::Deactivated { reason: reason.clone() }])
        }
        Ask::Activate if now == Standing::Active => Err(ClientRefusal::AlreadyActive),
        Ask::Activate => Ok(vec![ClientEvent::Activated {}]),
        _ => Ok(Vec::new()),
    }
}

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

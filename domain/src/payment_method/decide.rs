//! What may happen to a payment method in which state.

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued};
use crate::payment_method::instrument::check_token;
use crate::payment_method::{
    AttachPaymentMethod, AttachedMethod, PaymentMethod, PaymentMethodCommand, PaymentMethodEvent,
    PaymentMethodRefusal,
};

impl Aggregate for PaymentMethod {
    const TYPE: &'static str = "payment_method";
    type Command = PaymentMethodCommand;
    type Event = PaymentMethodEvent;
    type Refusal = PaymentMethodRefusal;

    fn decide(&self, ask: &Issued<PaymentMethodCommand>) -> Decision {
        use PaymentMethodCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Attach(new)) => attach(new, ask.effective_on),
            (Self::Absent, _) => Err(PaymentMethodRefusal::Absent),
            (Self::Attached(known), Ask::Attach(new)) => attach_again(known, new),
            (Self::Attached(known), Ask::MakeDefault) => Ok(make_default(known)),
            (Self::Attached(known), Ask::ClearDefault) => Ok(no_default(known)),
            (Self::Attached(known), Ask::Expire) => Ok(expire(known)),
            (Self::Attached(known) | Self::Expired(known), Ask::Detach { reason }) => {
                detach(known, reason)
            }
            (Self::Expired(_), Ask::Expire) => Ok(Vec::new()),
            (Self::Expired(_), _) => Err(PaymentMethodRefusal::Expired),
            (Self::Detached, Ask::Detach { .. }) => Ok(Vec::new()),
            (Self::Detached, _) => Err(PaymentMethodRefusal::Detached),
        }
    }

    fn apply(&mut self, event: &PaymentMethodEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(PaymentMethod);

type Decision = Result<Vec<PaymentMethodEvent>, PaymentMethodRefusal>;

fn attach(new: &AttachPaymentMethod, today: NaiveDate) -> Decision {
    let instrument = new.instrument.check().map_err(|invalid| invalid.under("instrument"));
    Invalid::gather([check_key("gateway", &new.gateway), check_token(&new.token), instrument])?;
    if new.instrument.expires.is_some_and(|month| month.is_over(today)) {
        return Err(PaymentMethodRefusal::AlreadyOver { today });
    }
    Ok(vec![PaymentMethodEvent::Attached {
        client_id: new.client_id,
        gateway: new.gateway.clone(),
        token: new.token.clone(),
        instrument: new.instrument.clone(),
    }])
}

/// The same token reported again.
fn attach_again(known: &AttachedMethod, new: &AttachPaymentMethod) -> Decision {
    let same = known.client_id == new.client_id
        && known.gateway == new.gateway
        && known.token == new.token;
    if same { Ok(Vec::new()) } else { Err(PaymentMethodRefusal::AlreadyAttached) }
}

fn make_default(known: &AttachedMethod) -> Vec<PaymentMethodEvent> {
    let made = PaymentMethodEvent::MadeDefault { client_id: known.client_id };
    if known.is_default { Vec::new() } else { vec![made] }
}

fn no_default(known: &AttachedMethod) -> Vec<PaymentMethodEvent> {
    let cleared = PaymentMethodEvent::DefaultCleared { client_id: known.client_id };
    if known.is_default { vec![cleared] } else { Vec::new() }
}

/// What cannot be charged is nobody's default.
fn expire(known: &AttachedMethod) -> Vec<PaymentMethodEvent> {
    no_default(known).into_iter().chain([PaymentMethodEvent::Expired {}]).collect()
}

fn detach(known: &AttachedMethod, reason: &str) -> Decision {
    check_line("reason", reason, 500)?;
    let detached = PaymentMethodEvent::Detached {
        gateway: known.gateway.clone(),
        token: known.token.clone(),
        reason: reason.to_owned(),
    };
    Ok(no_default(known).into_iter().chain([detached]).collect())
}

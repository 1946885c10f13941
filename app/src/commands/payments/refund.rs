//! Promises money of a payment back, and records what became of the promise (PAY-16, PAY-21).
//!
//! Guarantees: the payment and the invoices it had paid change in one append; an invoice asks
//! again for what it gives back, unless a credit note took it back before; a refund that could not
//! be sent pays the same invoices again. To give back what was billed too much, the credit note is
//! issued in the same append, so that nothing is owed in between.

use async_trait::async_trait;
use billfold_domain::invoice::UnapplyCause;
use billfold_domain::kernel::{Money, PaymentId};
use billfold_domain::payment::{
    Payment, PaymentCommand, PaymentEvent, PaymentRefusal, RefundFrom, RequestRefund,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::record::{MANUAL_METHODS, ShareOf};
use super::taking_back::{Planned, apply, give_back, reopen, voided};
use crate::commands::affiliates::Earned;
use crate::commands::{No, Plan, Room, Table, UseCase};
use crate::error::{Error, Refused};

/// Refund a payment, whole or in part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundPayment {
    /// Which.
    pub payment_id: PaymentId,
    /// How much; all that is left of it unless given.
    pub amount: Option<Money>,
    /// Where it is taken from.
    pub from: RefundFrom,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// Money is promised back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequested {
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Counts the refunds of the payment from 1.
    pub refund_no: u32,
    /// How much.
    pub amount: Money,
    /// What invoices ask for again.
    pub reopened: Vec<ShareOf>,
    /// Whether it is sent: money that came by hand goes back by hand, on the same day.
    pub sent: bool,
}

#[async_trait]
impl UseCase for RefundPayment {
    const NAME: &'static str = "refund_payment";
    type Answer = RefundRequested;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<RefundRequested>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let (earned, touches) = Earned::beside(room, self.payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let settled = planned.settled(table)?;
            let left = settled.refundable().map_err(|no| Refused::of(&no))?;
            let amount = ask.amount.unwrap_or(left);
            let requested = refund(table, ask.payment_id, amount, ask.from, &ask.reason)?;
            earned.take_back(table)?;
            Ok(requested)
        }))
    }
}

/// Promises money back and reopens what it had paid; what came by hand is sent at once. The plan
/// names the payment and its invoices.
pub(in crate::commands) fn refund(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    amount: Money,
    from: RefundFrom,
    reason: &str,
) -> Result<RefundRequested, No> {
    let payment = table.state::<Payment>(payment_id.uuid())?;
    let settled = payment.settled().ok_or_else(|| Refused::of(&PaymentRefusal::NotSettled))?;
    let by_hand = MANUAL_METHODS.contains(&settled.gateway.as_str());
    let voided = voided(table, settled)?;
    let request = RequestRefund { amount, from, voided, reason: reason.to_owned() };
    let events =
        table.decide::<Payment>(payment_id.uuid(), PaymentCommand::RequestRefund(request))?;
    let requested = events.into_iter().find_map(|event| match event {
        PaymentEvent::RefundRequested { no, drawn, .. } => Some((no, drawn)),
        _ => None,
    });
    let (refund_no, drawn) =
        requested.ok_or_else(|| No::Broken("requested and not requested".to_owned()))?;
    reopen(table, payment_id, &drawn.reversals, UnapplyCause::Refunded)?;
    let again = drawn.reversals.iter().filter(|reversal| reversal.reopens);
    let reopened =
        again.map(|one| ShareOf { invoice_id: one.invoice_id, amount: Some(one.amount) }).collect();
    if by_hand {
        let (reference, sent_on) = (None, table.today());
        let confirm = PaymentCommand::ConfirmRefund { refund_no, reference, sent_on };
        table.decide::<Payment>(payment_id.uuid(), confirm)?;
    }
    Ok(RefundRequested { payment_id, refund_no, amount, reopened, sent: by_hand })
}

/// Record that a refund was sent.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmRefund {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which refund of it.
    pub refund_no: u32,
    /// The gateway's own name for it; one refund has it.
    pub reference: Option<String>,
    /// The day it was sent; today unless given, not in the future.
    pub sent_on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for ConfirmRefund {
    const NAME: &'static str = "confirm_refund";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let known = room.load::<Payment>(self.payment_id.uuid()).await?;
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let gateway = known.state.0.settled().map(|settled| settled.gateway.clone());
        let key = self.reference.as_deref().zip(gateway);
        let key = key.map(|(reference, way)| PaymentEvent::reference_key(&way, reference));
        let touches = touches.claims(PaymentEvent::REFUND_REFERENCE_SCOPE, key.as_deref());
        let (earned, touches) = Earned::beside(room, self.payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            planned.settled(table)?;
            let confirm = PaymentCommand::ConfirmRefund {
                refund_no: ask.refund_no,
                reference: ask.reference.clone(),
                sent_on: ask.sent_on.unwrap_or_else(|| table.today()),
            };
            table.decide::<Payment>(ask.payment_id.uuid(), confirm)?;
            earned.take_back(table)
        }))
    }
}

/// Record that a refund could not be sent.
#[derive(Clone, Debug, Serialize)]
pub struct FailRefund {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which refund of it.
    pub refund_no: u32,
    /// What the gateway said, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for FailRefund {
    const NAME: &'static str = "fail_refund";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let settled = planned.settled(table)?;
            let refund_no = ask.refund_no;
            let no_such = || Refused::of(&PaymentRefusal::NoSuchRefund { refund_no });
            let refund = settled.refund(refund_no).ok_or_else(no_such)?;
            let back = give_back(table, &refund.drawn, refund.amount)?;
            let fail = PaymentCommand::FailRefund { refund_no, reason: ask.reason.clone(), back };
            for event in table.decide::<Payment>(ask.payment_id.uuid(), fail)? {
                if let PaymentEvent::RefundFailed { allocations, .. } = event {
                    apply(table, ask.payment_id, settled.client_id, &allocations)?;
                }
            }
            Ok(())
        }))
    }
}

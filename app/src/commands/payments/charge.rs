//! Charges what an invoice still asks for through a gateway, then records what the gateway decided.
//!
//! Guarantees: the gateway's idempotency key follows from this command's key, so that a retry
//! charges nothing twice; money that moved is always recorded, also when the invoice was paid in
//! the meantime (it becomes credit then). An outcome that the gateway does not tell is answered as
//! unknown and recorded as nothing.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::invoice::{Document, Invoice, InvoiceRefusal};
use billfold_domain::kernel::{InvoiceId, Money, PaymentId};
use billfold_domain::payment::{
    Allocation, Decline, DeclinePayment, Payment, PaymentCommand, PaymentEvent, SettlePayment,
    Share,
};
use serde::{Deserialize, Serialize};

use super::settle;
use crate::commands::affiliates::Referral;
use crate::commands::dunning::owed_invoice;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};
use crate::ports::{Charge, ChargeAnswer};

/// Charge an invoice.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Key of the gateway, such as `sandbox`.
    pub gateway: String,
}

/// The gateway answered, and the answer is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCharged {
    /// The payment or the failed attempt.
    pub payment_id: PaymentId,
    /// How much was tried.
    pub amount: Money,
    /// What the gateway decided.
    pub outcome: ChargeOutcome,
}

/// What a gateway decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeOutcome {
    /// The money moved.
    Settled {
        /// The gateway's name for it.
        reference: String,
    },
    /// The money did not move.
    Declined {
        /// What the gateway said.
        reason: String,
    },
}

#[async_trait]
impl UseCase for ChargeInvoice {
    const NAME: &'static str = "charge_invoice";
    type Answer = InvoiceCharged;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceCharged>, Error> {
        let gateway = room.gateways().find(&self.gateway).ok_or_else(|| {
            let detail = "there is no gateway with this key";
            Refused::new("payment.gateway_unknown", Kind::Malformed, detail).at("/gateway")
        })?;
        let known = room.load::<Invoice>(self.invoice_id.uuid()).await?;
        let document = payable(&known.state.0)?;
        let charge = Charge {
            tenant: room.tenant,
            idempotency_key: room.key.to_owned(),
            amount: document.balance_due,
            statement: document.number.clone(),
        };
        let answer = gateway.charge(&charge).await?;
        let charged = Charged {
            invoice_id: self.invoice_id,
            // Follows from the key, so that a repeat that lost its receipt finds the same payment.
            payment_id: PaymentId::derive(room.tenant.uuid(), &format!("charge/{}", room.key)),
            client_id: document.client_id,
            gateway: self.gateway.clone(),
            amount: charge.amount,
            answer,
        };
        let key = match &charged.answer {
            ChargeAnswer::Settled { reference } => {
                Some(PaymentEvent::reference_key(&self.gateway, reference))
            }
            ChargeAnswer::Declined { .. } => None,
        };
        let touches = Touches::new(room.tenant)
            .main::<Invoice>(self.invoice_id.uuid())
            .reads::<Client>(document.client_id.uuid())
            .begins::<Payment>(charged.payment_id.uuid())
            .claims(PaymentEvent::REFERENCE_SCOPE, key.as_deref());
        let (client_id, payment_id) = (document.client_id, charged.payment_id);
        let touches = owed_invoice(touches, self.invoice_id);
        let (referral, touches) = Referral::beside(room, client_id, payment_id, touches).await?;
        Ok(touches.decide(move |table| charged.record(table, &referral)))
    }
}

struct Charged {
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    client_id: billfold_domain::kernel::ClientId,
    gateway: String,
    amount: Money,
    answer: ChargeAnswer,
}

impl Charged {
    fn record(&self, table: &mut Table<'_, '_>, referral: &Referral) -> Result<InvoiceCharged, No> {
        let outcome = match &self.answer {
            ChargeAnswer::Settled { reference } => {
                let applied = self.settled(table, reference)?;
                let on = table.today();
                referral.earn(table, self.payment_id, on, &applied)?;
                ChargeOutcome::Settled { reference: reference.clone() }
            }
            ChargeAnswer::Declined { reason, retry_may_help } => {
                let decline = DeclinePayment {
                    client_id: self.client_id,
                    amount: self.amount,
                    gateway: self.gateway.clone(),
                    reason: reason.clone(),
                    decline: if *retry_may_help { Decline::Soft } else { Decline::Hard },
                    invoice_id: Some(self.invoice_id),
                    on: table.today(),
                };
                let payment = self.payment_id.uuid();
                table.decide::<Payment>(payment, PaymentCommand::Decline(decline))?;
                ChargeOutcome::Declined { reason: reason.clone() }
            }
        };
        Ok(InvoiceCharged { payment_id: self.payment_id, amount: self.amount, outcome })
    }

    fn settled(&self, table: &mut Table<'_, '_>, reference: &str) -> Result<Vec<Allocation>, No> {
        let owed = match table.state::<Invoice>(self.invoice_id.uuid())? {
            Invoice::Open(document) => document.balance_due,
            _ => Money::zero(self.amount.currency()),
        };
        let pays = if owed.minor() < self.amount.minor() { owed } else { self.amount };
        let to_credit = self.amount.checked_sub(pays).map_err(|no| Refused::of(&no))?;
        let share = Share { invoice_id: self.invoice_id, amount: pays };
        let payment = SettlePayment {
            client_id: self.client_id,
            amount: self.amount,
            gateway: self.gateway.clone(),
            reference: Some(reference.to_owned()),
            received_on: table.today(),
            allocations: if pays.is_zero() { Vec::new() } else { vec![share] },
            to_credit,
            origin: None,
        };
        settle(table, self.payment_id, payment)
    }
}

/// The invoice, if it asks for money.
pub(super) fn payable(invoice: &Invoice) -> Result<&Document, Refused> {
    match invoice {
        Invoice::Open(document) => Ok(document),
        Invoice::Absent => Err(Refused::of(&InvoiceRefusal::Absent)),
        Invoice::Draft(_) | Invoice::Discarded => Err(Refused::of(&InvoiceRefusal::NotIssued)),
        Invoice::Settled { on, .. } => {
            Err(Refused::of(&InvoiceRefusal::AlreadySettled { settled_on: *on }))
        }
        Invoice::Void { on, .. } => {
            Err(Refused::of(&InvoiceRefusal::AlreadyVoided { voided_on: *on }))
        }
        Invoice::Uncollectible { on, .. } => {
            Err(Refused::of(&InvoiceRefusal::WrittenOff { written_off_on: *on }))
        }
    }
}

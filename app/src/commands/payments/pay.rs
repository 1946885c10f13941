//! Records money that arrived for one invoice: "mark as paid" (INV-13, INV-14).
//!
//! Guarantees: without an amount it is what the invoice asks for at the moment of the decision, so
//! that a second press pays nothing; what arrived beyond that becomes the client's credit.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{InvoiceId, Money, PaymentId, Refusal};
use billfold_domain::payment::{Payment, PaymentEvent, SettlePayment, Share};
use chrono::NaiveDate;
use serde::Serialize;

use super::charge::payable;
use super::record::{MANUAL_METHODS, PaymentRecorded, ShareOf};
use super::settle;
use crate::commands::affiliates::Referral;
use crate::commands::dunning::owed_invoice;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Pay an invoice by hand.
#[derive(Clone, Debug, Serialize)]
pub struct PayInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// What arrived; all that is owed unless given.
    pub amount: Option<Money>,
    /// `manual_bank` or `manual_cash`.
    pub method: String,
    /// The bank's own name for it; one payment has it.
    pub reference: Option<String>,
    /// The day it arrived; today unless given, not in the future.
    pub received_on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for PayInvoice {
    const NAME: &'static str = "pay_invoice";
    type Answer = PaymentRecorded;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<PaymentRecorded>, Error> {
        if !MANUAL_METHODS.contains(&self.method.as_str()) {
            let detail = "use manual_bank or manual_cash";
            let refused = Refused::new("payment.method_unknown", Kind::Malformed, detail);
            return Err(refused.at("/method").into());
        }
        let known = room.load::<Invoice>(self.invoice_id.uuid()).await?;
        let client = payable(&known.state.0)?.client_id;
        let payment_id = PaymentId::new(room.mint());
        let key = self.reference.as_deref();
        let key = key.map(|reference| PaymentEvent::reference_key(&self.method, reference));
        let touches = Touches::new(room.tenant)
            .main::<Invoice>(self.invoice_id.uuid())
            .reads::<Client>(client.uuid())
            .begins::<Payment>(payment_id.uuid())
            .claims(PaymentEvent::REFERENCE_SCOPE, key.as_deref());
        let touches = owed_invoice(touches, self.invoice_id);
        let (referral, touches) = Referral::beside(room, client, payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| ask.pay(table, payment_id, &referral)))
    }
}

impl PayInvoice {
    fn pay(
        &self,
        table: &mut Table<'_, '_>,
        payment_id: PaymentId,
        referral: &Referral,
    ) -> Result<PaymentRecorded, No> {
        let document = payable(table.state::<Invoice>(self.invoice_id.uuid())?)?;
        let (client_id, owed) = (document.client_id, document.balance_due);
        let amount = self.amount.unwrap_or(owed);
        // Also refuses an amount in another currency.
        let (pays, to_credit) = document
            .split(amount)
            .map_err(|no| Refused::new(no.code(), Kind::Rule, no.to_string()).at("/amount"))?;
        let zero = Money::zero(owed.currency());
        let received_on = self.received_on.unwrap_or_else(|| table.today());
        let payment = SettlePayment {
            client_id,
            amount,
            gateway: self.method.clone(),
            reference: self.reference.clone(),
            received_on,
            allocations: vec![Share { invoice_id: self.invoice_id, amount: pays }],
            to_credit,
            origin: None,
        };
        let applied = settle(table, payment_id, payment)?;
        referral.earn(table, payment_id, received_on, &applied)?;
        let paid = vec![ShareOf { invoice_id: self.invoice_id, amount: Some(pays) }];
        Ok(PaymentRecorded { payment_id, paid, to_credit, unapplied: zero })
    }
}

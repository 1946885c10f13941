//! Promises back what paid an invoice, over as many payments as it takes: one, if one paid as much,
//! else the newest first (PAY-16). The invoice asks for it again, unless a credit note of the same
//! append says otherwise.

use async_trait::async_trait;
use billfold_domain::invoice::{Document, Invoice, InvoiceRefusal};
use billfold_domain::kernel::{InvoiceId, Money, MoneyRefusal, PaymentId};
use billfold_domain::payment::{RefundFrom, spread};
use serde::{Deserialize, Serialize};

use super::refund::{RefundRequested, refund};
use super::taking_back::Planned;
use crate::commands::affiliates::Earned;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Refund an invoice, whole or in part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// How much; all that payments pay unless given.
    pub amount: Option<Money>,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for RefundInvoice {
    const NAME: &'static str = "refund_invoice";
    type Answer = Vec<RefundRequested>;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<Vec<RefundRequested>>, Error> {
        let known = room.load::<Invoice>(self.invoice_id.uuid()).await?;
        let mut touches = Touches::new(room.tenant).main::<Invoice>(self.invoice_id.uuid());
        let mut planned = Vec::new();
        for payment_id in known.state.0.document().map(payments).unwrap_or_default() {
            let (payment, named) = Planned::beside(room, payment_id, touches).await?;
            let (earned, named) = Earned::beside(room, payment_id, named).await?;
            touches = named;
            planned.push((payment, earned));
        }
        let (ask, version) = (self.clone(), known.version);
        Ok(touches.decide(move |table| {
            table.unmoved::<Invoice>(ask.invoice_id.uuid(), version)?;
            for (payment, _) in &planned {
                payment.settled(table)?;
            }
            let requested = ask.refund(table)?;
            for (_, earned) in &planned {
                earned.take_back(table)?;
            }
            Ok(requested)
        }))
    }
}

impl RefundInvoice {
    fn refund(&self, table: &mut Table<'_, '_>) -> Result<Vec<RefundRequested>, No> {
        let invoice = table.state::<Invoice>(self.invoice_id.uuid())?;
        let document = invoice.issued().map_err(|no| Refused::of(&no))?;
        let shares = self.shares(document)?;
        let mut requested = Vec::new();
        for (payment_id, share) in shares {
            let from = RefundFrom::Invoice(self.invoice_id);
            requested.push(refund(table, payment_id, share, from, &self.reason)?);
        }
        Ok(requested)
    }

    /// What each payment gives back.
    fn shares(&self, document: &Document) -> Result<Vec<(PaymentId, Money)>, Refused> {
        let refused = |no: MoneyRefusal| Refused::of(&no).at("/amount");
        let payments = payments(document);
        let pays = |payment: &PaymentId| {
            let own = document.applied.iter().filter(|part| part.payment_id == *payment);
            Money::sum(document.total.currency(), own.map(|part| part.amount))
        };
        let pays: Vec<Money> =
            payments.iter().map(pays).collect::<Result<_, _>>().map_err(refused)?;
        let all = Money::sum(document.total.currency(), pays.iter().copied()).map_err(refused)?;
        let amount = self.amount.unwrap_or(all);
        if !amount.is_positive() || all.checked_sub(amount).map_err(refused)?.is_negative() {
            return Err(Refused::of(&InvoiceRefusal::MoreThanApplied { amount, pays: all }));
        }
        let shares = spread(amount, &pays).map_err(refused)?;
        Ok(payments.into_iter().zip(shares).filter(|(_, share)| share.is_positive()).collect())
    }
}

/// The payments of an invoice, oldest first.
fn payments(document: &Document) -> Vec<PaymentId> {
    let mut payments = Vec::new();
    for applied in &document.applied {
        if !payments.contains(&applied.payment_id) {
            payments.push(applied.payment_id);
        }
    }
    payments
}

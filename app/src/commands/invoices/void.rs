//! Takes a whole invoice back by a credit note, numbered under the lock. What was paid becomes the
//! client's credit, and the coupons that came off it may be had again (CPN-03).

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, RedeemedFor};
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceEvent};
use billfold_domain::kernel::{DocumentKind, InvoiceId, Money, Series};
use billfold_domain::subscription::service::DocumentRef;
use billfold_domain::subscription::{Subscription, SubscriptionCommand, SubscriptionRefusal};
use serde::{Deserialize, Serialize};

use crate::commands::coupons::give_back;
use crate::commands::credit::keep_as_credit;
use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{No, Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Void an invoice.
#[derive(Clone, Debug, Serialize)]
pub struct VoidInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// The invoice is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceVoided {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Number of the credit note.
    pub credit_note: String,
    /// The unpaid part, no longer owed.
    pub offset: Money,
    /// The paid part, now the client's credit.
    pub to_credit: Money,
}

#[async_trait]
impl UseCase for VoidInvoice {
    const NAME: &'static str = "void_invoice";
    type Answer = InvoiceVoided;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceVoided>, Error> {
        let Self { invoice_id, reason } = self.clone();
        let id = invoice_id.uuid();
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let kind = DocumentKind::CreditNote;
        let series = Series::new(&settings.credit_note_numbers, kind, today);
        let touches = Touches::new(room.tenant).main::<Invoice>(id).counts(series.keys());
        let mut touches = owed_invoice(touches, invoice_id);
        let known = room.load::<Invoice>(id).await?;
        let document = known.state.0.document();
        let subscriptions = document.map_or(Vec::new(), |document| document.subscriptions.clone());
        let coupons = document.map_or(Vec::new(), |document| document.coupons.clone());
        for coupon in &coupons {
            touches = touches.reads::<Coupon>(coupon.uuid());
        }
        for subscription in &subscriptions {
            touches = touches.reads::<Subscription>(subscription.uuid());
        }
        if let Some(document) = document {
            let credit = CreditBalance::id_of(document.client_id, document.total.currency());
            touches = touches.reads::<CreditBalance>(credit.uuid());
        }
        Ok(touches.decide(move |table| {
            let document = table.state::<Invoice>(id)?.document();
            if document.is_some_and(|document| document.coupons != coupons) {
                return Err(No::Stale);
            }
            for subscription in &subscriptions {
                let contract = table.state::<Subscription>(subscription.uuid())?.contract();
                let document = DocumentRef::Invoice(invoice_id);
                if contract.is_some_and(|contract| contract.service.gave_back(document)) {
                    return Err(Refused::of(&SubscriptionRefusal::GaveBack).into());
                }
            }
            let format = table.settings()?.credit_note_numbers.clone();
            let credit_note = table.next_number(&format, kind, table.today())?;
            let void = InvoiceCommand::Void { reason: reason.clone(), credit_note };
            let events = table.decide::<Invoice>(id, void)?;
            end_if_over(table, invoice_id)?;
            let voided = events.into_iter().find_map(|event| match event {
                InvoiceEvent::Voided(voided) => Some(voided),
                _ => None,
            });
            let voided = voided.ok_or_else(|| No::Broken("voided and not voided".to_owned()))?;
            for subscription in &subscriptions {
                let uncharge = SubscriptionCommand::Uncharge { invoice_id };
                table.decide::<Subscription>(subscription.uuid(), uncharge)?;
                let give_back = SubscriptionCommand::ReturnCoupons { invoice_id };
                table.decide::<Subscription>(subscription.uuid(), give_back)?;
            }
            for coupon in &coupons {
                give_back(table, *coupon, RedeemedFor::Invoice(invoice_id), "invoice voided")?;
            }
            let source = CreditSource::VoidedInvoice(invoice_id);
            keep_as_credit(table, voided.client_id, voided.to_credit, source)?;
            Ok(InvoiceVoided {
                invoice_id,
                credit_note: voided.credit_note.text,
                offset: voided.offset,
                to_credit: voided.to_credit,
            })
        }))
    }
}

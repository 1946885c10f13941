//! What leaves a payment for good takes its commission with it (AFF-06).
//!
//! Guarantees: the affiliate who earned is asked, also when another has the client by now; any row
//! of refunds and lost disputes takes back to the cent what one of their sum does. A refund counts
//! once it was sent and a dispute once it was lost, so that nothing has to be earned again.

use std::collections::BTreeMap;

use billfold_domain::affiliate::{Affiliate, AffiliateCommand, AffiliateEvent};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{InvoiceId, Money, MoneyRefusal, PaymentId};
use billfold_domain::payment::{Payment, RefundStage, Reversal, SettledPayment};
use uuid::Uuid;

use super::earning::net_of;
use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Refused};

/// Who earned by a payment, as it was known when the command was planned.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Earned {
    payment_id: PaymentId,
    affiliate: Option<Uuid>,
}

impl Earned {
    /// Looks up who earned by the payment, and names what taking back touches. The plan names the
    /// payment and its invoices.
    pub(in crate::commands) async fn beside(
        room: &Room<'_>,
        payment_id: PaymentId,
        touches: Touches,
    ) -> Result<(Self, Touches), Error> {
        let key = payment_id.to_string();
        let affiliate = room.holder(AffiliateEvent::PAYMENT_SCOPE, &key).await?;
        let mut touches = touches.claims(AffiliateEvent::PAYMENT_SCOPE, Some(&key));
        if let Some(id) = affiliate {
            touches = touches.reads::<Affiliate>(id);
        }
        Ok((Self { payment_id, affiliate }, touches))
    }

    /// Takes back the part of the commission that what left the payment so far is of its sale.
    pub(in crate::commands) fn take_back(&self, table: &mut Table<'_, '_>) -> Result<(), No> {
        let payment_id = self.payment_id;
        let holder =
            table.holder::<Affiliate>(AffiliateEvent::PAYMENT_SCOPE, &payment_id.to_string())?;
        if holder != self.affiliate {
            return Err(No::Stale);
        }
        let Some(id) = self.affiliate else { return Ok(()) };
        let settled = table.state::<Payment>(payment_id.uuid())?.settled().cloned();
        let partner = table.state::<Affiliate>(id)?.partner();
        let earned = partner.and_then(|partner| partner.book.of_payment(payment_id));
        let (Some(settled), Some(earned)) = (settled, earned) else { return Ok(()) };
        let sale = earned.sale;
        let left = left_for_good(&settled).map_err(|no| Refused::of(&no))?;
        let mut refunded = Money::zero(sale.currency());
        for (invoice_id, amount) in left {
            let invoice = table.state::<Invoice>(invoice_id.uuid())?;
            let Some(document) = invoice.document() else { continue };
            let net = net_of(document, amount).map_err(|no| Refused::of(&no))?;
            refunded = refunded.checked_add(net).map_err(|no| Refused::of(&no))?;
        }
        let refunded = if refunded.minor() > sale.minor() { sale } else { refunded };
        if refunded.is_positive() {
            let reverse = AffiliateCommand::Reverse { payment_id, refunded };
            table.decide::<Affiliate>(id, reverse)?;
        }
        Ok(())
    }
}

/// What had paid invoices and went out with refunds that were sent and disputes that were lost, by
/// invoice. What was won of a dispute went back in the order it had been taken.
fn left_for_good(settled: &SettledPayment) -> Result<BTreeMap<InvoiceId, Money>, MoneyRefusal> {
    let zero = Money::zero(settled.amount.currency());
    let mut left = BTreeMap::new();
    let mut add = |reversal: &Reversal, amount: Money| {
        let sum = left.entry(reversal.invoice_id).or_insert(zero);
        *sum = sum.checked_add(amount)?;
        Ok::<_, MoneyRefusal>(())
    };
    for refund in &settled.refunds {
        if matches!(refund.stage, RefundStage::Sent { .. }) {
            for reversal in &refund.drawn.reversals {
                add(reversal, reversal.amount)?;
            }
        }
    }
    for dispute in settled.disputes.iter().filter(|dispute| dispute.lost.is_positive()) {
        let taken = dispute.undecided.checked_add(dispute.lost)?;
        let mut won = dispute.amount.checked_sub(taken)?;
        for reversal in &dispute.drawn.reversals {
            let back = if won.minor() < reversal.amount.minor() { won } else { reversal.amount };
            won = won.checked_sub(back)?;
            add(reversal, reversal.amount.checked_sub(back)?)?;
        }
    }
    Ok(left)
}

//! What a payment of a referred client earns, in the append in which it pays (AFF-03).
//!
//! Guarantees: who brought the client is asked again under the lock; a payment is recorded
//! whatever an affiliate's terms say of it. The sale is what the payment paid of invoices, without
//! tax. The items of an invoice count with the payment that settles it, so that two halves earn no
//! amount twice. Absent on purpose: what credit pays, and what the same payment pays later; the
//! first earned when the money came, the second is part of a sale that has its commission.

use billfold_domain::affiliate::{AccrueCommission, Affiliate, AffiliateCommand, AffiliateEvent};
use billfold_domain::invoice::{Document, Invoice};
use billfold_domain::kernel::{ClientId, Money, MoneyRefusal, PaymentId, Rounding, Unrounded};
use billfold_domain::payment::Allocation;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Refused};

/// Who brought the client of a payment, as it was known when the payment was planned.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Referral {
    client_id: ClientId,
    affiliate: Option<Uuid>,
}

impl Referral {
    /// Looks up who brought the client, and names what earning a commission touches.
    pub(in crate::commands) async fn beside(
        room: &Room<'_>,
        client_id: ClientId,
        payment_id: PaymentId,
        touches: Touches,
    ) -> Result<(Self, Touches), Error> {
        let client = client_id.to_string();
        let affiliate = room.holder(AffiliateEvent::REFERRAL_SCOPE, &client).await?;
        let mut touches = touches.claims(AffiliateEvent::REFERRAL_SCOPE, Some(&client));
        if let Some(id) = affiliate {
            let payment = payment_id.to_string();
            touches = touches
                .reads::<Affiliate>(id)
                .claims(AffiliateEvent::PAYMENT_SCOPE, Some(&payment));
        }
        Ok((Self { client_id, affiliate }, touches))
    }

    /// Lets whoever brought the client earn by what a payment paid on a day. Nobody earns where
    /// terms, suspension or an earlier commission of the payment say so.
    pub(in crate::commands) fn earn(
        &self,
        table: &mut Table<'_, '_>,
        payment_id: PaymentId,
        on: NaiveDate,
        paid: &[Allocation],
    ) -> Result<(), No> {
        let key = self.client_id.to_string();
        if table.holder::<Affiliate>(AffiliateEvent::REFERRAL_SCOPE, &key)? != self.affiliate {
            return Err(No::Stale);
        }
        let (Some(id), Some(first)) = (self.affiliate, paid.first()) else { return Ok(()) };
        let (mut sale, mut items) = (Money::zero(first.amount.currency()), 0_u32);
        for part in paid {
            let invoice = table.state::<Invoice>(part.invoice_id.uuid())?;
            let Some(document) = invoice.document() else { continue };
            let net = net_of(document, part.amount).map_err(|no| Refused::of(&no))?;
            sale = sale.checked_add(net).map_err(|no| Refused::of(&no))?;
            if let Invoice::Settled { .. } = invoice {
                items = items.saturating_add(items_of(document));
            }
        }
        let client_id = self.client_id;
        let accrue = AccrueCommission { payment_id, client_id, sale, items, on };
        match table.decide::<Affiliate>(id, AffiliateCommand::Accrue(accrue)) {
            Ok(_) | Err(No::Refused(_)) => Ok(()),
            Err(no) => Err(no),
        }
    }
}

/// What an amount that pays a part of an invoice is without tax, rounded once, half away from
/// zero; all of it is exactly what the invoice says.
pub(super) fn net_of(document: &Document, amount: Money) -> Result<Money, MoneyRefusal> {
    if amount == document.total {
        return Ok(document.net);
    }
    Unrounded::from(amount)
        .in_proportion(document.net.into(), document.total.into())?
        .round(Rounding::HalfAwayFromZero)
}

fn items_of(document: &Document) -> u32 {
    let sold = document.lines.iter().filter(|line| line.net.is_positive());
    u32::try_from(sold.count()).unwrap_or(u32::MAX)
}

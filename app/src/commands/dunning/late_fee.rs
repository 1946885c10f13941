//! The invoice that charges a late fee: one line outside the scope of tax, since damages for paying
//! late are no consideration for a supply (CJEU C-222/81, BAZ Bausystem), posted as late fee
//! income.
//!
//! Guarantees: it is issued in the append that takes the stage, so that a fee is charged once.

use billfold_domain::client::Client;
use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, IssueTerms, LineKind, NewLine, Particulars,
    TaxCategory, TaxTreatment,
};
use billfold_domain::kernel::{
    ClientId, DocumentKind, InvoiceId, Money, Percent, Quantity, Series, UnitPrice,
};
use chrono::Days;

use crate::commands::invoices::{Buyer, check_invoice, sealed_buyer};
use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Refused};

/// What invoices of fees need, prepared while waiting is allowed.
#[derive(Clone)]
pub(super) struct FeePaper {
    client_id: ClientId,
    buyer: Buyer,
}

impl FeePaper {
    /// Prepares invoices for a client, and names the numbers and streams they may touch.
    pub(super) async fn lay_out(
        room: &Room<'_>,
        touches: Touches,
        client_id: ClientId,
        ids: impl Iterator<Item = InvoiceId>,
    ) -> Result<(Touches, Self), Error> {
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let buyer = sealed_buyer(room, client_id, today).await?;
        let series = Series::new(&settings.invoice_numbers, DocumentKind::Invoice, today);
        let touches = ids.fold(touches, |touches, id| touches.begins::<Invoice>(id.uuid()));
        let touches = touches.counts(series.keys());
        Ok((touches, Self { client_id, buyer }))
    }

    /// Issues the invoice of a fee for paying another one late.
    pub(super) fn issue(
        &self,
        table: &mut Table<'_, '_>,
        id: InvoiceId,
        fee: Money,
        late: &str,
    ) -> Result<(), No> {
        table.unmoved::<Client>(self.client_id.uuid(), self.buyer.client_version)?;
        let settings = std::sync::Arc::clone(table.settings()?);
        let today = table.calendar_day();
        let seller = settings.seller();
        let line = NewLine {
            kind: LineKind::LateFee,
            description: format!("Late fee for invoice {late}"),
            quantity: Quantity::ONE,
            unit_price: UnitPrice::try_from(fee).map_err(|no| Refused::of(&no))?,
            tax: TaxTreatment {
                category: TaxCategory::O,
                rate: Percent::ZERO,
                country: seller.country,
            },
            period: None,
            product_id: None,
        };
        let number = table.next_number(&settings.invoice_numbers, DocumentKind::Invoice, today)?;
        let due_date = today.checked_add_days(Days::new(settings.payment_term_days.into()));
        let buyer = Some(self.buyer.sealed.clone());
        let particulars = Particulars::default();
        let terms = IssueTerms { number, due_date, seller, buyer, particulars };
        let currency = fee.currency();
        let draft = DraftFor { client_id: self.client_id, currency, order_id: None };
        let subscriptions = Vec::new();
        let whole = CompleteInvoice {
            draft,
            lines: vec![line],
            terms,
            subscriptions,
            lowerings: Vec::new(),
            origin: None,
        };
        table.decide::<Invoice>(id.uuid(), InvoiceCommand::IssueComplete(whole))?;
        let issued = table.state::<Invoice>(id.uuid())?.document();
        let issued = issued.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        check_invoice(issued, table.tenant(), self.buyer.party.clone())?;
        Ok(())
    }
}

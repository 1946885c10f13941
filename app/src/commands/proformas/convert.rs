//! Makes an invoice of a proforma, by command or because it is paid, dated the day it happens.
//!
//! Guarantees that proforma, invoice, number and payment are one append, and that a proforma
//! becomes one invoice at most. Absent on purpose: what arrives in parts, which is a payment of the
//! client until the proforma is converted.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::dunning::DunningCase;
use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, IssueTerms, NewLine, Particulars,
};
use billfold_domain::kernel::{
    ClientId, DocumentKind, InvoiceId, Money, OrderId, PaymentId, ProformaId, Refusal, Series,
};
use billfold_domain::order::{Order, OrderCommand};
use billfold_domain::payment::{Allocation, Payment, PaymentEvent, SettlePayment, Share};
use billfold_domain::proforma::{IssuedProforma, Proforma, ProformaCommand, ProformaRefusal};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::issue::asked;
use crate::commands::affiliates::Referral;
use crate::commands::invoices::{Buyer, InvoiceIssued, check_invoice, sealed_buyer};
use crate::commands::payments::{MANUAL_METHODS, settle};
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Make an invoice of a proforma.
#[derive(Clone, Debug, Serialize)]
pub struct ConvertProforma {
    /// Which.
    pub proforma_id: ProformaId,
}

/// Record that a proforma was paid.
#[derive(Clone, Debug, Serialize)]
pub struct PayProforma {
    /// Which.
    pub proforma_id: ProformaId,
    /// What arrived; what it asks for unless given, and no less.
    pub amount: Option<Money>,
    /// `manual_bank` or `manual_cash`.
    pub method: String,
    /// The bank's own name for it; one payment has it.
    pub reference: Option<String>,
    /// The day it arrived; today unless given, not in the future.
    pub received_on: Option<NaiveDate>,
}

/// A proforma was paid and is an invoice now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProformaPaid {
    /// The invoice it became.
    pub invoice: InvoiceIssued,
    /// The payment.
    pub payment_id: PaymentId,
    /// What became the client's credit.
    pub to_credit: Money,
}

#[async_trait]
impl UseCase for ConvertProforma {
    const NAME: &'static str = "convert_proforma";
    type Answer = InvoiceIssued;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceIssued>, Error> {
        let (touches, conversion) = Conversion::lay_out(room, self.proforma_id).await?;
        Ok(touches.decide(move |table| conversion.convert(table)))
    }
}

#[async_trait]
impl UseCase for PayProforma {
    const NAME: &'static str = "pay_proforma";
    type Answer = ProformaPaid;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ProformaPaid>, Error> {
        if !MANUAL_METHODS.contains(&self.method.as_str()) {
            let detail = "use manual_bank or manual_cash";
            let refused = Refused::new("payment.method_unknown", Kind::Malformed, detail);
            return Err(refused.at("/method").into());
        }
        let (touches, conversion) = Conversion::lay_out(room, self.proforma_id).await?;
        let payment_id = PaymentId::new(room.mint());
        let key = self.reference.as_deref();
        let key = key.map(|reference| PaymentEvent::reference_key(&self.method, reference));
        let touches = touches
            .begins::<Payment>(payment_id.uuid())
            .begins::<DunningCase>(DunningCase::id_of(conversion.invoice_id).uuid())
            .claims(PaymentEvent::REFERENCE_SCOPE, key.as_deref());
        let client_id = conversion.client_id;
        let (referral, touches) = Referral::beside(room, client_id, payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let invoice = conversion.convert(table)?;
            let (paid, applied) = ask.pay(table, client_id, payment_id, invoice)?;
            let on = ask.received_on.unwrap_or_else(|| table.today());
            referral.earn(table, payment_id, on, &applied)?;
            Ok(paid)
        }))
    }
}

impl PayProforma {
    fn pay(
        &self,
        table: &mut Table<'_, '_>,
        client_id: ClientId,
        payment_id: PaymentId,
        invoice: InvoiceIssued,
    ) -> Result<(ProformaPaid, Vec<Allocation>), No> {
        let amount = self.amount.unwrap_or(invoice.total);
        // Also refuses an amount in another currency.
        let to_credit = amount
            .checked_sub(invoice.total)
            .map_err(|no| Refused::new(no.code(), Kind::Rule, no.to_string()).at("/amount"))?;
        if to_credit.is_negative() {
            let total = invoice.total;
            let detail = format!("the proforma asks for {total}, record less as a payment");
            return Err(Refused::new("proforma.paid_in_part", Kind::Rule, detail)
                .at("/amount")
                .into());
        }
        let payment = SettlePayment {
            client_id,
            amount,
            gateway: self.method.clone(),
            reference: self.reference.clone(),
            received_on: self.received_on.unwrap_or_else(|| table.today()),
            allocations: vec![Share { invoice_id: invoice.invoice_id, amount: invoice.total }],
            to_credit,
            origin: None,
        };
        let applied = settle(table, payment_id, payment)?;
        Ok((ProformaPaid { invoice, payment_id, to_credit }, applied))
    }
}

/// What a conversion needs, prepared while waiting is allowed.
struct Conversion {
    proforma_id: ProformaId,
    invoice_id: InvoiceId,
    order_id: Option<OrderId>,
    client_id: ClientId,
    buyer: Buyer,
    /// Named where a line is taxed by the seller's rates.
    rates: Option<Rates>,
}

impl Conversion {
    async fn lay_out(room: &Room<'_>, proforma_id: ProformaId) -> Result<(Touches, Self), Error> {
        let known = room.load::<Proforma>(proforma_id.uuid()).await?;
        let document = known.state.0.document();
        let document = document.ok_or_else(|| Refused::of(&ProformaRefusal::Absent))?;
        let (client_id, order_id) = (document.client_id, document.order_id);
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let buyer = sealed_buyer(room, client_id, today).await?;
        let invoice_id = InvoiceId::new(room.mint());
        let series = Series::new(&settings.invoice_numbers, DocumentKind::Invoice, today);
        let mut touches = Touches::new(room.tenant)
            .main::<Proforma>(proforma_id.uuid())
            .begins::<Invoice>(invoice_id.uuid())
            .reads::<Client>(client_id.uuid())
            .counts(series.keys());
        if let Some(order) = order_id {
            touches = touches.reads::<Order>(order.uuid());
        }
        let mut rates = None;
        if !document.automatic.is_empty() {
            let (more, found) = Rates::of(room, touches, client_id).await?;
            (touches, rates) = (more, Some(found));
        }
        Ok((touches, Self { proforma_id, invoice_id, order_id, client_id, buyer, rates }))
    }

    /// The lines, taxed anew where the seller's rates decide: the invoice's day is the tax point.
    fn taxed(
        &self,
        table: &Table<'_, '_>,
        document: &IssuedProforma,
        on: NaiveDate,
    ) -> Result<(Vec<NewLine>, Particulars), No> {
        let mut particulars = document.particulars.clone();
        let mut lines = Vec::with_capacity(document.lines.len());
        for line in &document.lines {
            let mut new = asked(line);
            if let Some(known) = document.automatic.get(&line.no) {
                let rates = self.rates.as_ref().ok_or(No::Stale)?;
                let evidence = rates.tax(table, known.class, on)?;
                new.tax = evidence.treatment;
                particulars.add(&evidence);
            }
            lines.push(new);
        }
        Ok((lines, particulars))
    }

    fn convert(&self, table: &mut Table<'_, '_>) -> Result<InvoiceIssued, No> {
        // A contact that changed, or a client who was erased since, must not get an old buyer.
        let client_id = self.client_id;
        table.unmoved::<Client>(client_id.uuid(), self.buyer.client_version)?;
        let settings = Arc::clone(table.settings()?);
        let today = table.calendar_day();
        let kind = DocumentKind::Invoice;
        let number = table.next_number(&settings.invoice_numbers, kind, today)?;
        let proforma = self.proforma_id.uuid();
        let document = table.state::<Proforma>(proforma)?.document().cloned();
        let document = document.ok_or_else(|| Refused::of(&ProformaRefusal::Absent))?;
        let (invoice_id, invoice_number) = (self.invoice_id, number.text.clone());
        table.dated(today);
        let convert = ProformaCommand::Convert { invoice_id, invoice_number };
        table.decide::<Proforma>(proforma, convert)?;
        let currency = document.total.currency();
        let (lines, particulars) = self.taxed(table, &document, today)?;
        let whole = CompleteInvoice {
            draft: DraftFor { client_id, currency, order_id: self.order_id },
            lines,
            terms: IssueTerms {
                number,
                due_date: today.checked_add_days(Days::new(settings.payment_term_days.into())),
                seller: settings.seller(),
                buyer: Some(self.buyer.sealed.clone()),
                particulars,
            },
            subscriptions: Vec::new(),
            lowerings: Vec::new(),
            origin: None,
        };
        table.decide::<Invoice>(invoice_id.uuid(), InvoiceCommand::IssueComplete(whole))?;
        if let Some(order) = self.order_id {
            table.decide::<Order>(order.uuid(), OrderCommand::MarkInvoiced { invoice_id })?;
        }
        let issued = table.state::<Invoice>(invoice_id.uuid())?.document();
        let issued = issued.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        check_invoice(issued, table.tenant(), self.buyer.party.clone())?;
        Ok(InvoiceIssued {
            invoice_id,
            number: issued.number.clone(),
            issue_date: today,
            due_date: issued.due_date,
            total: issued.total,
        })
    }
}

//! Bills what was missing on an issued invoice, by an invoice that names it (INV-11).
//!
//! Guarantees that the corrected invoice stands at that moment, and that the correction has its
//! parties and its currency. Absent on purpose: changing the corrected invoice, which stays as it
//! is, and credit of the client, which is applied when asked.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::einvoice::Party;
use billfold_domain::invoice::{
    Corrected, DraftFor, Invoice, InvoiceCommand, IssueCorrection, IssueTerms, Particulars,
};
use billfold_domain::kernel::{DocumentKind, InvoiceId, Series};
use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::buyer::{fiscal_key, party_on};
use super::checked::{check_invoice, numbered};
use super::issue::InvoiceIssued;
use super::products::{check_products, name_products};
use super::taxing::taxed;
use crate::commands::tax_rates::{AskedLine, Rates};
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Correct an issued invoice upwards.
#[derive(Clone, Debug, Serialize)]
pub struct DebitInvoice {
    /// Which invoice is corrected.
    pub invoice_id: InvoiceId,
    /// What was missing on it.
    pub lines: Vec<AskedLine>,
    /// Last day to pay; by the seller's payment term unless given.
    pub due_date: Option<NaiveDate>,
    /// Why, 1 to 500 characters; stands on the document, so no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DebitInvoice {
    const NAME: &'static str = "debit_invoice";
    type Answer = InvoiceIssued;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceIssued>, Error> {
        let known = room.load::<Invoice>(self.invoice_id.uuid()).await?;
        let document = known.state.0.debitable().map_err(|no| Refused::of(&no))?;
        let client_id = document.client_id;
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let series = Series::new(&settings.invoice_numbers, DocumentKind::Invoice, today);
        let debit_id = InvoiceId::new(room.mint());
        let mut touches = name_products(Touches::new(room.tenant), &self.lines)
            .main::<Invoice>(self.invoice_id.uuid())
            .begins::<Invoice>(debit_id.uuid())
            .reads::<Client>(client_id.uuid())
            .counts(series.keys());
        if document.buyer.is_some() {
            // The correction is kept as long as law asks for it, and its buyer readable with it.
            let key = fiscal_key(&room.law().await?, client_id, today);
            room.vault().ring_to_seal(room.tenant, &[key], room.now).await?;
        }
        let buyer = party_on(room, document).await?;
        let mut rates = None;
        if self.lines.iter().any(|line| line.tax.automatic().is_some()) {
            let (more, found) = Rates::of(room, touches, client_id).await?;
            (touches, rates) = (more, Some(found));
        }
        let debiting = Debiting { ask: self.clone(), debit_id, buyer, rates };
        Ok(touches.decide(move |table| {
            if *table.state::<Client>(client_id.uuid())? == Client::Erased {
                return Err(Refused::of(&ClientRefusal::Erased).into());
            }
            check_products(table, &debiting.ask.lines)?;
            debiting.debit(table)
        }))
    }
}

struct Debiting {
    ask: DebitInvoice,
    debit_id: InvoiceId,
    /// Who was billed, where the corrected invoice says so.
    buyer: Option<Party>,
    /// Named where a line is taxed by the seller's rates.
    rates: Option<Rates>,
}

impl Debiting {
    fn debit(&self, table: &mut Table<'_, '_>) -> Result<InvoiceIssued, No> {
        let settings = Arc::clone(table.settings()?);
        let today = table.calendar_day();
        let invoice_id = self.ask.invoice_id;
        let corrected = table.state::<Invoice>(invoice_id.uuid())?;
        let document = corrected.debitable().map_err(|no| Refused::of(&no))?.clone();
        // What was missing is taxed as of the day on which it should have been billed.
        let mut particulars = Particulars { evidence: Vec::new(), ..document.particulars };
        let mut lines = Vec::with_capacity(self.ask.lines.len());
        for line in &self.ask.lines {
            let (line, evidence) = taxed(table, line, self.rates.as_ref(), document.issue_date)?;
            evidence.iter().for_each(|evidence| particulars.add(evidence));
            lines.push(line);
        }
        let kind = DocumentKind::Invoice;
        let number = table.next_number(&settings.invoice_numbers, kind, today)?;
        let by_term = today.checked_add_days(Days::new(settings.payment_term_days.into()));
        let (client_id, currency) = (document.client_id, document.total.currency());
        let correction = IssueCorrection {
            draft: DraftFor { client_id, currency, order_id: None },
            lines,
            terms: IssueTerms {
                number,
                due_date: self.ask.due_date.or(by_term),
                seller: numbered(document.seller, &settings),
                buyer: document.buyer,
                particulars,
            },
            of: Corrected { invoice_id, number: document.number, issue_date: document.issue_date },
            reason: self.ask.reason.clone(),
        };
        table.dated(today);
        let id = self.debit_id;
        let issue = InvoiceCommand::IssueCorrection(Box::new(correction));
        table.decide::<Invoice>(id.uuid(), issue)?;
        let document = table.state::<Invoice>(id.uuid())?.document();
        let document = document.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        if let Some(buyer) = &self.buyer {
            check_invoice(document, table.tenant(), buyer.clone())?;
        }
        Ok(InvoiceIssued {
            invoice_id: id,
            number: document.number.clone(),
            issue_date: today,
            due_date: document.due_date,
            total: document.total,
        })
    }
}

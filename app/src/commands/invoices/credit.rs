//! Gives back a part of an issued invoice, or all that is left of it, by a credit note (INV-27).
//!
//! Guarantees that the note, what it takes off the invoice and what becomes the client's credit
//! are one append; that what is unpaid on the invoice is set off first; and that a subscription
//! whose line goes back hears of it, so that no day goes back twice. Coupons may be had again once
//! the invoice is credited whole, as when it is voided (CPN-03). The note keeps the parties and
//! taxes of the invoice, not today's. Absent on purpose: money sent back, which is a refund.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::coupon::{Coupon, RedeemedFor};
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::credit_note::{
    Corrected, Correction, CreditNote, CreditNoteCommand, CreditScope, IssueCreditNote, Left,
    Offset,
};
use billfold_domain::einvoice::Party;
use billfold_domain::invoice::{
    Document, Invoice, InvoiceCommand, InvoiceEvent, InvoiceRefusal, LineGivenBack,
};
use billfold_domain::kernel::{
    CreditNoteId, DocumentKind, InvoiceId, Money, Series, SubscriptionId, TenantId,
};
use billfold_domain::subscription::service::{Billed, DocumentRef};
use billfold_domain::subscription::{AdjustLine, Subscription, SubscriptionCommand};
use serde::{Deserialize, Serialize};

use super::buyer::{fiscal_key, party_on};
use super::checked::{check_note, numbered};
use crate::commands::coupons::give_back;
use crate::commands::credit::keep_as_credit;
use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{Door, No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::settings::Settings;

/// Credit an invoice, in part or all that is left of it.
#[derive(Clone, Debug, Serialize)]
pub struct CreditInvoice {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// What goes back.
    pub scope: CreditScope,
    /// Why, 1 to 500 characters; stands on the note, so no personal data.
    pub reason: String,
}

/// The credit note is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCredited {
    /// The note.
    pub credit_note_id: CreditNoteId,
    /// Its number as printed.
    pub number: String,
    /// Without tax.
    pub net: Money,
    /// Tax on that.
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// What lowered the invoice.
    pub offset: Money,
    /// What became the client's credit.
    pub to_credit: Money,
    /// What is still owed on the invoice.
    pub balance_due: Money,
}

/// A credit note as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeseenCredit {
    /// Its lines, taxes and sums.
    pub correction: Correction,
    /// What would lower the invoice.
    pub offset: Money,
    /// What would become the client's credit.
    pub to_credit: Money,
    /// What would still be owed on the invoice.
    pub balance_due: Money,
}

#[async_trait]
impl UseCase for CreditInvoice {
    const NAME: &'static str = "credit_invoice";
    type Answer = InvoiceCredited;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceCredited>, Error> {
        let id = self.invoice_id.uuid();
        let known = room.load::<Invoice>(id).await?;
        if known.state.0 == Invoice::Absent {
            return Err(Refused::of(&InvoiceRefusal::Absent).into());
        }
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let series = Series::new(&settings.credit_note_numbers, DocumentKind::CreditNote, today);
        let credit_note_id = CreditNoteId::new(room.mint());
        let mut touches =
            owed_invoice(Touches::new(room.tenant).main::<Invoice>(id), self.invoice_id)
                .begins::<CreditNote>(credit_note_id.uuid())
                .counts(series.keys());
        let document = known.state.0.document();
        let subscriptions = document.map_or(Vec::new(), |document| document.subscriptions.clone());
        for subscription in &subscriptions {
            touches = touches.reads::<Subscription>(subscription.uuid());
        }
        let coupons = document.map_or(&[][..], |document| &document.coupons);
        for coupon in coupons {
            touches = touches.reads::<Coupon>(coupon.uuid());
        }
        if let Some(document) = document {
            let credit = CreditBalance::id_of(document.client_id, document.total.currency());
            touches = touches.reads::<CreditBalance>(credit.uuid());
            if document.buyer.is_some() {
                // The note is kept as long as law asks for it, and its buyer readable with it.
                let key = fiscal_key(&room.law().await?, document.client_id, today);
                room.vault().ring_to_seal(room.tenant, &[key], room.now).await?;
            }
        }
        let planned = document.is_some();
        let buyer = match document {
            Some(document) => party_on(room, document).await?,
            None => None,
        };
        let crediting = Crediting { ask: self.clone(), credit_note_id, subscriptions, buyer };
        Ok(touches.decide(move |table| {
            // The plan of a draft names no balance; it was issued since.
            if !planned && table.state::<Invoice>(id)?.document().is_some() {
                return Err(No::Stale);
            }
            crediting.credit(table)
        }))
    }
}

struct Crediting {
    ask: CreditInvoice,
    credit_note_id: CreditNoteId,
    subscriptions: Vec<SubscriptionId>,
    /// Who was billed, where the document says so.
    buyer: Option<Party>,
}

impl Crediting {
    fn credit(&self, table: &mut Table<'_, '_>) -> Result<InvoiceCredited, No> {
        let id = self.ask.invoice_id.uuid();
        let settings = Arc::clone(table.settings()?);
        let billed = self.billed(table)?;
        let invoice = table.state::<Invoice>(id)?;
        let correction = correction(invoice, &self.ask.scope, &billed, &settings)?;
        let document = invoice.document().cloned();
        let document = document.ok_or_else(|| No::Broken("credited and not issued".to_owned()))?;
        let today = table.calendar_day();
        table.dated(today);
        let kind = DocumentKind::CreditNote;
        let number = table.next_number(&settings.credit_note_numbers, kind, today)?;
        let credit_note = number.text.clone();
        let given_back = correction.given_back.clone();
        let amount = correction.total;
        let apply = InvoiceCommand::ApplyCreditNote { credit_note, amount, given_back };
        let offset = table.decide::<Invoice>(id, apply)?.into_iter().find_map(offset_of);
        let offset = offset.unwrap_or_else(|| Money::zero(amount.currency()));
        end_if_over(table, self.ask.invoice_id)?;
        for line in &correction.given_back.lines {
            tell(table, &billed, *line)?;
        }
        self.give_coupons_back(table)?;
        let tax_groups = Some(correction.given_back.tax_groups);
        let invoice_id = self.ask.invoice_id;
        let offsets = offset.is_positive().then_some(Offset { invoice_id, amount: offset });
        let new = IssueCreditNote {
            number,
            client_id: document.client_id,
            currency: amount.currency(),
            lines: correction.lines,
            tax_groups,
            corrects: vec![corrected(invoice_id, &document)],
            offsets: offsets.into_iter().collect(),
            reason: self.ask.reason.clone(),
            seller: numbered(document.seller, &settings),
            buyer: document.buyer,
            expires_on: None,
            exemption: document.particulars.exemption,
        };
        let note_id = self.credit_note_id;
        table.decide::<CreditNote>(note_id.uuid(), CreditNoteCommand::Issue(Box::new(new)))?;
        let note = table.state::<CreditNote>(note_id.uuid())?.issued();
        let note = note.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        if let Some(buyer) = &self.buyer {
            check_note(note, table.tenant(), buyer.clone())?;
        }
        let credited = InvoiceCredited {
            credit_note_id: note_id,
            number: note.number.text.clone(),
            net: note.net,
            tax: note.tax,
            total: note.total,
            offset,
            to_credit: note.to_credit,
            balance_due: document.balance_due.checked_sub(offset).map_err(|no| Refused::of(&no))?,
        };
        let source = CreditSource::CreditNote(note_id);
        keep_as_credit(table, document.client_id, credited.to_credit, source)?;
        Ok(credited)
    }

    /// Once nothing of the invoice is left, nothing came off it.
    fn give_coupons_back(&self, table: &mut Table<'_, '_>) -> Result<(), No> {
        let invoice_id = self.ask.invoice_id;
        let Some(document) = table.state::<Invoice>(invoice_id.uuid())?.document() else {
            return Ok(());
        };
        let noted = document.credit_notes.iter().map(|note| note.amount);
        let noted = Money::sum(document.total.currency(), noted).map_err(|no| Refused::of(&no))?;
        if noted != document.total {
            return Ok(());
        }
        let coupons = document.coupons.clone();
        for subscription in &self.subscriptions {
            let give_back = SubscriptionCommand::ReturnCoupons { invoice_id };
            table.decide::<Subscription>(subscription.uuid(), give_back)?;
        }
        for coupon in coupons {
            give_back(table, coupon, RedeemedFor::Invoice(invoice_id), "invoice credited whole")?;
        }
        Ok(())
    }

    /// The lines of the invoice that subscriptions know.
    fn billed(&self, table: &Table<'_, '_>) -> Result<Vec<BilledFor>, No> {
        let mut found = Vec::new();
        for id in &self.subscriptions {
            let subscription = table.state::<Subscription>(id.uuid())?;
            found.extend(billed_for(*id, subscription, self.ask.invoice_id));
        }
        Ok(found)
    }
}

/// A line of an invoice that a subscription billed.
struct BilledFor {
    subscription: SubscriptionId,
    line: Billed,
}

fn billed_for(
    subscription: SubscriptionId,
    state: &Subscription,
    invoice: InvoiceId,
) -> Vec<BilledFor> {
    let lines = state.contract().map_or(&[][..], |contract| contract.service.billed());
    let ours = lines.iter().filter(|line| line.on.document == DocumentRef::Invoice(invoice));
    ours.map(|line| BilledFor { subscription, line: line.clone() }).collect()
}

fn correction(
    invoice: &Invoice,
    scope: &CreditScope,
    billed: &[BilledFor],
    settings: &Settings,
) -> Result<Correction, Refused> {
    let left = |of: &BilledFor| Left { line_no: of.line.on.line, net: of.line.left() };
    let elsewhere: Vec<_> = billed.iter().map(left).collect();
    let ruler = settings.conventions.ruler(settings.zone());
    Correction::of(invoice, scope, &elsewhere, ruler).map_err(|no| Refused::of(&no))
}

/// Takes what goes back of a line off the subscription that billed it, if one did.
fn tell(table: &mut Table<'_, '_>, billed: &[BilledFor], back: LineGivenBack) -> Result<(), No> {
    let Some(of) = billed.iter().find(|of| of.line.on.line == back.line_no) else { return Ok(()) };
    let adjust = AdjustLine { line: of.line.line, amount: back.net };
    let adjust = SubscriptionCommand::Adjust(adjust);
    table.decide::<Subscription>(of.subscription.uuid(), adjust)?;
    Ok(())
}

fn offset_of(event: InvoiceEvent) -> Option<Money> {
    match event {
        InvoiceEvent::CreditNoteApplied { offset, .. } => Some(offset),
        _ => None,
    }
}

/// How a note names the invoice it corrects.
fn corrected(invoice_id: InvoiceId, document: &Document) -> Corrected {
    let (number, issue_date) = (document.number.clone(), document.issue_date);
    Corrected { invoice_id, number, issue_date }
}

/// What a credit note would say. Stores nothing.
///
/// # Errors
/// What the command would refuse, or the database does not answer.
pub async fn foresee_credit(
    door: &Door,
    tenant: TenantId,
    invoice_id: InvoiceId,
    scope: &CreditScope,
) -> Result<ForeseenCredit, Error> {
    let (invoice, _) = door.load::<Invoice>(tenant, invoice_id.uuid()).await?;
    if invoice == Invoice::Absent {
        return Err(Refused::of(&InvoiceRefusal::Absent).into());
    }
    let mut billed = Vec::new();
    for id in invoice.document().map_or(&[][..], |document| document.subscriptions.as_slice()) {
        let (subscription, _) = door.load::<Subscription>(tenant, id.uuid()).await?;
        billed.extend(billed_for(*id, &subscription, invoice_id));
    }
    let settings = door.settings(tenant).await?;
    let correction = correction(&invoice, scope, &billed, &settings)?;
    let document = invoice.document().ok_or_else(|| Refused::of(&InvoiceRefusal::NotIssued))?;
    let (offset, to_credit) = document.split(correction.total).map_err(|no| Refused::of(&no))?;
    let balance_due = document.balance_due.checked_sub(offset).map_err(|no| Refused::of(&no))?;
    Ok(ForeseenCredit { correction, offset, to_credit, balance_due })
}

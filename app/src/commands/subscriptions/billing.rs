//! The documents of subscriptions: what is due of one client becomes an invoice, or a credit note
//! where more goes back than is charged.
//!
//! Guarantees that a plan and its document are one append: every line that is planned stands on a
//! numbered document, and none twice. An invoice is paid from the client's credit before money is
//! asked for; attached coupons come off it first (CPN-01); a credit note lowers the unpaid invoices
//! it corrects, and the rest becomes credit (SUB-09, INV-20). Absent on purpose: which
//! subscriptions are due, which the caller knows.

use std::borrow::Cow;

use billfold_domain::coupon::Coupon;
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::credit_note::{
    Corrected, CreditNote, CreditNoteCommand, IssueCreditNote, Offset,
};
use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, GivenBack, Invoice, InvoiceCommand, InvoiceEvent, IssueTerms, Line,
    LineGivenBack, LineKind, Lowering, NewLine, Particulars, TaxGroup, preview,
};
use billfold_domain::kernel::{
    ClientId, CouponId, CreditNoteId, Currency, DocumentKind, InvoiceId, Money, Quantity, Series,
    SubscriptionId, UnitPrice,
};
use billfold_domain::subscription::service::{Billed, DocumentRef, LineRef, Plan as Planned};
use billfold_domain::subscription::{
    Bill, Contract, Subscription, SubscriptionCommand, SubscriptionRefusal,
};
use billfold_domain::tax::ExemptionReason;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::coupons::{Coming, CouponOff, attached, redeem};
use crate::commands::credit::{keep_as_credit, pay_from_credit};
use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::invoices::{Buyer, check_invoice, check_note, sealed_buyer};
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Kind, Refused};

/// Why a credit note of a subscription is written.
const REASON: &str = "service that was billed and not used";

/// What billing came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billing {
    /// The document.
    pub document: BilledDocument,
    /// Its number as printed.
    pub number: String,
    /// What is charged less what goes back, before tax; negative on a credit note.
    pub net: Money,
    /// The same with tax.
    pub total: Money,
    /// What credit of the client paid.
    pub credit_used: Money,
    /// What is still to be paid.
    pub due: Money,
    /// What became credit of the client.
    pub to_credit: Money,
}

/// A document of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BilledDocument {
    /// Something is charged.
    Invoice(InvoiceId),
    /// Something goes back.
    CreditNote(CreditNoteId),
}

/// What a document of a client needs, prepared while waiting is allowed.
#[derive(Clone)]
pub(super) struct Paper {
    pub(super) client_id: ClientId,
    currency: Currency,
    buyer: Buyer,
    /// Named where something is taxed by the seller's rates.
    pub(super) rates: Option<Rates>,
    invoice_id: InvoiceId,
    credit_note_id: CreditNoteId,
    /// The invoices whose lines may go back.
    corrected: Vec<InvoiceId>,
    /// The coupons that may come off.
    coupons: Vec<CouponId>,
}

impl Paper {
    /// Prepares a document for a client, and names the streams and numbers it may touch.
    pub(super) async fn lay_out(
        room: &Room<'_>,
        touches: Touches,
        client_id: ClientId,
        currency: Currency,
        contracts: &[&Contract],
    ) -> Result<(Touches, Self), Error> {
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let buyer = sealed_buyer(room, client_id, today).await?;
        let mut paper = Self {
            client_id,
            currency,
            buyer,
            rates: None,
            invoice_id: InvoiceId::new(room.mint()),
            credit_note_id: CreditNoteId::new(room.mint()),
            corrected: corrected(contracts),
            coupons: attached(contracts),
        };
        let series = [
            Series::new(&settings.invoice_numbers, DocumentKind::Invoice, today),
            Series::new(&settings.credit_note_numbers, DocumentKind::CreditNote, today),
        ];
        let mut touches = touches
            .begins::<Invoice>(paper.invoice_id.uuid())
            .begins::<CreditNote>(paper.credit_note_id.uuid())
            .reads::<billfold_domain::client::Client>(client_id.uuid())
            .reads::<CreditBalance>(CreditBalance::id_of(client_id, currency).uuid());
        for series in series {
            touches = touches.counts(series.keys());
        }
        for coupon in &paper.coupons {
            touches = touches.reads::<Coupon>(coupon.uuid());
        }
        for invoice in &paper.corrected {
            touches = owed_invoice(touches, *invoice);
        }
        if contracts.iter().any(|contract| contract.automatic.is_some()) {
            touches = paper.look_up_taxes(room, touches).await?;
        }
        Ok((touches, paper))
    }

    /// Bills what is due of subscriptions of one client; nothing if nothing is.
    pub(super) fn bill(
        &self,
        table: &mut Table<'_, '_>,
        account: &Account,
        subscriptions: &[SubscriptionId],
        through: NaiveDate,
    ) -> Result<Option<Billing>, No> {
        table.unmoved::<billfold_domain::client::Client>(
            self.client_id.uuid(),
            self.buyer.client_version,
        )?;
        let mut due = Due::default();
        for (at, id) in subscriptions.iter().enumerate() {
            // One that is named twice is billed once.
            if !subscriptions[..at].contains(id) {
                self.forgo_written_off(table, *id)?;
                self.tax_anew(table, *id)?;
                self.plan(table, account, *id, through, &mut due)?;
            }
        }
        if due.plans.is_empty() {
            return Ok(None);
        }
        let today = table.calendar_day();
        table.dated(today);
        let offs = due.take_coupons_off(account.today)?;
        let total = match due.lines.as_slice() {
            [] => Money::zero(self.currency),
            lines => preview(self.currency, lines).map_err(|no| Refused::of(&no))?.totals.total,
        };
        let document = if total.is_negative() {
            DocumentRef::CreditNote(self.credit_note_id)
        } else {
            DocumentRef::Invoice(self.invoice_id)
        };
        for plan in &due.plans {
            let on = LineRef { document, line: plan.first_line };
            let bill = Bill { through, on, rules: account.rules };
            table.decide::<Subscription>(plan.id.uuid(), SubscriptionCommand::Bill(bill))?;
        }
        for (id, off) in offs {
            redeem(table, id, document, off)?;
        }
        if due.lines.is_empty() {
            return Ok(None);
        }
        let billing = match document {
            DocumentRef::Invoice(_) => self.invoice(table, today, due)?,
            DocumentRef::CreditNote(_) => {
                self.credit_note(table, due.lines, &due.corrected, REASON)?
            }
        };
        Ok(Some(billing))
    }

    /// Nothing goes back of a claim that was given up: nobody paid it.
    fn forgo_written_off(&self, table: &mut Table<'_, '_>, id: SubscriptionId) -> Result<(), No> {
        for invoice_id in &self.corrected {
            let invoice = table.state::<Invoice>(invoice_id.uuid())?;
            if matches!(invoice, Invoice::Uncollectible { .. }) {
                let uncharge = SubscriptionCommand::Uncharge { invoice_id: *invoice_id };
                table.decide::<Subscription>(id.uuid(), uncharge)?;
            }
        }
        Ok(())
    }

    /// Takes an amount off a line that was billed, by a credit note.
    pub(super) fn take_off(
        &self,
        table: &mut Table<'_, '_>,
        line: &Billed,
        amount: Money,
        reason: &str,
    ) -> Result<Billing, No> {
        let invoice = invoice_of(line.on.document);
        if invoice.is_some_and(|invoice| !self.corrected.contains(&invoice)) {
            return Err(No::Stale);
        }
        let today = table.calendar_day();
        table.dated(today);
        let off = NewLine {
            kind: LineKind::Adjustment,
            description: reason.to_owned(),
            quantity: Quantity::ONE.negate(),
            unit_price: UnitPrice::try_from(amount).map_err(|no| Refused::of(&no))?,
            tax: line.tax(),
            period: Some(line.period.span()),
            product_id: Some(line.product_id()),
        };
        let lines = vec![(line.on.line, off.clone())];
        let correction = |invoice_id| Correction { invoice_id, lines: lines.clone() };
        let corrected: Vec<_> = invoice.into_iter().map(correction).collect();
        self.credit_note(table, vec![off], &corrected, reason)
    }

    fn plan(
        &self,
        table: &Table<'_, '_>,
        account: &Account,
        id: SubscriptionId,
        through: NaiveDate,
        due: &mut Due,
    ) -> Result<(), No> {
        let contract = table.state::<Subscription>(id.uuid())?.contract();
        let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
        if contract.client_id != self.client_id || contract.currency != self.currency {
            let detail = format!("{id} is of another client or in another currency");
            return Err(Refused::new("subscription.of_another_account", Kind::Rule, detail).into());
        }
        let then = contract.by(through);
        let planned = then.plan(through, account.rules).map_err(|no| Refused::of(&no))?;
        let changes = matches!(then, Cow::Owned(_));
        if planned.is_empty() && !changes {
            return Ok(());
        }
        let lines = then.service.wording(&planned).map_err(|no| Refused::of(&no))?;
        for (invoice, line_no, line) in given_back(&then, &planned, &lines) {
            if !self.corrected.contains(&invoice) {
                return Err(No::Stale);
            }
            due.gives_back(invoice, line_no, line);
        }
        if then.coupons.iter().any(|coupon| !self.coupons.contains(&coupon.coupon_id)) {
            return Err(No::Stale);
        }
        let looked_up = |tax| lines.iter().any(|line| line.tax == tax);
        let evidence = contract.automatic.iter().filter(|known| looked_up(known.treatment));
        evidence.for_each(|known| due.particulars.add(known));
        let before = u32::try_from(due.lines.len()).map_err(|_| too_many())?;
        let offs = Coming::off(&then, &planned, &lines);
        due.plans.push(Part { id, first_line: before.saturating_add(1), offs });
        due.lines.extend(lines);
        Ok(())
    }

    fn invoice(
        &self,
        table: &mut Table<'_, '_>,
        today: NaiveDate,
        due: Due,
    ) -> Result<Billing, No> {
        let settings = std::sync::Arc::clone(table.settings()?);
        let id = self.invoice_id;
        let number = table.next_number(&settings.invoice_numbers, DocumentKind::Invoice, today)?;
        let printed = number.text.clone();
        let due_date = today.checked_add_days(Days::new(settings.payment_term_days.into()));
        let terms = IssueTerms {
            number,
            due_date,
            seller: settings.seller(),
            buyer: Some(self.buyer.sealed.clone()),
            particulars: due.particulars,
        };
        let draft = DraftFor { client_id: self.client_id, currency: self.currency, order_id: None };
        let subscriptions = due.plans.iter().map(|plan| plan.id).collect();
        let Due { lines, lowerings, .. } = due;
        let whole = CompleteInvoice { draft, lines, terms, subscriptions, lowerings, origin: None };
        table.decide::<Invoice>(id.uuid(), InvoiceCommand::IssueComplete(whole))?;
        let issued = table.state::<Invoice>(id.uuid())?.document();
        let issued = issued.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        check_invoice(issued, table.tenant(), self.buyer.party.clone())?;
        let credit_used = pay_from_credit(table, id)?;
        let document = table.state::<Invoice>(id.uuid())?.document();
        let document = document.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        Ok(Billing {
            document: BilledDocument::Invoice(id),
            number: printed,
            net: document.net,
            total: document.total,
            credit_used,
            due: document.balance_due,
            to_credit: Money::zero(self.currency),
        })
    }

    fn credit_note(
        &self,
        table: &mut Table<'_, '_>,
        lines: Vec<NewLine>,
        corrected: &[Correction],
        reason: &str,
    ) -> Result<Billing, No> {
        let settings = std::sync::Arc::clone(table.settings()?);
        let id = self.credit_note_id;
        let kind = DocumentKind::CreditNote;
        let today = table.today();
        let number = table.next_number(&settings.credit_note_numbers, kind, today)?;
        let turned = |line: NewLine| NewLine { quantity: line.quantity.negate(), ..line };
        let lines: Vec<_> = lines.into_iter().map(turned).collect();
        let total = preview(self.currency, &lines).map_err(|no| Refused::of(&no))?.totals.total;
        let exemption = corrected.iter().find_map(|of| exemption(table, of.invoice_id));
        let (corrects, offsets) = set_off(table, corrected, &number.text, total)?;
        let new = IssueCreditNote {
            number,
            client_id: self.client_id,
            currency: self.currency,
            lines,
            tax_groups: None,
            corrects,
            offsets,
            reason: reason.to_owned(),
            seller: settings.seller(),
            buyer: Some(self.buyer.sealed.clone()),
            expires_on: None,
            exemption,
        };
        table.decide::<CreditNote>(id.uuid(), CreditNoteCommand::Issue(Box::new(new)))?;
        let note = table.state::<CreditNote>(id.uuid())?.issued();
        let note = note.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        check_note(note, table.tenant(), self.buyer.party.clone())?;
        let billing = Billing {
            document: BilledDocument::CreditNote(id),
            number: note.number.text.clone(),
            net: note.net.negate(),
            total: note.total.negate(),
            credit_used: Money::zero(self.currency),
            due: Money::zero(self.currency),
            to_credit: note.to_credit,
        };
        keep_as_credit(table, self.client_id, billing.to_credit, CreditSource::CreditNote(id))?;
        Ok(billing)
    }
}

/// Why an invoice had lines without tax, which a note over them says again.
fn exemption(table: &Table<'_, '_>, invoice_id: InvoiceId) -> Option<ExemptionReason> {
    let invoice = table.state::<Invoice>(invoice_id.uuid()).ok()?;
    invoice.document()?.particulars.exemption.clone()
}

/// What is due of several subscriptions.
#[derive(Default)]
struct Due {
    plans: Vec<Part>,
    lines: Vec<NewLine>,
    lowerings: Vec<Lowering>,
    corrected: Vec<Correction>,
    /// The rates and facts behind the taxes.
    particulars: Particulars,
}

/// What goes back of an invoice: which lines, and how they would stand on another one.
struct Correction {
    invoice_id: InvoiceId,
    lines: Vec<(u32, NewLine)>,
}

impl Correction {
    /// What goes back, with tax, rounded like a document of its own; with the lines it is of.
    fn given_back(&self, currency: Currency) -> Result<(Money, GivenBack), No> {
        let lines: Vec<_> = self.lines.iter().map(|(_, line)| line.clone()).collect();
        let alone = preview(currency, &lines).map_err(|no| Refused::of(&no))?;
        let numbers = self.lines.iter().map(|(line_no, _)| *line_no);
        let back =
            |(line_no, line): (u32, &Line)| LineGivenBack { line_no, net: line.net.negate() };
        let lines = numbers.zip(&alone.lines).map(back).collect();
        let turned = |group: &TaxGroup| TaxGroup {
            base: group.base.negate(),
            tax: group.tax.negate(),
            ..*group
        };
        let tax_groups = alone.totals.tax_groups.iter().map(turned).collect();
        Ok((alone.totals.total.negate(), GivenBack { lines, tax_groups }))
    }
}

impl Due {
    /// Adds the discounts of coupons behind all lines; answers what each takes off.
    fn take_coupons_off(&mut self, on: NaiveDate) -> Result<Vec<(SubscriptionId, CouponOff)>, No> {
        let mut offs = Vec::new();
        for plan in &self.plans {
            for off in plan.offs.on(on)? {
                for (at, line) in &off.worded {
                    self.lines.push(line.clone());
                    let line_no = u32::try_from(self.lines.len()).map_err(|_| too_many())?;
                    let of = plan.first_line.saturating_add(*at);
                    self.lowerings.push(Lowering { line_no, of });
                }
                offs.push((plan.id, off.behind(plan.first_line)));
            }
        }
        Ok(offs)
    }

    fn gives_back(&mut self, invoice_id: InvoiceId, line_no: u32, line: &NewLine) {
        let known = self.corrected.iter_mut().find(|known| known.invoice_id == invoice_id);
        match known {
            Some(known) => known.lines.push((line_no, line.clone())),
            None => {
                let lines = vec![(line_no, line.clone())];
                self.corrected.push(Correction { invoice_id, lines });
            }
        }
    }
}

/// One subscription on the document.
struct Part {
    id: SubscriptionId,
    first_line: u32,
    offs: Coming,
}

/// Sets a note off against the invoices it corrects, each by what the note gives back of it;
/// answers how the note must name them, and what lowered which.
fn set_off(
    table: &mut Table<'_, '_>,
    corrected: &[Correction],
    number: &str,
    total: Money,
) -> Result<(Vec<Corrected>, Vec<Offset>), No> {
    let (mut corrects, mut offsets, mut left) = (Vec::new(), Vec::new(), total);
    for correction in corrected {
        let invoice_id = correction.invoice_id;
        let Some(document) = table.state::<Invoice>(invoice_id.uuid())?.document() else {
            continue;
        };
        corrects.push(Corrected {
            invoice_id,
            number: document.number.clone(),
            issue_date: document.issue_date,
        });
        let (gross, given_back) = correction.given_back(total.currency())?;
        let amount = if gross.minor() < left.minor() { gross } else { left };
        if !amount.is_positive() {
            continue;
        }
        left = left.checked_sub(amount).map_err(|no| Refused::of(&no))?;
        let credit_note = number.to_owned();
        let apply = InvoiceCommand::ApplyCreditNote { credit_note, amount, given_back };
        for event in table.decide::<Invoice>(invoice_id.uuid(), apply)? {
            let InvoiceEvent::CreditNoteApplied { offset, .. } = event else { continue };
            if offset.is_positive() {
                offsets.push(Offset { invoice_id, amount: offset });
            }
        }
        end_if_over(table, invoice_id)?;
    }
    Ok((corrects, offsets))
}

/// The lines that a plan gives back, with the invoices they stood on and their numbers there.
fn given_back<'a>(
    contract: &Contract,
    plan: &Planned,
    lines: &'a [NewLine],
) -> Vec<(InvoiceId, u32, &'a NewLine)> {
    let billed = contract.service.billed();
    let back = plan.lines.iter().zip(lines);
    back.filter_map(|(planned, line)| {
        let of = billed.iter().find(|line| Some(line.line) == planned.of)?;
        Some((invoice_of(of.on.document)?, of.on.line, line))
    })
    .collect()
}

/// The invoices of every line that may still go back.
fn corrected(contracts: &[&Contract]) -> Vec<InvoiceId> {
    let mut found: Vec<InvoiceId> = contracts
        .iter()
        .flat_map(|contract| contract.service.billed())
        .filter(|line| !line.left().is_zero() && line.kept_to() > line.period.span().from())
        .filter_map(|line| invoice_of(line.on.document))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn invoice_of(document: DocumentRef) -> Option<InvoiceId> {
    match document {
        DocumentRef::Invoice(id) => Some(id),
        DocumentRef::CreditNote(_) => None,
    }
}

fn too_many() -> Refused {
    Refused::new("invoice.line_count", Kind::Rule, "more lines are due than a document can hold")
}

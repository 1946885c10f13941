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
use billfold_domain::credit_note::{CreditNote, CreditNoteCommand, IssueCreditNote};
use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, IssueTerms, LINE_LIMIT, LineKind, Lowering,
    NewLine, Particulars, preview,
};
use billfold_domain::kernel::{
    ClientId, CouponId, CreditNoteId, Currency, DocumentKind, InvoiceId, Money, OrderId, Quantity,
    Series, SubscriptionId, UnitPrice,
};
use billfold_domain::subscription::service::{Billed, DocumentRef, LineRef, Plan as Planned};
use billfold_domain::subscription::{
    Bill, Contract, Subscription, SubscriptionCommand, SubscriptionRefusal,
};
use billfold_domain::tax::{ExemptionReason, TaxEvidence};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::coupons::{Coming, CouponOff, attached, discounts, redeem};
use super::setting_off::{Correction, set_off};
use crate::commands::credit::{keep_as_credit, pay_from_credit};
use crate::commands::dunning::owed_invoice;
use crate::commands::invoices::{Buyer, check_invoice, check_note, sealed_buyer};
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Kind, Refused};
use crate::mint::uuid_v7;
use crate::settings::Settings;

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

/// What billing an account came to.
pub(in crate::commands) struct Outcome {
    /// The document; nothing if there is none.
    pub(in crate::commands) billing: Option<Billing>,
    /// Whether more is due than one document holds: the same bill again bills the next part.
    pub(super) more: bool,
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

/// To whom a document goes.
pub(super) struct Addressee {
    pub(super) client_id: ClientId,
    pub(super) buyer: Buyer,
}

/// What a document may be about besides its client, as things stand while it is prepared.
pub(super) struct Reach {
    /// The invoices whose lines may go back.
    pub(super) corrected: Vec<InvoiceId>,
    /// The coupons that may come off.
    pub(super) coupons: Vec<CouponId>,
    /// The rates that may count; named where something is taxed by them.
    pub(super) rates: Option<Rates>,
}

/// What a document of a client needs, prepared while waiting is allowed.
#[derive(Clone)]
pub(in crate::commands) struct Paper {
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
    /// Prepares a document for a client, and names the streams and numbers it may touch. Everything
    /// that was billed may go back.
    pub(in crate::commands) async fn lay_out(
        room: &Room<'_>,
        touches: Touches,
        client_id: ClientId,
        currency: Currency,
        contracts: &[&Contract],
    ) -> Result<(Touches, Self), Error> {
        let settings = room.settings().await?;
        let buyer = sealed_buyer(room, client_id, settings.day_of(room.now)).await?;
        let (touches, rates) = if taxed_by_rates(contracts.iter().copied()) {
            let (touches, rates) = Rates::of(room, touches, client_id).await?;
            (touches, Some(rates))
        } else {
            (touches, None)
        };
        let reach = Reach { corrected: corrected(contracts), coupons: attached(contracts), rates };
        let to = Addressee { client_id, buyer };
        Ok(Self::of(touches, &settings, room.now, to, currency, reach))
    }

    /// A document for a client, with the streams and numbers it may touch.
    pub(super) fn of(
        touches: Touches,
        settings: &Settings,
        now: DateTime<Utc>,
        to: Addressee,
        currency: Currency,
        reach: Reach,
    ) -> (Touches, Self) {
        let Addressee { client_id, buyer } = to;
        let Reach { corrected, coupons, rates } = reach;
        let today = settings.day_of(now);
        let paper = Self {
            client_id,
            currency,
            buyer,
            rates,
            invoice_id: InvoiceId::new(uuid_v7(now)),
            credit_note_id: CreditNoteId::new(uuid_v7(now)),
            corrected,
            coupons,
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
        if let Some(rates) = &paper.rates {
            touches = rates.read_by(touches);
        }
        (touches, paper)
    }

    /// Bills what is due of subscriptions of one client, as much as one document holds; nothing if
    /// nothing is.
    pub(super) fn bill(
        &self,
        table: &mut Table<'_, '_>,
        account: &Account,
        subscriptions: &[SubscriptionId],
        through: NaiveDate,
    ) -> Result<Outcome, No> {
        self.bill_beside(table, account, subscriptions, through, Beside::default())
    }

    /// The same, on one document with what is billed beside.
    pub(in crate::commands) fn bill_beside(
        &self,
        table: &mut Table<'_, '_>,
        account: &Account,
        subscriptions: &[SubscriptionId],
        through: NaiveDate,
        beside: Beside,
    ) -> Result<Outcome, No> {
        table.unmoved::<billfold_domain::client::Client>(
            self.client_id.uuid(),
            self.buyer.client_version,
        )?;
        let mut due = Due::beside(&beside);
        for (at, id) in subscriptions.iter().enumerate() {
            // One that is named twice is billed once.
            if !subscriptions[..at].contains(id) {
                self.forgo_written_off(table, *id)?;
                self.tax_anew(table, *id)?;
                self.plan(table, account, *id, through, &mut due)?;
            }
            if due.full {
                break;
            }
        }
        due.lines.extend(beside.lines);
        let more = due.more;
        if due.plans.is_empty() && due.lines.is_empty() {
            return Ok(Outcome { billing: None, more });
        }
        let today = table.calendar_day();
        table.dated(today);
        let offs = due.take_coupons_off()?;
        let total = match due.lines.as_slice() {
            [] => Money::zero(self.currency),
            lines => preview(self.currency, lines).map_err(|no| Refused::of(&no))?.totals.total,
        };
        if total.is_negative() && due.order_id.is_some() {
            let detail = format!("what is charged at once comes to {total}, less than nothing");
            return Err(Refused::new("order.negative_invoice", Kind::Rule, detail).into());
        }
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
            return Ok(Outcome { billing: None, more });
        }
        let billing = match document {
            DocumentRef::Invoice(_) => self.invoice(table, today, due)?,
            DocumentRef::CreditNote(_) => {
                self.credit_note(table, due.lines, &due.corrected, REASON)?
            }
        };
        Ok(Outcome { billing: Some(billing), more })
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
        let offs = Coming::off(&then, &planned, &lines).on(account.today)?;
        let places = lines.len().saturating_add(discounts(&offs));
        if !fits(due.places, places) {
            (due.full, due.more) = (true, true);
            return Ok(());
        }
        due.more |= planned.more;
        due.places = due.places.saturating_add(places);
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
        let (client_id, currency, order_id) = (self.client_id, self.currency, due.order_id);
        let draft = DraftFor { client_id, currency, order_id };
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

/// What is billed beside subscriptions, on the same document.
#[derive(Default)]
pub(in crate::commands) struct Beside {
    /// The order that all of it is for.
    pub(in crate::commands) order_id: Option<OrderId>,
    /// What is charged once.
    pub(in crate::commands) lines: Vec<NewLine>,
    /// The rates and facts behind their tax, where the rates decide.
    pub(in crate::commands) evidence: Option<TaxEvidence>,
}

/// What is due of several subscriptions.
#[derive(Default)]
struct Due {
    order_id: Option<OrderId>,
    plans: Vec<Part>,
    lines: Vec<NewLine>,
    lowerings: Vec<Lowering>,
    corrected: Vec<Correction>,
    /// The rates and facts behind the taxes.
    particulars: Particulars,
    /// How many lines they are, with the discounts that come behind them.
    places: usize,
    /// A subscription had no place any more.
    full: bool,
    /// Something is due that is not among the lines.
    more: bool,
}

impl Due {
    /// Nothing yet, with place left for what is billed beside.
    fn beside(beside: &Beside) -> Self {
        let mut due =
            Self { order_id: beside.order_id, places: beside.lines.len(), ..Self::default() };
        let evidence = beside.evidence.iter().filter(|_| !beside.lines.is_empty());
        evidence.for_each(|known| due.particulars.add(known));
        due
    }

    /// Adds the discounts of coupons behind all lines; answers what each takes off.
    fn take_coupons_off(&mut self) -> Result<Vec<(SubscriptionId, CouponOff)>, No> {
        let mut offs = Vec::new();
        for plan in &mut self.plans {
            for off in std::mem::take(&mut plan.offs) {
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

/// Whether what is due of one more subscription still stands on a document. One plan always does:
/// it holds no more lines than a document.
pub(super) fn fits(lines: usize, more: usize) -> bool {
    lines == 0 || lines.saturating_add(more) <= LINE_LIMIT
}

/// One subscription on the document.
struct Part {
    id: SubscriptionId,
    first_line: u32,
    offs: Vec<CouponOff>,
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

/// The invoices of which a plan gives something back.
pub(super) fn goes_back(contract: &Contract, plan: &Planned) -> Vec<InvoiceId> {
    let billed = contract.service.billed();
    let of = |number: u32| billed.iter().find(|line| line.line == number);
    let back = plan.lines.iter().filter_map(|line| of(line.of?));
    back.filter_map(|line| invoice_of(line.on.document)).collect()
}

/// Whether the seller's rates decide how something of several contracts is taxed.
pub(super) fn taxed_by_rates<'a>(contracts: impl IntoIterator<Item = &'a Contract>) -> bool {
    contracts.into_iter().any(|contract| contract.automatic.is_some())
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

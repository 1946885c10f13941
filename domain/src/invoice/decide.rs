//! What may happen to an invoice in which state.

use chrono::{Datelike, NaiveDate};

use crate::invoice::totals::check_count;
use crate::invoice::{
    ApplyCredit, ApplyPayment, CompleteInvoice, DebitCorrection, Document, DraftFor, DraftInvoice,
    GivenBack, Invoice, InvoiceCommand, InvoiceEvent, InvoiceRefusal, IssueCorrection, IssueTerms,
    IssuedInvoice, Line, Lowering, NewLine, Particulars, Preview, Totals, VoidedInvoice, preview,
    settling,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{
    Aggregate, CouponId, Deed, DeedKind, DocumentNumber, Invalid, Issued, KeyClass, Money,
    MoneyRefusal, Origin, SubscriptionId,
};
use crate::tax::TaxEvidence;

impl Aggregate for Invoice {
    const TYPE: &'static str = "invoice";
    type Command = InvoiceCommand;
    type Event = InvoiceEvent;
    type Refusal = InvoiceRefusal;

    fn decide(&self, ask: &Issued<InvoiceCommand>) -> Result<Vec<InvoiceEvent>, InvoiceRefusal> {
        match self {
            Self::Absent => begin(&ask.command, ask.effective_on),
            Self::Draft(draft) => edit(draft, &ask.command, ask.effective_on),
            Self::Discarded => Err(InvoiceRefusal::Discarded),
            Self::Open(_)
            | Self::Settled { .. }
            | Self::Void { .. }
            | Self::Uncollectible { .. } => self.after_issue(&ask.command, ask.effective_on),
        }
    }

    fn apply(&mut self, event: &InvoiceEvent) {
        self.take(event);
    }

    fn deed(&self, event: &InvoiceEvent, _on: NaiveDate) -> Result<Option<Deed>, MoneyRefusal> {
        let InvoiceEvent::WrittenOff { amount, .. } = event else { return Ok(None) };
        Ok(Some(Deed { kind: DeedKind::WriteOff, amount: *amount, in_all: *amount }))
    }

    fn weight(&self) -> usize {
        let lines = match self {
            Self::Draft(draft) => draft.lines.as_slice(),
            _ => self.document().map_or(&[][..], |document| document.lines.as_slice()),
        };
        let texts: usize = lines.iter().map(|line| line.description.len()).sum();
        size_of::<Self>()
            .saturating_add(size_of::<Document>())
            .saturating_add(size_of_val(lines))
            .saturating_add(texts)
    }
}

bridge_to_cqrs_es!(Invoice);

pub(super) type Decision = Result<Vec<InvoiceEvent>, InvoiceRefusal>;

fn begin(command: &InvoiceCommand, today: NaiveDate) -> Decision {
    use InvoiceCommand as Ask;
    match command {
        Ask::Draft(DraftFor { client_id, currency, order_id }) => {
            let (client_id, currency, order_id) = (*client_id, *currency, *order_id);
            Ok(vec![InvoiceEvent::Drafted { client_id, currency, order_id }])
        }
        Ask::IssueComplete(complete) => issue_complete(complete, today),
        Ask::IssueCorrection(correction) => issue_correction(correction, today),
        _ => Err(InvoiceRefusal::Absent),
    }
}

fn edit(draft: &DraftInvoice, command: &InvoiceCommand, today: NaiveDate) -> Decision {
    use InvoiceCommand as Ask;
    match command {
        Ask::Draft(asked) => draft_again(draft, asked),
        Ask::IssueComplete(_) | Ask::IssueCorrection(_) => Err(InvoiceRefusal::AlreadyDrafted),
        Ask::AddLine { .. } | Ask::RemoveLine { .. } if !draft.coupons.is_empty() => {
            Err(InvoiceRefusal::HasCoupon)
        }
        Ask::AddLine { line } => add_line(draft, line),
        Ask::RemoveLine { line_no } => remove_line(draft, *line_no),
        Ask::TaxLine { line_no, evidence } => tax_line(draft, *line_no, evidence),
        Ask::ApplyCoupon { coupon_id, lines } => apply_coupon(draft, *coupon_id, lines),
        Ask::TakeCouponOff { coupon_id } => take_coupon_off(draft, *coupon_id),
        Ask::SetDueDate { due_date } if draft.due_date == Some(*due_date) => Ok(Vec::new()),
        Ask::SetDueDate { due_date } => Ok(vec![InvoiceEvent::DueDateSet { due_date: *due_date }]),
        Ask::Discard { reason } => {
            check_line("reason", reason, 500)?;
            Ok(vec![InvoiceEvent::Discarded { reason: reason.clone() }])
        }
        Ask::Issue(terms) => issue_draft(draft, terms, today),
        Ask::ApplyPayment(_)
        | Ask::UnapplyPayment(_)
        | Ask::ApplyCredit(_)
        | Ask::UnapplyCredit(_)
        | Ask::ApplyCreditNote { .. }
        | Ask::Void { .. }
        | Ask::WriteOff { .. } => Err(InvoiceRefusal::NotIssued),
    }
}

impl Invoice {
    /// The part of the table below `issue`: paid, voided, written off, and never edited.
    fn after_issue(&self, command: &InvoiceCommand, today: NaiveDate) -> Decision {
        use InvoiceCommand as Ask;
        match (self, command) {
            (Self::Open(document), Ask::ApplyPayment(part)) => apply_payment(document, part, today),
            (Self::Settled { document, on }, Ask::ApplyPayment(part)) => {
                let refusal = InvoiceRefusal::AlreadySettled { settled_on: *on };
                applied_before(document, part, refusal)
            }
            (Self::Open(document), Ask::ApplyCredit(part)) => {
                settling::apply_credit(document, part, today)
            }
            (_, Ask::ApplyCredit(part)) => self.credit_too_late(part),
            (_, Ask::UnapplyPayment(part)) => {
                self.owed_again(|document, owed| settling::unapply_payment(document, part, owed))
            }
            (_, Ask::UnapplyCredit(part)) => {
                self.owed_again(|document, owed| settling::unapply_credit(document, part, owed))
            }
            (_, Ask::ApplyCreditNote { credit_note, amount, given_back }) => {
                self.credit(credit_note, *amount, given_back, today)
            }
            (
                Self::Open(document) | Self::Settled { document, .. },
                Ask::Void { reason, credit_note },
            ) => void(document, reason, credit_note, today),
            (Self::Open(document), Ask::WriteOff { reason }) => write_off(document, reason, today),
            (Self::Settled { on, .. }, Ask::WriteOff { .. }) => {
                Err(InvoiceRefusal::AlreadySettled { settled_on: *on })
            }
            (Self::Void { document, on }, Ask::ApplyPayment(part)) => {
                applied_before(document, part, InvoiceRefusal::AlreadyVoided { voided_on: *on })
            }
            (Self::Void { on, .. }, Ask::Void { .. } | Ask::WriteOff { .. }) => {
                Err(InvoiceRefusal::AlreadyVoided { voided_on: *on })
            }
            (Self::Uncollectible { document, on }, Ask::ApplyPayment(part)) => {
                applied_before(document, part, InvoiceRefusal::WrittenOff { written_off_on: *on })
            }
            (Self::Uncollectible { on, .. }, Ask::Void { .. } | Ask::WriteOff { .. }) => {
                Err(InvoiceRefusal::WrittenOff { written_off_on: *on })
            }
            (_, Ask::IssueComplete(complete)) => self.issue_again(complete),
            _ => Err(self.already_issued()),
        }
    }

    /// A payment or credit can be taken back as long as the invoice stands. What was given up
    /// before stays given up; what is taken back is owed.
    fn owed_again(&self, unapply: impl FnOnce(&Document, Money) -> Decision) -> Decision {
        match self {
            Self::Open(document) | Self::Settled { document, .. } => {
                unapply(document, document.balance_due)
            }
            Self::Uncollectible { document, .. } => {
                unapply(document, Money::zero(document.total.currency()))
            }
            Self::Void { on, .. } => Err(InvoiceRefusal::AlreadyVoided { voided_on: *on }),
            Self::Absent | Self::Draft(_) | Self::Discarded => Err(InvoiceRefusal::NotIssued),
        }
    }

    /// Credit that was applied stays applied; more of it comes too late.
    fn credit_too_late(&self, part: &ApplyCredit) -> Decision {
        let known = self.document().and_then(|document| document.credited(part.credit_id, part.no));
        match self {
            _ if known == Some(part.amount) => Ok(Vec::new()),
            Self::Settled { on, .. } => Err(InvoiceRefusal::AlreadySettled { settled_on: *on }),
            Self::Void { on, .. } => Err(InvoiceRefusal::AlreadyVoided { voided_on: *on }),
            Self::Uncollectible { on, .. } => {
                Err(InvoiceRefusal::WrittenOff { written_off_on: *on })
            }
            _ => Err(InvoiceRefusal::NotIssued),
        }
    }

    fn credit(
        &self,
        credit_note: &str,
        amount: Money,
        given_back: &GivenBack,
        today: NaiveDate,
    ) -> Decision {
        match self {
            Self::Open(document) | Self::Settled { document, .. } => {
                settling::apply_credit_note(document, credit_note, amount, given_back, today)
            }
            Self::Void { on, .. } => Err(InvoiceRefusal::AlreadyVoided { voided_on: *on }),
            Self::Uncollectible { on, .. } => {
                Err(InvoiceRefusal::WrittenOff { written_off_on: *on })
            }
            Self::Absent | Self::Draft(_) | Self::Discarded => Err(InvoiceRefusal::NotIssued),
        }
    }

    /// A second run of an import meets the invoice it made before.
    fn issue_again(&self, complete: &CompleteInvoice) -> Decision {
        let known = self.document().and_then(|document| document.origin.as_ref());
        if known.is_some() && known == complete.origin.as_ref() {
            return Ok(Vec::new());
        }
        Err(self.already_issued())
    }

    /// The document, if more may be billed by a correction of it: it was issued and stands.
    ///
    /// # Errors
    /// It is none, it is still a draft, or it was taken back or given up.
    pub fn debitable(&self) -> Result<&Document, InvoiceRefusal> {
        match self {
            Self::Open(document) | Self::Settled { document, .. } => {
                match document.credit_notes.last().filter(|_| document.is_credited()) {
                    None => Ok(document),
                    Some(note) => {
                        let credit_note = note.credit_note.clone();
                        Err(InvoiceRefusal::FullyCredited { credit_note })
                    }
                }
            }
            Self::Void { on, .. } => Err(InvoiceRefusal::AlreadyVoided { voided_on: *on }),
            Self::Uncollectible { on, .. } => {
                Err(InvoiceRefusal::WrittenOff { written_off_on: *on })
            }
            Self::Absent => Err(InvoiceRefusal::Absent),
            Self::Draft(_) | Self::Discarded => Err(InvoiceRefusal::NotIssued),
        }
    }

    fn already_issued(&self) -> InvoiceRefusal {
        let number = self.document().map(|document| document.number.clone());
        InvoiceRefusal::AlreadyIssued { number: number.unwrap_or_default() }
    }
}

/// Drafting twice is one draft as long as nothing was written yet and it says the same.
fn draft_again(draft: &DraftInvoice, asked: &DraftFor) -> Decision {
    let same = (draft.client_id, draft.currency, draft.order_id)
        == (asked.client_id, asked.currency, asked.order_id);
    if same && draft.last_line_no == 0 {
        return Ok(Vec::new());
    }
    Err(InvoiceRefusal::AlreadyDrafted)
}

fn add_line(draft: &DraftInvoice, line: &NewLine) -> Decision {
    check_count(draft.lines.len().saturating_add(1))?;
    line.check().map_err(|invalid| invalid.under("line"))?;
    let line = line.priced(draft.last_line_no.saturating_add(1))?;
    check_sum(draft, draft.lines.iter().chain([&line]))?;
    Ok(vec![InvoiceEvent::LineAdded { line }])
}

fn remove_line(draft: &DraftInvoice, line_no: u32) -> Decision {
    if !draft.lines.iter().any(|line| line.no == line_no) {
        return Err(InvoiceRefusal::NoSuchLine { line_no });
    }
    check_sum(draft, draft.lines.iter().filter(|line| line.no != line_no))?;
    Ok(vec![InvoiceEvent::LineRemoved { line_no }])
}

/// Taxing a line again as it is taxed already changes nothing.
fn tax_line(draft: &DraftInvoice, line_no: u32, evidence: &TaxEvidence) -> Decision {
    let Some(line) = draft.lines.iter().find(|line| line.no == line_no) else {
        return Err(InvoiceRefusal::NoSuchLine { line_no });
    };
    evidence.treatment.check()?;
    if draft.automatic.get(&line_no) == Some(evidence) && line.tax == evidence.treatment {
        return Ok(Vec::new());
    }
    let mut lines = draft.lines.clone();
    let taxed = draft.with_discounts(line_no);
    for line in lines.iter_mut().filter(|line| taxed.contains(&line.no)) {
        line.tax = evidence.treatment;
    }
    check_sum(draft, lines.iter())?;
    Ok(vec![InvoiceEvent::LineTaxed { line_no, evidence: evidence.clone() }])
}

/// Each coupon comes off once. What is billed stays as it is while one does: its discount was
/// computed from these lines.
fn apply_coupon(draft: &DraftInvoice, coupon_id: CouponId, lines: &[(u32, NewLine)]) -> Decision {
    if draft.coupons.iter().any(|coupon| coupon.coupon_id == coupon_id) {
        return Ok(Vec::new());
    }
    check_count(lines.len())?;
    check_count(draft.lines.len().saturating_add(lines.len()))?;
    let mut priced = Vec::with_capacity(lines.len());
    let mut no = draft.last_line_no;
    for (line_no, line) in lines {
        if !draft.charges().any(|known| known.no == *line_no) {
            return Err(InvoiceRefusal::NoSuchLine { line_no: *line_no });
        }
        line.check().map_err(|invalid| invalid.under("line"))?;
        no = no.saturating_add(1);
        priced.push(line.priced(no)?);
    }
    check_sum(draft, draft.lines.iter().chain(&priced))?;
    let lowers = lines.iter().map(|(line_no, _)| *line_no).collect();
    Ok(vec![InvoiceEvent::CouponApplied { coupon_id, lines: priced, lowers }])
}

fn take_coupon_off(draft: &DraftInvoice, coupon_id: CouponId) -> Decision {
    let applied = draft.coupons.iter().find(|coupon| coupon.coupon_id == coupon_id);
    let lines = applied.ok_or(InvoiceRefusal::NoSuchCoupon)?.lines.clone();
    check_sum(draft, draft.lines.iter().filter(|line| !lines.contains(&line.no)))?;
    Ok(vec![InvoiceEvent::CouponTakenOff { coupon_id, lines }])
}

/// What a draft holds can always be summed up, so that its preview cannot fail.
fn check_sum<'a>(
    draft: &DraftInvoice,
    lines: impl Iterator<Item = &'a Line>,
) -> Result<(), InvoiceRefusal> {
    Totals::of(draft.currency, &lines.cloned().collect::<Vec<_>>())?;
    Ok(())
}

/// Issues the draft's lines, numbered anew from 1 because removed ones left holes.
fn issue_draft(draft: &DraftInvoice, terms: &IssueTerms, today: NaiveDate) -> Decision {
    check_count(draft.lines.len())?;
    let totals = draft.totals()?;
    let mut lines = draft.lines.clone();
    for (no, line) in (1..).zip(&mut lines) {
        line.no = no;
    }
    let DraftInvoice { client_id, currency, order_id, .. } = *draft;
    let due_date = terms.due_date.or(draft.due_date);
    let content = Content {
        bill: DraftFor { client_id, currency, order_id },
        priced: Preview { lines, totals },
        due_date,
        particulars: particulars(draft, terms),
        subscriptions: Vec::new(),
        coupons: draft.coupons.iter().map(|coupon| coupon.coupon_id).collect(),
        lowerings: draft.lowerings(),
        origin: None,
        corrects: None,
    };
    issue(content, terms, today)
}

/// The terms' own, and what was looked up for the lines.
fn particulars(draft: &DraftInvoice, terms: &IssueTerms) -> Particulars {
    let mut particulars = terms.particulars.clone();
    draft.automatic.values().for_each(|evidence| particulars.add(evidence));
    particulars
}

fn issue_complete(complete: &CompleteInvoice, today: NaiveDate) -> Decision {
    complete.origin.as_ref().map_or(Ok(()), Origin::check)?;
    let content = Content {
        bill: complete.draft,
        priced: preview(complete.draft.currency, &complete.lines)?,
        due_date: complete.terms.due_date,
        particulars: complete.terms.particulars.clone(),
        subscriptions: complete.subscriptions.clone(),
        coupons: Vec::new(),
        lowerings: complete.lowerings.clone(),
        origin: complete.origin.clone(),
        corrects: None,
    };
    issue(content, &complete.terms, today)
}

/// What was billed too little: it charges something, and no day before the invoice it corrects.
fn issue_correction(correction: &IssueCorrection, today: NaiveDate) -> Decision {
    check_line("reason", &correction.reason, 500)?;
    let issue_date = correction.of.issue_date;
    if today < issue_date {
        return Err(InvoiceRefusal::BeforeIssue { date: today, issue_date });
    }
    let priced = preview(correction.draft.currency, &correction.lines)?;
    if !priced.totals.total.is_positive() {
        return Err(InvoiceRefusal::NothingToCharge { total: priced.totals.total });
    }
    let (of, reason) = (correction.of.clone(), correction.reason.clone());
    let content = Content {
        bill: correction.draft,
        priced,
        due_date: correction.terms.due_date,
        particulars: correction.terms.particulars.clone(),
        subscriptions: Vec::new(),
        coupons: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
        corrects: Some(DebitCorrection { of, reason }),
    };
    issue(content, &correction.terms, today)
}

/// What is issued, from wherever it came.
struct Content {
    bill: DraftFor,
    priced: Preview,
    due_date: Option<NaiveDate>,
    particulars: Particulars,
    subscriptions: Vec<SubscriptionId>,
    coupons: Vec<CouponId>,
    lowerings: Vec<Lowering>,
    origin: Option<Origin>,
    corrects: Option<DebitCorrection>,
}

fn issue(content: Content, terms: &IssueTerms, issue_date: NaiveDate) -> Decision {
    let Preview { lines, totals } = content.priced;
    if totals.total.is_negative() {
        return Err(InvoiceRefusal::NegativeTotal { total: totals.total });
    }
    let due_date = content.due_date.ok_or(InvoiceRefusal::DueDateMissing)?;
    if due_date < issue_date {
        return Err(InvoiceRefusal::DueBeforeIssue { due_date, issue_date });
    }
    check_number(&terms.number, issue_date)?;
    check_parties(terms)?;
    content.particulars.check()?;
    let issued = IssuedInvoice {
        client_id: content.bill.client_id,
        order_id: content.bill.order_id,
        number: terms.number.clone(),
        issue_date,
        due_date,
        seller: terms.seller.clone(),
        buyer: terms.buyer.clone(),
        lines,
        tax_groups: totals.tax_groups,
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
        particulars: content.particulars,
        subscriptions: content.subscriptions,
        coupons: content.coupons,
        lowerings: content.lowerings,
        origin: content.origin,
        corrects: content.corrects,
    };
    let nothing_owed = issued.total.is_zero();
    let settled = nothing_owed.then_some(InvoiceEvent::Settled { on: issue_date });
    Ok(std::iter::once(InvoiceEvent::Issued(Box::new(issued))).chain(settled).collect())
}

fn check_number(number: &DocumentNumber, date: NaiveDate) -> Result<(), InvoiceRefusal> {
    if number.year == date.year() {
        return Ok(());
    }
    Err(InvoiceRefusal::NumberOfAnotherYear { number: number.text.clone(), date })
}

fn check_parties(terms: &IssueTerms) -> Result<(), InvoiceRefusal> {
    if terms.buyer.as_ref().is_some_and(|buyer| buyer.class() != KeyClass::Fiscal) {
        return Err(InvoiceRefusal::WrongKey);
    }
    let name = check_line("name", &terms.seller.name, 200);
    let vat_id = check_optional_line("vat_id", terms.seller.vat_id.as_deref(), 20);
    Ok(Invalid::gather([name, vat_id]).map_err(|invalid| invalid.under("seller"))?)
}

fn apply_payment(document: &Document, part: &ApplyPayment, today: NaiveDate) -> Decision {
    match document.applied(part.payment_id, part.allocation_no) {
        Some(applied) if applied == part.amount => return Ok(Vec::new()),
        Some(recorded) => return Err(InvoiceRefusal::OtherAmount { recorded }),
        None => {}
    }
    let balance_due = settling::owed_after(document, part.client_id, part.amount)?;
    let applied = InvoiceEvent::PaymentApplied {
        payment_id: part.payment_id,
        allocation_no: part.allocation_no,
        amount: part.amount,
        balance_due,
    };
    Ok(settling::settled_if_nothing_owed(applied, balance_due, today))
}

/// An allocation that was applied stays applied, whatever happened to the invoice since.
fn applied_before(document: &Document, part: &ApplyPayment, refusal: InvoiceRefusal) -> Decision {
    if document.applied(part.payment_id, part.allocation_no) == Some(part.amount) {
        return Ok(Vec::new());
    }
    Err(refusal)
}

fn void(
    document: &Document,
    reason: &str,
    credit_note: &DocumentNumber,
    today: NaiveDate,
) -> Decision {
    check_line("reason", reason, 500)?;
    check_not_before_issue(document, today)?;
    check_number(credit_note, today)?;
    settling::check_whole(document)?;
    Ok(vec![InvoiceEvent::Voided(Box::new(VoidedInvoice {
        reason: reason.to_owned(),
        credit_note: credit_note.clone(),
        credited_on: today,
        invoice_number: document.number.clone(),
        invoice_date: document.issue_date,
        client_id: document.client_id,
        lines: document.lines.clone(),
        tax_groups: document.tax_groups.clone(),
        net: document.net,
        tax: document.tax,
        total: document.total,
        offset: document.balance_due,
        to_credit: document.total.checked_sub(document.balance_due)?,
    }))])
}

fn write_off(document: &Document, reason: &str, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    check_not_before_issue(document, today)?;
    Ok(vec![InvoiceEvent::WrittenOff {
        amount: document.balance_due,
        reason: reason.to_owned(),
        on: today,
        client_id: document.client_id,
    }])
}

fn check_not_before_issue(document: &Document, date: NaiveDate) -> Result<(), InvoiceRefusal> {
    let issue_date = document.issue_date;
    if date < issue_date {
        return Err(InvoiceRefusal::BeforeIssue { date, issue_date });
    }
    Ok(())
}

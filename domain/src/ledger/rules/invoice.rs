//! What invoices post.
//!
//! | fact        | debit                      | credit                     |
//! | ----------- | -------------------------- | -------------------------- |
//! | issued      | receivable: total          | revenue or deferred: lines |
//! |             |                            | tax payable: groups        |
//! | voided      | revenue or deferred: lines | receivable: offset         |
//! |             | tax payable: groups        | customer credit: rest      |
//! | written off | bad debt: amount           | receivable: amount         |
//!
//! A line whose days of service end after the issue date is deferred; a late fee is income of its
//! own kind; any other line is revenue. A credit note looks at the invoice's date too, so that it
//! mirrors what the invoice posted.

use chrono::NaiveDate;

use crate::invoice::{InvoiceEvent, IssuedInvoice, Line, LineKind, TaxGroup, VoidedInvoice};
use crate::kernel::{ClientId, Money};
use crate::ledger::accounts::{
    BAD_DEBT, CUSTOMER_CREDIT, DEFERRED_REVENUE, LATE_FEES, RECEIVABLE, REVENUE, TAX_PAYABLE,
};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};

pub(super) fn postings(event: &InvoiceEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        InvoiceEvent::Issued(issued) => issue(issued),
        InvoiceEvent::Voided(voided) => void(voided),
        InvoiceEvent::WrittenOff { amount, client_id, .. } => write_off(*amount, *client_id),
        // Payments post where they arrive and credit notes where they are issued; the rest moves
        // no money.
        InvoiceEvent::Drafted { .. }
        | InvoiceEvent::LineAdded { .. }
        | InvoiceEvent::LineRemoved { .. }
        | InvoiceEvent::LineTaxed { .. }
        | InvoiceEvent::CouponApplied { .. }
        | InvoiceEvent::CouponTakenOff { .. }
        | InvoiceEvent::DueDateSet { .. }
        | InvoiceEvent::Discarded { .. }
        | InvoiceEvent::Settled { .. }
        | InvoiceEvent::PaymentApplied { .. }
        | InvoiceEvent::PaymentUnapplied { .. }
        | InvoiceEvent::CreditApplied { .. }
        | InvoiceEvent::CreditUnapplied { .. }
        | InvoiceEvent::CreditNoteApplied { .. } => Ok(None),
    }
}

fn issue(issued: &IssuedInvoice) -> Result<Option<Posting>, LedgerError> {
    if issued.total.is_zero() {
        return Ok(None);
    }
    let mut draft = Draft::new(issued.total.currency());
    draft.debit(Target::of_client(RECEIVABLE, issued.client_id), issued.total)?;
    for line in &issued.lines {
        draft.credit(earned(line, issued.issue_date), line.net)?;
    }
    for group in &issued.tax_groups {
        draft.credit(owed_to(group), group.tax)?;
    }
    draft.finish()
}

fn void(voided: &VoidedInvoice) -> Result<Option<Posting>, LedgerError> {
    if voided.total.is_zero() {
        return Ok(None);
    }
    let mut draft = Draft::new(voided.total.currency());
    for line in &voided.lines {
        draft.debit(earned(line, voided.invoice_date), line.net)?;
    }
    for group in &voided.tax_groups {
        draft.debit(owed_to(group), group.tax)?;
    }
    draft.credit(Target::of_client(RECEIVABLE, voided.client_id), voided.offset)?;
    draft.credit(Target::of_client(CUSTOMER_CREDIT, voided.client_id), voided.to_credit)?;
    draft.finish()
}

fn write_off(amount: Money, client: ClientId) -> Result<Option<Posting>, LedgerError> {
    let mut draft = Draft::new(amount.currency());
    draft.debit(Target::of(BAD_DEBT), amount)?;
    draft.credit(Target::of_client(RECEIVABLE, client), amount)?;
    draft.finish()
}

pub(super) fn earned(line: &Line, issue_date: NaiveDate) -> Target {
    let account = match line.kind {
        LineKind::LateFee => LATE_FEES,
        _ if is_deferred(line, issue_date) => DEFERRED_REVENUE,
        _ => REVENUE,
    };
    Target::detailed(account, line.kind.word())
}

/// Whether days of service lie ahead of what a line bills.
pub(super) fn is_deferred(line: &Line, issue_date: NaiveDate) -> bool {
    let ahead = line.period.is_some_and(|period| period.to() > issue_date);
    ahead && line.kind != LineKind::LateFee
}

pub(super) fn owed_to(group: &TaxGroup) -> Target {
    Target::detailed(TAX_PAYABLE, format!("{}/{}", group.country, group.rate))
}

//! What dunning must know of an invoice, read from its streams.
//!
//! Guarantees: a payment that is pending or of which nobody knows counts for the invoice it names,
//! and for each of its client's if it names none. An attempt that waits for the client to do
//! something is none yet: a challenge that nobody answers must not hold dunning up for ever.

use billfold_domain::dunning::{Arrears, Attempt, AttemptOutcome, Debt, InvoiceFacts, Owed};
use billfold_domain::invoice::{Document, Invoice, LineKind};
use billfold_domain::kernel::InvoiceId;
use billfold_domain::payment::{AttemptStage, Decline, Payment, SettledPayment};
use chrono::NaiveDate;

use super::ending::invoice_end;
use crate::error::Refused;

/// What is late of one invoice.
pub(super) fn facts_of(
    invoice_id: InvoiceId,
    (invoice, document): (&Invoice, &Document),
    payments: &[(NaiveDate, Payment)],
    owed: &Owed,
) -> InvoiceFacts {
    let mut attempts = Vec::with_capacity(payments.len());
    let mut disputed = false;
    for (day, payment) in payments {
        disputed |= payment.settled().is_some_and(|settled| is_disputed(settled, invoice_id));
        attempts.extend(attempt(payment, invoice_id, *day));
    }
    InvoiceFacts {
        balance: document.balance_due,
        due_date: document.due_date,
        ended: invoice_end(invoice),
        attempts,
        disputed,
        has_new_method: false,
        owed: owed.clone(),
    }
}

/// All that is due of some invoices on a day.
pub(super) fn owed<'a>(
    invoices: impl Iterator<Item = &'a Invoice>,
    on: NaiveDate,
) -> Result<Owed, Refused> {
    let debt = |invoice: &Invoice| match invoice {
        Invoice::Open(document) => Some(Debt::new(document.due_date, document.balance_due, None)),
        _ => None,
    };
    let debts: Vec<Debt> = invoices.filter_map(debt).collect();
    Ok(Arrears::on(on, &debts).map_err(|no| Refused::of(&no))?.owed)
}

/// Whether an invoice asks for late fees only; a late fee is not charged on a late fee.
pub(super) fn is_fee(document: &Document) -> bool {
    document.lines.iter().all(|line| line.kind == LineKind::LateFee)
}

fn attempt(payment: &Payment, invoice_id: InvoiceId, day: NaiveDate) -> Option<Attempt> {
    let (on, outcome) = match payment {
        Payment::Absent => return None,
        Payment::Attempted(attempt) => {
            let is_his = attempt.invoice_id.is_none_or(|id| id == invoice_id);
            let outcome = match attempt.stage {
                AttemptStage::Pending => AttemptOutcome::Pending,
                AttemptStage::Unknown => AttemptOutcome::Unknown,
                AttemptStage::ActionRequired => return None,
            };
            return is_his.then_some(Attempt { on: attempt.on, outcome });
        }
        Payment::Declined(declined) if declined.invoice_id == Some(invoice_id) => {
            let outcome = match declined.decline {
                Decline::Soft => AttemptOutcome::SoftDeclined,
                Decline::Hard => AttemptOutcome::HardDeclined,
            };
            (declined.on, outcome)
        }
        Payment::Declined(_) => return None,
        Payment::Settled(settled) => {
            let pays = settled.allocations.iter().any(|part| part.invoice_id == invoice_id);
            return pays.then_some(Attempt { on: day, outcome: AttemptOutcome::Settled });
        }
    };
    Some(Attempt { on, outcome })
}

fn is_disputed(payment: &SettledPayment, invoice_id: InvoiceId) -> bool {
    let open = payment.disputes.iter().filter(|dispute| dispute.undecided.is_positive());
    let mut taken = open.flat_map(|dispute| &dispute.drawn.reversals);
    taken.any(|reversal| reversal.invoice_id == invoice_id)
}

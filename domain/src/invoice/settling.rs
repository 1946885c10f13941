//! What changes what an issued invoice asks for: payments and what is taken back of them, credit
//! of the client, and credit notes.
//!
//! Guarantees that each reversal and each note counts once, that no more is taken back than
//! pays, and that a note lowers the balance to zero at most; what is over becomes the client's
//! credit. Case family `payment.balance`. Absent on purpose: how much may be credited, which is
//! the note's own rule.

use chrono::NaiveDate;

use crate::invoice::decide::Decision;
use crate::invoice::{
    ApplyCredit, Document, GivenBack, InvoiceEvent, InvoiceRefusal, UnapplyCredit, UnapplyPayment,
};
use crate::kernel::text::check_line;
use crate::kernel::{ClientId, Money, MoneyRefusal};

impl Document {
    /// What of an amount the invoice takes, and what is left over beyond what it asks for.
    pub fn split(&self, amount: Money) -> Result<(Money, Money), MoneyRefusal> {
        let over = amount.checked_sub(self.balance_due)?;
        if over.is_positive() {
            return Ok((self.balance_due, over));
        }
        Ok((amount, Money::zero(amount.currency())))
    }
}

/// Takes a part of a payment back. `owed` is what the invoice asks for before that.
pub(super) fn unapply_payment(document: &Document, part: &UnapplyPayment, owed: Money) -> Decision {
    let UnapplyPayment { payment_id, allocation_no, reversal_no, amount, cause } = *part;
    match document.unapplied(payment_id, reversal_no) {
        Some(unapplied) if unapplied == amount => return Ok(Vec::new()),
        Some(recorded) => return Err(InvoiceRefusal::OtherAmount { recorded }),
        None => {}
    }
    if !amount.is_positive() {
        return Err(InvoiceRefusal::NothingToApply);
    }
    let pays = document.pays(payment_id, allocation_no);
    if pays.checked_sub(amount)?.is_negative() {
        return Err(InvoiceRefusal::MoreThanApplied { amount, pays });
    }
    let balance_due = owed.checked_add(amount)?;
    Ok(vec![InvoiceEvent::PaymentUnapplied {
        payment_id,
        allocation_no,
        reversal_no,
        amount,
        cause,
        balance_due,
    }])
}

/// Lets credit of the client pay.
pub(super) fn apply_credit(document: &Document, part: &ApplyCredit, today: NaiveDate) -> Decision {
    let ApplyCredit { credit_id, no, client_id, amount } = *part;
    match document.credited(credit_id, no) {
        Some(credited) if credited == amount => return Ok(Vec::new()),
        Some(recorded) => return Err(InvoiceRefusal::OtherAmount { recorded }),
        None => {}
    }
    let balance_due = owed_after(document, client_id, amount)?;
    let applied = InvoiceEvent::CreditApplied { credit_id, no, amount, balance_due };
    Ok(settled_if_nothing_owed(applied, balance_due, today))
}

/// Takes credit back that had paid. `owed` is what the invoice asks for before that.
pub(super) fn unapply_credit(document: &Document, part: &UnapplyCredit, owed: Money) -> Decision {
    let UnapplyCredit { credit_id, no, unspent_no, amount } = *part;
    match document.unapplied_credit(credit_id, unspent_no) {
        Some(unapplied) if unapplied == amount => return Ok(Vec::new()),
        Some(recorded) => return Err(InvoiceRefusal::OtherAmount { recorded }),
        None => {}
    }
    if !amount.is_positive() {
        return Err(InvoiceRefusal::NothingToApply);
    }
    let pays = document.credit_pays(credit_id, no);
    if pays.checked_sub(amount)?.is_negative() {
        return Err(InvoiceRefusal::MoreThanApplied { amount, pays });
    }
    let balance_due = owed.checked_add(amount)?;
    Ok(vec![InvoiceEvent::CreditUnapplied { credit_id, no, unspent_no, amount, balance_due }])
}

/// What is owed once a client's amount is applied: more than nothing, and at most what is owed.
pub(super) fn owed_after(
    document: &Document,
    client_id: ClientId,
    amount: Money,
) -> Result<Money, InvoiceRefusal> {
    if client_id != document.client_id {
        return Err(InvoiceRefusal::OtherClient);
    }
    if !amount.is_positive() {
        return Err(InvoiceRefusal::NothingToApply);
    }
    let rest = document.balance_due.checked_sub(amount)?;
    if rest.is_negative() {
        let balance_due = document.balance_due;
        return Err(InvoiceRefusal::MoreThanOwed { amount, balance_due });
    }
    Ok(rest)
}

pub(super) fn settled_if_nothing_owed(
    applied: InvoiceEvent,
    balance_due: Money,
    today: NaiveDate,
) -> Vec<InvoiceEvent> {
    let settled = balance_due.is_zero().then_some(InvoiceEvent::Settled { on: today });
    std::iter::once(applied).chain(settled).collect()
}

/// Sets a credit note off; the invoice is settled if that leaves nothing to be paid.
pub(super) fn apply_credit_note(
    document: &Document,
    credit_note: &str,
    amount: Money,
    given_back: &GivenBack,
    today: NaiveDate,
) -> Decision {
    check_line("credit_note", credit_note, 100)?;
    if document.credit_notes.iter().any(|note| note.credit_note == credit_note) {
        return Ok(Vec::new());
    }
    if !amount.is_positive() {
        return Err(InvoiceRefusal::NothingToApply);
    }
    let (offset, to_credit) = document.split(amount)?;
    let balance_due = document.balance_due.checked_sub(offset)?;
    let applied = InvoiceEvent::CreditNoteApplied {
        credit_note: credit_note.to_owned(),
        amount,
        offset,
        to_credit,
        balance_due,
        given_back: given_back.clone(),
    };
    let was_owed = document.balance_due.is_positive();
    let settled =
        (was_owed && balance_due.is_zero()).then_some(InvoiceEvent::Settled { on: today });
    Ok(std::iter::once(applied).chain(settled).collect())
}

/// Only an invoice that stands whole can be taken back whole: what a note gave back, or what was
/// given up, would count twice.
pub(super) fn check_whole(document: &Document) -> Result<(), InvoiceRefusal> {
    if let Some(note) = document.credit_notes.first() {
        let credit_note = note.credit_note.clone();
        return Err(InvoiceRefusal::AlreadyCredited { credit_note });
    }
    match document.written_off_on {
        Some(written_off_on) => Err(InvoiceRefusal::WrittenOff { written_off_on }),
        None => Ok(()),
    }
}

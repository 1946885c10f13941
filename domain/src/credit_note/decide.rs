//! What may happen to a credit note: it is issued once and never changed.

use chrono::{Datelike, NaiveDate};

use crate::credit_note::{
    CreditNote, CreditNoteCommand, CreditNoteEvent, CreditNoteRefusal, IssueCreditNote, IssuedNote,
    Offset,
};
use crate::invoice::{Preview, TaxGroup, preview};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Issued, KeyClass, Money};

impl Aggregate for CreditNote {
    const TYPE: &'static str = "credit_note";
    type Command = CreditNoteCommand;
    type Event = CreditNoteEvent;
    type Refusal = CreditNoteRefusal;

    fn decide(
        &self,
        ask: &Issued<CreditNoteCommand>,
    ) -> Result<Vec<CreditNoteEvent>, CreditNoteRefusal> {
        let CreditNoteCommand::Issue(new) = &ask.command;
        match self {
            Self::Absent => issue(new, ask.effective_on),
            Self::Issued(note) => {
                Err(CreditNoteRefusal::AlreadyIssued { number: note.number.text.clone() })
            }
        }
    }

    fn apply(&mut self, event: &CreditNoteEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let note = self.issued().map_or(0, |note| {
            let texts: usize = note.lines.iter().map(|line| line.description.len()).sum();
            size_of_val(note)
                .saturating_add(size_of_val(note.lines.as_slice()))
                .saturating_add(texts)
        });
        size_of::<Self>().saturating_add(note)
    }
}

bridge_to_cqrs_es!(CreditNote);

fn issue(
    new: &IssueCreditNote,
    issue_date: NaiveDate,
) -> Result<Vec<CreditNoteEvent>, CreditNoteRefusal> {
    check_line("reason", &new.reason, 500)?;
    check_line("seller/name", &new.seller.name, 200)?;
    if new.buyer.as_ref().is_some_and(|buyer| buyer.class() != KeyClass::Fiscal) {
        return Err(CreditNoteRefusal::WrongKey);
    }
    if new.number.year != issue_date.year() {
        let number = new.number.text.clone();
        return Err(CreditNoteRefusal::NumberOfAnotherYear { number, date: issue_date });
    }
    let Preview { lines, mut totals } = preview(new.currency, &new.lines)?;
    if let Some(tax_groups) = &new.tax_groups {
        check_groups(&totals.tax_groups, tax_groups)?;
        totals.tax = Money::sum(new.currency, tax_groups.iter().map(|group| group.tax))?;
        totals.total = totals.net.checked_add(totals.tax)?;
        totals.tax_groups.clone_from(tax_groups);
    }
    if !totals.total.is_positive() {
        return Err(CreditNoteRefusal::NothingToCredit { total: totals.total });
    }
    let to_credit = rest(totals.total, &new.offsets)?;
    Ok(vec![CreditNoteEvent::Issued(Box::new(IssuedNote {
        number: new.number.clone(),
        issue_date,
        client_id: new.client_id,
        corrects: new.corrects.clone(),
        reason: new.reason.clone(),
        seller: new.seller.clone(),
        buyer: new.buyer.clone(),
        lines,
        tax_groups: totals.tax_groups,
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
        offsets: new.offsets.clone(),
        to_credit,
        expires_on: new.expires_on,
    }))])
}

/// Only the cents of a tax may differ, never what is taxed.
fn check_groups(own: &[TaxGroup], given: &[TaxGroup]) -> Result<(), CreditNoteRefusal> {
    let same = |(own, given): (&TaxGroup, &TaxGroup)| {
        own.treatment() == given.treatment() && own.base == given.base
    };
    if own.len() == given.len() && own.iter().zip(given).all(same) {
        return Ok(());
    }
    Err(CreditNoteRefusal::OtherTaxes)
}

/// What no unpaid invoice takes.
fn rest(total: Money, offsets: &[Offset]) -> Result<Money, CreditNoteRefusal> {
    let wrong = offsets.iter().find(|offset| !offset.amount.is_positive());
    if let Some(offset) = wrong {
        let (invoice_id, amount) = (offset.invoice_id, offset.amount);
        return Err(CreditNoteRefusal::OffsetNotPositive { invoice_id, amount });
    }
    let offset = Money::sum(total.currency(), offsets.iter().map(|offset| offset.amount))?;
    let rest = total.checked_sub(offset)?;
    if rest.is_negative() {
        return Err(CreditNoteRefusal::OffsetBeyondNote { offset, total });
    }
    Ok(rest)
}

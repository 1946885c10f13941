//! What credit notes post.
//!
//! | fact   | debit                      | credit                |
//! | ------ | -------------------------- | --------------------- |
//! | issued | revenue or deferred: lines | receivable: offsets   |
//! |        | tax payable: groups        | customer credit: rest |
//!
//! A line whose days of service end after the note's date takes back deferred revenue, since those
//! days have not come; any other takes back revenue.

use crate::credit_note::{CreditNoteEvent, IssuedNote};
use crate::kernel::Money;
use crate::ledger::accounts::{CUSTOMER_CREDIT, RECEIVABLE};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::rules::invoice::{earned, owed_to};
use crate::ledger::{LedgerError, Posting};

pub(super) fn postings(event: &CreditNoteEvent) -> Result<Option<Posting>, LedgerError> {
    let CreditNoteEvent::Issued(note) = event;
    issue(note)
}

fn issue(note: &IssuedNote) -> Result<Option<Posting>, LedgerError> {
    let currency = note.total.currency();
    let mut draft = Draft::new(currency);
    for line in &note.lines {
        draft.debit(earned(line, note.issue_date), line.net)?;
    }
    for group in &note.tax_groups {
        draft.debit(owed_to(group), group.tax)?;
    }
    let offset = Money::sum(currency, note.offsets.iter().map(|offset| offset.amount))?;
    draft.credit(Target::of_client(RECEIVABLE, note.client_id), offset)?;
    draft.credit(Target::of_client(CUSTOMER_CREDIT, note.client_id), note.to_credit)?;
    draft.finish()
}

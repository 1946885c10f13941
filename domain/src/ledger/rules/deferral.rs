//! Which lines post to deferred revenue, so that what they earn can be recognised later.
//!
//! Guarantees that the deferrals of an event sum to what it posts there, per kind of line and
//! currency. A void mirrors its invoice and a note's line is deferred by the note's own date; each
//! takes back over its own days of service what it deferred, so that a correction catches up with
//! the recognition of the day it counts for (cumulative catch-up, IFRS 15.21(b)).

use chrono::NaiveDate;

use crate::credit_note::CreditNoteEvent;
use crate::invoice::{InvoiceEvent, Line};
use crate::kernel::Money;
use crate::ledger::rules::invoice::is_deferred;
use crate::revenue::Deferral;
use crate::schema::Event;

/// What the lines of an event do to deferred revenue; nothing for an event that does not touch it.
pub fn deferrals(event: &Event) -> Vec<Deferral> {
    match event {
        Event::Invoice(InvoiceEvent::Issued(issued)) if !issued.total.is_zero() => {
            let day = issued.issue_date;
            of_lines(&issued.lines, (day, day), |net| net)
        }
        Event::Invoice(InvoiceEvent::Voided(voided)) if !voided.total.is_zero() => {
            let days = (voided.invoice_date, voided.credited_on);
            of_lines(&voided.lines, days, Money::negate)
        }
        Event::CreditNote(CreditNoteEvent::Issued(note)) => {
            let day = note.issue_date;
            of_lines(&note.lines, (day, day), Money::negate)
        }
        _ => Vec::new(),
    }
}

fn of_lines(
    lines: &[Line],
    (judged_on, posted_on): (NaiveDate, NaiveDate),
    signed: impl Fn(Money) -> Money,
) -> Vec<Deferral> {
    let deferred = lines.iter().filter(|line| is_deferred(line, judged_on));
    deferred
        .filter_map(|line| {
            Some(Deferral {
                kind: line.kind,
                product_id: line.product_id,
                amount: signed(line.net),
                service: line.period?,
                posted_on,
            })
        })
        .collect()
}

//! The word an invoice has on a day.

use super::*;
use crate::kernel::Aggregate;

#[test]
fn the_word_follows_from_history_and_day() {
    use InvoiceStatus::{Draft, Open, Overdue, Paid, PartiallyPaid, Refunded, Uncollectible, Void};
    let drafted =
        InvoiceEvent::Drafted { client_id: client(), currency: Currency::EUR, order_id: None };
    let discarded = InvoiceEvent::Discarded { reason: "duplicate".into() };
    let late = TODAY.succ_opt().unwrap();
    let on = |history: &[InvoiceEvent], day| Invoice::fold(history).status(day);
    let then = |event| [issued_invoice(), event];

    assert_eq!(on(&[], TODAY), None);
    assert_eq!(on(std::slice::from_ref(&drafted), late), Some(Draft));
    assert_eq!(on(&[drafted, discarded], TODAY), None);
    assert_eq!(on(&[issued_invoice()], TODAY), Some(Open));
    assert_eq!(on(&[issued_invoice()], late), Some(Overdue));
    assert_eq!(on(&then(applied(1, 1, 11_899)), TODAY), Some(PartiallyPaid));
    assert_eq!(on(&then(applied(1, 1, 11_899)), late), Some(Overdue));
    assert_eq!(on(&[issued_invoice(), applied(1, 11_900, 0), settled()], late), Some(Paid));
    let back = |minor, cause, due| unapplied(unapply(1, 1, minor, cause), due);
    let paid = || [issued_invoice(), applied(1, 11_900, 0), settled()].to_vec();
    let after = |more: &[InvoiceEvent], day| on(&[paid().as_slice(), more].concat(), day);
    let refund = || back(11_900, UnapplyCause::Refunded, 11_900);
    assert_eq!(after(&[refund()], TODAY), Some(Open));
    assert_eq!(after(&[refund()], late), Some(Overdue));
    assert_eq!(after(&[refund(), noted(1, 11_900, 0, 0), settled()], late), Some(Refunded));
    assert_eq!(after(&[back(900, UnapplyCause::Refunded, 900)], TODAY), Some(PartiallyPaid));
    let part = [back(900, UnapplyCause::Refunded, 900), noted(1, 900, 0, 0), settled()];
    assert_eq!(after(&part, late), Some(Paid));
    let disputed = back(11_900, UnapplyCause::Disputed, 11_900);
    assert_eq!(after(&[disputed, noted(1, 11_900, 0, 0), settled()], late), Some(Void));
    assert_eq!(after(&[noted(1, 0, 11_900, 0)], late), Some(Void), "all of it went back");
    assert_eq!(after(&[noted(1, 0, 11_899, 0)], late), Some(Paid));
    assert_eq!(on(&then(noted(1, 900, 0, 11_000)), TODAY), Some(Open), "a note pays nothing");
    assert_eq!(on(&then(voided(11_900, 0)), late), Some(Void));
    assert_eq!(on(&then(written_off(11_900)), late), Some(Uncollectible));
}

#[test]
fn every_word_is_the_stored_one() {
    for status in InvoiceStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.word());
    }
    for kind in LineKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
    for category in TaxCategory::ALL {
        assert_eq!(serde_json::to_value(category).unwrap(), category.word());
    }
}

#[test]
fn refusals_are_well_spoken() {
    let (date, issue_date, due_date) = (TODAY, TODAY, TODAY);
    crate::kernel::testing::refusals_are_well_spoken(
        "invoice",
        &[
            InvoiceRefusal::Absent,
            InvoiceRefusal::AlreadyDrafted,
            InvoiceRefusal::Discarded,
            InvoiceRefusal::NotIssued,
            InvoiceRefusal::AlreadyIssued { number: "INV-2026-000001".into() },
            InvoiceRefusal::NoSuchLine { line_no: 1 },
            InvoiceRefusal::LineCount { limit: 1_000, found: 0 },
            InvoiceRefusal::NegativeTotal { total: eur(-1) },
            InvoiceRefusal::FullyCredited { credit_note: "CN-2026-000001".into() },
            InvoiceRefusal::NothingToCharge { total: eur(0) },
            InvoiceRefusal::DueDateMissing,
            InvoiceRefusal::DueBeforeIssue { due_date, issue_date },
            InvoiceRefusal::NumberOfAnotherYear { number: "INV-2026-000001".into(), date },
            InvoiceRefusal::WrongKey,
            InvoiceRefusal::OtherClient,
            InvoiceRefusal::NothingToApply,
            InvoiceRefusal::MoreThanOwed { amount: eur(2), balance_due: eur(1) },
            InvoiceRefusal::OtherAmount { recorded: eur(1) },
            InvoiceRefusal::MoreThanApplied { amount: eur(2), pays: eur(1) },
            InvoiceRefusal::AlreadyCredited { credit_note: "CN-2026-000001".into() },
            InvoiceRefusal::AlreadySettled { settled_on: date },
            InvoiceRefusal::AlreadyVoided { voided_on: date },
            InvoiceRefusal::WrittenOff { written_off_on: date },
            InvoiceRefusal::BeforeIssue { date, issue_date },
        ],
    );
}

#[test]
fn an_invoice_weighs_what_its_lines_weigh() {
    let InvoiceEvent::Issued(issued) = issued_invoice() else { panic!("not issued") };
    let mut long = issued.clone();
    long.lines = vec![issued.lines[0].clone(); 1_000];
    let weight = |issued| Invoice::fold(&[InvoiceEvent::Issued(issued)]).weight();
    assert!(weight(long) > weight(issued) + 999 * size_of::<Line>());
}

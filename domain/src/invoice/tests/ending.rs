//! Ends: a credit note over the whole invoice, or a claim given up.

use super::*;
use crate::kernel::testing::{given, issued, issued_on};
use crate::kernel::{EventBody, Invalid};

fn write_off() -> InvoiceCommand {
    InvoiceCommand::WriteOff { reason: "insolvent".into() }
}

#[test]
fn voiding_offsets_what_is_unpaid_and_credits_what_was_paid() {
    given::<Invoice>([issued_invoice()]).when(issued(void())).then([voided(11_900, 0)]);
    given::<Invoice>([issued_invoice(), applied(1, 4_000, 7_900)])
        .when(issued(void()))
        .then([voided(7_900, 4_000)]);
    given::<Invoice>([issued_invoice(), applied(1, 11_900, 0), settled()])
        .when(issued(void()))
        .then([voided(0, 11_900)]);
    assert_eq!(voided(0, 0).numbers(), [&number(DocumentKind::CreditNote)]);
}

#[test]
fn an_invoice_is_voided_once() {
    given::<Invoice>([issued_invoice(), voided(11_900, 0)])
        .when(issued(void()))
        .then_refused(InvoiceRefusal::AlreadyVoided { voided_on: TODAY });
    given::<Invoice>([issued_invoice(), written_off(11_900)])
        .when(issued(void()))
        .then_refused(InvoiceRefusal::WrittenOff { written_off_on: TODAY });
}

#[test]
fn only_what_is_owed_is_written_off_and_only_once() {
    given::<Invoice>([issued_invoice(), applied(1, 4_000, 7_900)])
        .when(issued(write_off()))
        .then([written_off(7_900)])
        .when(issued(write_off()))
        .then_refused(InvoiceRefusal::WrittenOff { written_off_on: TODAY });
    given::<Invoice>([issued_invoice(), applied(1, 11_900, 0), settled()])
        .when(issued(write_off()))
        .then_refused(InvoiceRefusal::AlreadySettled { settled_on: TODAY });
    given::<Invoice>([issued_invoice(), voided(11_900, 0)])
        .when(issued(write_off()))
        .then_refused(InvoiceRefusal::AlreadyVoided { voided_on: TODAY });
}

#[test]
fn a_correction_is_not_dated_before_what_it_corrects() {
    let date = TODAY.pred_opt().unwrap();
    for ask in [void(), write_off()] {
        given::<Invoice>([issued_invoice()])
            .when(issued_on(date, ask))
            .then_refused(InvoiceRefusal::BeforeIssue { date, issue_date: TODAY });
    }
}

#[test]
fn the_number_of_a_credit_note_belongs_to_the_year_of_its_date() {
    let date = "2027-01-01".parse().unwrap();
    let number = "CN-2026-000001".to_owned();
    given::<Invoice>([issued_invoice()])
        .when(issued_on(date, void()))
        .then_refused(InvoiceRefusal::NumberOfAnotherYear { number, date });
}

#[test]
fn every_end_has_a_reason() {
    let credit_note = number(DocumentKind::CreditNote);
    let asks = [
        InvoiceCommand::Void { reason: String::new(), credit_note },
        InvoiceCommand::WriteOff { reason: String::new() },
    ];
    for ask in asks {
        given::<Invoice>([issued_invoice()]).when(issued(ask)).then_refused(Invalid::one(
            "reason",
            "text.empty",
            "must not be empty",
        ));
    }
}

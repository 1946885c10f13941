//! What is taken back of payments is owed again; what a credit note says is owed no longer.

use super::*;
use crate::credit::CreditBalance;
use crate::kernel::testing::{given, issued};
use crate::kernel::{Aggregate, Issued};

fn take(ask: UnapplyPayment) -> Issued<InvoiceCommand> {
    issued(InvoiceCommand::UnapplyPayment(ask))
}

fn paid() -> [InvoiceEvent; 3] {
    [issued_invoice(), applied(1, 11_900, 0), settled()]
}

#[test]
fn what_is_taken_back_reopens_a_settled_invoice_and_can_be_paid_again() {
    let refund = unapply(1, 1, 4_000, UnapplyCause::Refunded);
    let chargeback = unapply(1, 2, 7_900, UnapplyCause::Disputed);
    given::<Invoice>(paid())
        .when(take(refund))
        .then([unapplied(refund, 4_000)])
        .when(take(chargeback))
        .then([unapplied(chargeback, 11_900)])
        .when(issued(InvoiceCommand::ApplyPayment(part(2, 11_900))))
        .then([applied(2, 11_900, 0), settled()]);
}

#[test]
fn a_reversal_counts_once_and_takes_no_more_than_the_allocation_still_pays() {
    let first = unapply(1, 1, 4_000, UnapplyCause::Refunded);
    given::<Invoice>(paid())
        .when(take(first))
        .then([unapplied(first, 4_000)])
        .when(take(first))
        .then([])
        .when(take(unapply(1, 1, 4_001, UnapplyCause::Refunded)))
        .then_refused(InvoiceRefusal::OtherAmount { recorded: eur(4_000) });
    given::<Invoice>([issued_invoice(), applied(1, 11_900, 0), settled(), unapplied(first, 4_000)])
        .when(take(unapply(1, 2, 7_901, UnapplyCause::Refunded)))
        .then_refused(InvoiceRefusal::MoreThanApplied { amount: eur(7_901), pays: eur(7_900) });
    given::<Invoice>(paid())
        .when(take(unapply(2, 1, 1, UnapplyCause::Refunded)))
        .then_refused(InvoiceRefusal::MoreThanApplied { amount: eur(1), pays: eur(0) });
    given::<Invoice>(paid())
        .when(take(unapply(1, 1, 0, UnapplyCause::Moved)))
        .then_refused(InvoiceRefusal::NothingToApply);
    let applied_then =
        [issued_invoice(), applied(1, 11_900, 0), settled(), unapplied(first, 4_000)];
    given::<Invoice>(applied_then)
        .when(issued(InvoiceCommand::ApplyPayment(part(1, 11_900))))
        .then_nothing();
}

#[test]
fn only_what_stands_can_be_taken_back() {
    let ask = unapply(1, 1, 1, UnapplyCause::Refunded);
    given::<Invoice>([issued_invoice(), applied(1, 11_900, 0), settled(), voided(0, 11_900)])
        .when(take(ask))
        .then_refused(InvoiceRefusal::AlreadyVoided { voided_on: TODAY });
    given::<Invoice>([]).when(take(ask)).then_refused(InvoiceRefusal::Absent);
    let drafted =
        InvoiceEvent::Drafted { client_id: client(), currency: Currency::EUR, order_id: None };
    given::<Invoice>([drafted]).when(take(ask)).then_refused(InvoiceRefusal::NotIssued);
}

#[test]
fn of_a_claim_that_was_given_up_only_what_is_taken_back_is_owed_again() {
    let ask = unapply(1, 1, 3_000, UnapplyCause::Disputed);
    let history = [issued_invoice(), applied(1, 4_000, 7_900), written_off(7_900)];
    given::<Invoice>(history)
        .when(take(ask))
        .then([unapplied(ask, 3_000)])
        .when(issued(void()))
        .then_refused(InvoiceRefusal::WrittenOff { written_off_on: TODAY });
    let history =
        [issued_invoice(), applied(1, 4_000, 7_900), written_off(7_900), unapplied(ask, 3_000)];
    given::<Invoice>(history)
        .when(issued(InvoiceCommand::WriteOff { reason: "insolvent".into() }))
        .then([written_off(3_000)]);
}

#[test]
fn a_credit_note_lowers_the_balance_and_what_is_over_becomes_credit() {
    given::<Invoice>([issued_invoice(), applied(1, 4_000, 7_900)])
        .when(issued(note(1, 900)))
        .then([noted(1, 900, 0, 7_000)])
        .when(issued(note(1, 900)))
        .then([])
        .when(issued(note(2, 8_000)))
        .then([noted(2, 7_000, 1_000, 0), settled()])
        .when(issued(note(3, 500)))
        .then([noted(3, 0, 500, 0)]);
}

#[test]
fn a_refund_with_a_credit_note_leaves_nothing_owed() {
    let refund = unapply(1, 1, 1_000, UnapplyCause::Refunded);
    given::<Invoice>(paid())
        .when(take(refund))
        .then([unapplied(refund, 1_000)])
        .when(issued(note(1, 1_000)))
        .then([noted(1, 1_000, 0, 0), settled()]);
}

#[test]
fn a_note_is_of_some_amount_and_only_on_what_stands() {
    given::<Invoice>([issued_invoice()])
        .when(issued(note(1, 0)))
        .then_refused(InvoiceRefusal::NothingToApply);
    given::<Invoice>([issued_invoice(), voided(11_900, 0)])
        .when(issued(note(1, 1)))
        .then_refused(InvoiceRefusal::AlreadyVoided { voided_on: TODAY });
    given::<Invoice>([issued_invoice(), written_off(11_900)])
        .when(issued(note(1, 1)))
        .then_refused(InvoiceRefusal::WrittenOff { written_off_on: TODAY });
    given::<Invoice>([]).when(issued(note(1, 1))).then_refused(InvoiceRefusal::Absent);
}

#[test]
fn an_invoice_that_was_credited_in_part_is_not_voided() {
    let credit_note = "CN-2026-000001".to_owned();
    given::<Invoice>([issued_invoice(), noted(1, 900, 0, 11_000)])
        .when(issued(void()))
        .then_refused(InvoiceRefusal::AlreadyCredited { credit_note });
}

#[test]
fn an_amount_is_split_into_what_is_owed_and_what_is_over() {
    let Invoice::Open(document) = Invoice::fold(&[issued_invoice()]) else { panic!("not open") };
    assert_eq!(document.split(eur(11_901)), Ok((eur(11_900), eur(1))));
    assert_eq!(document.split(eur(11_900)), Ok((eur(11_900), eur(0))));
    assert_eq!(document.split(eur(1)), Ok((eur(1), eur(0))));
}

#[test]
fn credit_that_is_called_back_is_owed_again_and_counts_once() {
    let credit_id = CreditBalance::id_of(client(), Currency::EUR);
    let taken =
        InvoiceEvent::CreditApplied { credit_id, no: 1, amount: eur(11_900), balance_due: eur(0) };
    let ask = |unspent_no, minor| {
        let amount = eur(minor);
        issued(InvoiceCommand::UnapplyCredit(UnapplyCredit {
            credit_id,
            no: 1,
            unspent_no,
            amount,
        }))
    };
    let told = |unspent_no, minor, balance_due| InvoiceEvent::CreditUnapplied {
        credit_id,
        no: 1,
        unspent_no,
        amount: eur(minor),
        balance_due: eur(balance_due),
    };
    let history = [issued_invoice(), taken, settled()];
    given::<Invoice>(history.clone())
        .when(ask(1, 4_000))
        .then([told(1, 4_000, 4_000)])
        .when(ask(1, 4_000))
        .then([])
        .when(ask(2, 7_900))
        .then_state(|invoice| assert_eq!(invoice.status(TODAY), Some(InvoiceStatus::Open)));
    let partly = history.iter().cloned().chain([told(1, 4_000, 4_000)]);
    given::<Invoice>(partly.clone())
        .when(ask(1, 3_999))
        .then_refused(InvoiceRefusal::OtherAmount { recorded: eur(4_000) });
    given::<Invoice>(partly)
        .when(ask(2, 7_901))
        .then_refused(InvoiceRefusal::MoreThanApplied { amount: eur(7_901), pays: eur(7_900) });
    given::<Invoice>(history).when(ask(1, 0)).then_refused(InvoiceRefusal::NothingToApply);
}

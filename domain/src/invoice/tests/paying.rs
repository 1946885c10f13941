//! Payments: never more than is owed, each allocation once, settled at zero.

use super::*;
use crate::kernel::testing::{given, issued};
use crate::kernel::{Issued, MoneyRefusal};

fn apply(part: ApplyPayment) -> Issued<InvoiceCommand> {
    issued(InvoiceCommand::ApplyPayment(part))
}

#[test]
fn part_payments_lower_the_balance_until_nothing_is_owed() {
    given::<Invoice>([issued_invoice()])
        .when(apply(part(1, 4_000)))
        .then([applied(1, 4_000, 7_900)])
        .when(apply(part(2, 7_900)))
        .then([applied(2, 7_900, 0), settled()])
        .when(apply(part(3, 1)))
        .then_refused(InvoiceRefusal::AlreadySettled { settled_on: TODAY });
}

#[test]
fn no_more_is_applied_than_is_owed() {
    given::<Invoice>([issued_invoice(), applied(1, 4_000, 7_900)])
        .when(apply(part(2, 7_901)))
        .then_refused(InvoiceRefusal::MoreThanOwed { amount: eur(7_901), balance_due: eur(7_900) });
}

#[test]
fn an_allocation_counts_once_however_often_it_is_asked() {
    let history = [issued_invoice(), applied(1, 4_000, 7_900)];
    given::<Invoice>(history.clone()).when(apply(part(1, 4_000))).then_nothing();
    given::<Invoice>(history.clone())
        .when(apply(part(1, 4_001)))
        .then_refused(InvoiceRefusal::OtherAmount { recorded: eur(4_000) });
    let second = ApplyPayment { allocation_no: 2, ..part(1, 4_000) };
    given::<Invoice>(history).when(apply(second)).then([InvoiceEvent::PaymentApplied {
        payment_id: payment(1),
        allocation_no: 2,
        amount: eur(4_000),
        balance_due: eur(3_900),
    }]);
    for end in [settled(), voided(7_900, 4_000), written_off(7_900)] {
        given::<Invoice>([issued_invoice(), applied(1, 4_000, 7_900), end])
            .when(apply(part(1, 4_000)))
            .then_nothing();
    }
}

#[test]
fn money_of_nobody_else_of_no_other_currency_and_of_some_amount() {
    let somebody = ClientId::new(Uuid::from_u128(4));
    given::<Invoice>([issued_invoice()])
        .when(apply(ApplyPayment { client_id: somebody, ..part(1, 1) }))
        .then_refused(InvoiceRefusal::OtherClient);
    for nothing in [0, -1] {
        given::<Invoice>([issued_invoice()])
            .when(apply(part(1, nothing)))
            .then_refused(InvoiceRefusal::NothingToApply);
    }
    let amount = Money::try_new(1, Currency::USD).unwrap();
    let (left, right) = (Currency::EUR, Currency::USD);
    given::<Invoice>([issued_invoice()])
        .when(apply(ApplyPayment { amount, ..part(1, 1) }))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
}

#[test]
fn nothing_more_is_applied_once_the_claim_is_gone() {
    given::<Invoice>([issued_invoice(), voided(11_900, 0)])
        .when(apply(part(1, 1)))
        .then_refused(InvoiceRefusal::AlreadyVoided { voided_on: TODAY });
    given::<Invoice>([issued_invoice(), written_off(11_900)])
        .when(apply(part(1, 1)))
        .then_refused(InvoiceRefusal::WrittenOff { written_off_on: TODAY });
    given::<Invoice>([]).when(apply(part(1, 1))).then_refused(InvoiceRefusal::Absent);
}

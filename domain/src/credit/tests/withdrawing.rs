//! Money of a voided invoice that its payment gives back leaves the client's credit again.

use proptest::prelude::*;
use uuid::Uuid;

use crate::credit::*;
use crate::kernel::testing::{TODAY, given, issued, replay_law};
use crate::kernel::{Aggregate, ClientId, CreditNoteId, Currency, InvoiceId, Money, PaymentId};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn invoice(bits: u128) -> InvoiceId {
    InvoiceId::new(Uuid::from_u128(bits))
}

fn voided(bits: u128) -> CreditSource {
    CreditSource::VoidedInvoice(invoice(bits))
}

fn note() -> CreditSource {
    CreditSource::CreditNote(CreditNoteId::new(Uuid::from_u128(90)))
}

fn granted(no: u32, source: CreditSource, minor: i64, balance: i64) -> CreditEvent {
    let (client_id, amount, balance) = (client(), eur(minor), eur(balance));
    CreditEvent::Granted { no, client_id, amount, source, expires_on: None, balance }
}

fn spent(no: u32, of: u128, parts: &[(u32, i64)], balance: i64) -> CreditEvent {
    let amount = eur(parts.iter().map(|(_, minor)| minor).sum());
    let parts: Vec<_> = parts
        .iter()
        .map(|(grant, minor)| CreditPart { grant: *grant, amount: eur(*minor) })
        .collect();
    let (client_id, invoice_id, balance, on) = (client(), invoice(of), eur(balance), TODAY);
    CreditEvent::Spent { no, client_id, invoice_id, amount, parts, balance, on }
}

fn unspent(no: u32, spent_no: u32, of: u128, minor: i64, balance: i64) -> CreditEvent {
    let (client_id, invoice_id, balance, on) = (client(), invoice(of), eur(balance), TODAY);
    let (grant, amount) = (1, eur(minor));
    CreditEvent::Unspent { no, spent_no, client_id, invoice_id, grant, amount, balance, on }
}

fn withdraw(of: u128, minor: i64, reach: Reach) -> CreditCommand {
    CreditCommand::Withdraw(WithdrawCredit {
        invoice_id: invoice(of),
        payment_id: PaymentId::new(Uuid::from_u128(5)),
        reversal_no: 1,
        amount: eur(minor),
        reach,
    })
}

fn withdrawn(no: u32, of: u128, parts: &[(u32, i64)], balance: i64) -> CreditEvent {
    let amount = eur(parts.iter().map(|(_, minor)| minor).sum());
    let part = |(grant, minor): &(u32, i64)| CreditPart { grant: *grant, amount: eur(*minor) };
    CreditEvent::Withdrawn {
        no,
        client_id: client(),
        invoice_id: invoice(of),
        payment_id: PaymentId::new(Uuid::from_u128(5)),
        reversal_no: 1,
        amount,
        parts: parts.iter().map(part).collect(),
        balance: eur(balance),
        on: TODAY,
    }
}

fn a_bank() -> Reach {
    Reach::Spent { except: Vec::new() }
}

#[test]
fn a_withdrawal_takes_the_money_of_its_invoice_and_then_what_would_be_used_last() {
    let history = [
        granted(1, note(), 100, 100),
        granted(2, voided(1), 500, 600),
        granted(3, voided(2), 300, 900),
    ];
    given::<CreditBalance>(history)
        .when(issued(withdraw(1, 500, Reach::Left)))
        .then([withdrawn(1, 1, &[(2, 500)], 400)])
        .when(issued(withdraw(2, 350, Reach::Left)))
        .then([withdrawn(2, 2, &[(3, 300), (1, 50)], 50)]);
}

#[test]
fn what_is_spent_is_not_ours_to_give_back() {
    let history = [granted(1, voided(1), 500, 500), spent(1, 7, &[(1, 400)], 100)];
    given::<CreditBalance>(history.clone())
        .when(issued(withdraw(1, 101, Reach::Left)))
        .then_refused(CreditRefusal::SpentSince { amount: eur(101), left: eur(100) });
    given::<CreditBalance>(history).when(issued(withdraw(1, 100, Reach::Left))).then([withdrawn(
        1,
        1,
        &[(1, 100)],
        0,
    )]);
}

#[test]
fn what_a_bank_takes_is_called_back_from_the_latest_invoices_that_credit_paid() {
    let history = [
        granted(1, voided(1), 500, 500),
        spent(1, 7, &[(1, 200)], 300),
        spent(2, 8, &[(1, 250)], 50),
    ];
    given::<CreditBalance>(history.clone())
        .when(issued(withdraw(1, 400, a_bank())))
        .then([
            unspent(1, 2, 8, 250, 300),
            unspent(2, 1, 7, 100, 400),
            withdrawn(1, 1, &[(1, 400)], 0),
        ])
        .when(issued(withdraw(1, 100, a_bank())))
        .then([unspent(3, 1, 7, 100, 100), withdrawn(2, 1, &[(1, 100)], 0)]);
    // An invoice that is voided itself cannot ask again: what it had is credit once more.
    given::<CreditBalance>(history)
        .when(issued(withdraw(1, 250, Reach::Spent { except: vec![invoice(8)] })))
        .then([unspent(1, 1, 7, 200, 250), withdrawn(1, 1, &[(1, 250)], 0)]);
}

#[test]
fn only_money_of_voided_invoices_is_called_back() {
    let history = [granted(1, note(), 500, 500), spent(1, 7, &[(1, 500)], 0)];
    given::<CreditBalance>(history)
        .when(issued(withdraw(1, 1, a_bank())))
        .then_refused(CreditRefusal::SpentSince { amount: eur(1), left: eur(0) });
    given::<CreditBalance>([])
        .when(issued(withdraw(1, 1, a_bank())))
        .then_refused(CreditRefusal::NothingThere);
    given::<CreditBalance>([granted(1, voided(1), 500, 500)])
        .when(issued(withdraw(1, 0, a_bank())))
        .then_refused(CreditRefusal::NotPositive);
}

proptest! {
    /// Each voided invoice gives at most once what it had: then a bank always gets its money, and
    /// what is called back is what the invoices had of it.
    #[test]
    fn a_bank_always_gets_what_voided_invoices_had_and_credit_is_never_below_zero(
        steps in proptest::collection::vec((0_u8..4, 1_i64..500), 1..60),
    ) {
        let (mut state, mut history) = (CreditBalance::default(), Vec::new());
        let (mut had, mut paid) = (Vec::new(), [0_i64; 3]);
        for (no, (kind, minor)) in (1_u128..).zip(steps) {
            let last = had.len().checked_sub(1);
            let grant = |source| CreditCommand::Grant(GrantCredit {
                client_id: client(), amount: eur(minor), source, expires_on: None,
            });
            let command = match (kind, last) {
                (0, _) => {
                    had.push(minor);
                    grant(voided(no))
                }
                (1, _) => grant(CreditSource::CreditNote(CreditNoteId::new(Uuid::from_u128(no)))),
                (2, _) => CreditCommand::Spend(SpendCredit {
                    invoice_id: invoice(no % 3), up_to: eur(minor),
                }),
                (_, None) => continue,
                (_, Some(last)) => {
                    let minor = minor.min(had[last]);
                    if minor == had[last] { had.pop(); } else { had[last] -= minor; }
                    withdraw(1, minor, a_bank())
                }
            };
            let asked = state.decide(&issued(command));
            prop_assert!(kind != 3 || asked.is_ok(), "{:?}", asked);
            for event in asked.unwrap_or_default() {
                match &event {
                    CreditEvent::Spent { invoice_id, amount, .. } => {
                        let at = usize::try_from(invoice_id.uuid().as_u128()).unwrap();
                        paid[at] += amount.minor();
                    }
                    CreditEvent::Unspent { invoice_id, amount, .. } => {
                        let at = usize::try_from(invoice_id.uuid().as_u128()).unwrap();
                        paid[at] -= amount.minor();
                        prop_assert!(paid[at] >= 0);
                    }
                    CreditEvent::Withdrawn { amount, parts, .. } => {
                        let parts: i64 = parts.iter().map(|part| part.amount.minor()).sum();
                        prop_assert_eq!(parts, amount.minor());
                    }
                    CreditEvent::Granted { .. } => {}
                }
                let (CreditEvent::Granted { balance, .. }
                | CreditEvent::Spent { balance, .. }
                | CreditEvent::Unspent { balance, .. }
                | CreditEvent::Withdrawn { balance, .. }) = &event;
                let told = *balance;
                state.apply(&event);
                prop_assert_eq!(state.held().unwrap().balance(), Ok(told));
                prop_assert!(!told.is_negative());
                history.push(event);
            }
        }
        replay_law::<CreditBalance>(&history);
    }
}

//! The specification of a client's credit balance.

use chrono::NaiveDate;
use proptest::prelude::*;
use uuid::Uuid;

use crate::credit::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken, replay_law};
use crate::kernel::{
    Aggregate, ClientId, CreditNoteId, Currency, InvoiceId, Money, PaymentId, TenantId,
};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn note(bits: u128) -> CreditSource {
    CreditSource::CreditNote(CreditNoteId::new(Uuid::from_u128(bits)))
}

fn payment(bits: u128) -> CreditSource {
    CreditSource::Payment(PaymentId::new(Uuid::from_u128(bits)))
}

fn invoice() -> InvoiceId {
    InvoiceId::new(Uuid::from_u128(7))
}

fn grant(source: CreditSource, minor: i64) -> CreditCommand {
    let (client_id, amount) = (client(), eur(minor));
    CreditCommand::Grant(GrantCredit { client_id, amount, source, expires_on: None })
}

fn spend(minor: i64) -> CreditCommand {
    CreditCommand::Spend(SpendCredit { invoice_id: invoice(), up_to: eur(minor) })
}

fn granted(no: u32, source: CreditSource, minor: i64, balance: i64) -> CreditEvent {
    let (client_id, amount, balance) = (client(), eur(minor), eur(balance));
    CreditEvent::Granted { no, client_id, amount, source, expires_on: None, balance }
}

#[test]
fn credit_is_kept_by_source_and_a_source_grants_once() {
    let first = granted(1, payment(1), 500, 500);
    let second = granted(2, note(1), 300, 800);
    given::<CreditBalance>([]).when(issued(grant(payment(1), 500))).then([first.clone()]);
    given::<CreditBalance>([first.clone()])
        .when(issued(grant(note(1), 300)))
        .then([second.clone()])
        .when(issued(grant(note(1), 300)))
        .then_nothing();
    given::<CreditBalance>([first])
        .when(issued(grant(note(1), 0)))
        .then_refused(CreditRefusal::NotPositive);
}

#[test]
fn credit_notes_are_spent_before_money_paid_ahead_and_the_rest_stays() {
    let history = [granted(1, payment(1), 500, 500), granted(2, note(1), 300, 800)];
    let spent = CreditEvent::Spent {
        no: 1,
        client_id: client(),
        invoice_id: invoice(),
        amount: eur(400),
        parts: vec![
            CreditPart { grant: 2, amount: eur(300) },
            CreditPart { grant: 1, amount: eur(100) },
        ],
        balance: eur(400),
        on: TODAY,
    };
    given::<CreditBalance>(history).when(issued(spend(400))).then([spent]);
}

#[test]
fn no_more_is_spent_than_is_there_and_nothing_of_what_expired() {
    given::<CreditBalance>([granted(1, note(1), 300, 300)])
        .when(issued(spend(1_000)))
        .then_state(|balance| assert_eq!(balance.held().unwrap().balance(), Ok(eur(0))))
        .when(issued(spend(1)))
        .then_refused(CreditRefusal::NothingThere);
    let yesterday = TODAY.pred_opt();
    let expired = CreditEvent::Granted {
        no: 1,
        client_id: client(),
        amount: eur(100),
        source: note(1),
        expires_on: yesterday,
        balance: eur(100),
    };
    given::<CreditBalance>([expired])
        .when(issued(spend(1)))
        .then_refused(CreditRefusal::NothingThere);
    given::<CreditBalance>([]).when(issued(spend(1))).then_refused(CreditRefusal::NothingThere);
}

#[test]
fn a_balance_belongs_to_one_client_and_its_id_follows_from_client_and_currency() {
    let other = GrantCredit {
        client_id: ClientId::new(Uuid::from_u128(4)),
        amount: eur(1),
        source: note(9),
        expires_on: None::<NaiveDate>,
    };
    given::<CreditBalance>([granted(1, note(1), 300, 300)])
        .when(issued(CreditCommand::Grant(other)))
        .then_refused(CreditRefusal::OtherClient);
    let id = |currency| CreditBalance::id_of(client(), currency);
    assert_eq!(id(Currency::EUR), id(Currency::EUR));
    assert_ne!(id(Currency::EUR), id(Currency::USD));
    assert_ne!(id(Currency::EUR).uuid(), TenantId::new(Uuid::nil()).uuid());
}

#[test]
fn refusals_name_the_field_and_the_reason() {
    use CreditRefusal as No;
    let spent = No::SpentSince { amount: eur(200), left: eur(100) };
    refusals_are_well_spoken(
        "credit",
        &[No::NotPositive, No::OtherClient, No::NothingThere, spent],
    );
}

proptest! {
    #[test]
    fn a_balance_is_what_came_in_less_what_was_spent_and_never_below_zero(
        asked in proptest::collection::vec((any::<bool>(), 1_u128..20, 1_i64..500), 1..60),
    ) {
        let (mut state, mut history) = (CreditBalance::default(), Vec::new());
        let (mut came, mut went) = (0, 0);
        for (comes, source, minor) in asked {
            let command = if comes { grant(note(source), minor) } else { spend(minor) };
            for event in state.decide(&issued(command)).unwrap_or_default() {
                match &event {
                    CreditEvent::Granted { amount, .. } => came += amount.minor(),
                    CreditEvent::Spent { amount, parts, .. } => {
                        let parts: i64 = parts.iter().map(|part| part.amount.minor()).sum();
                        prop_assert_eq!(parts, amount.minor());
                        went += amount.minor();
                    }
                    CreditEvent::Unspent { .. } | CreditEvent::Withdrawn { .. } => {
                        unreachable!("nothing was taken back")
                    }
                }
                state.apply(&event);
                history.push(event);
            }
            if let Some(held) = state.held() {
                prop_assert_eq!(held.balance(), Ok(eur(came - went)));
                prop_assert!(held.grants.iter().all(|grant| grant.left.is_positive()));
            }
        }
        replay_law::<CreditBalance>(&history);
    }
}

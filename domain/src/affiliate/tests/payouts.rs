//! How what was earned reaches the affiliate.

use super::*;
use crate::kernel::testing::given;
use crate::kernel::{Aggregate, Invalid};
use crate::ledger::postings;

/// The day the hold of a sale of today is over.
fn due() -> NaiveDate {
    day("2026-04-14")
}

fn owed() -> Vec<AffiliateEvent> {
    let mut history = active();
    history.push(accrued(1, sale(1, 4_900, TODAY), 1_470));
    history.push(approved(1, 1, 1_470, due()));
    history
}

fn clawback(no: u32, refunded: i64, minor: i64, on: NaiveDate) -> AffiliateEvent {
    AffiliateEvent::CommissionReversed {
        no,
        commission: 1,
        payment_id: payment(1),
        affiliate: own(),
        refunded: eur(refunded),
        amount: eur(minor),
        stage: Stage::PaidOut,
        on,
    }
}

#[test]
fn a_payout_is_the_sum_of_what_is_approved() {
    given::<Affiliate>(owed())
        .when(payout(due()))
        .then([requested(1, 1_470, (&[1], &[]), due())])
        .when(send(1, due()))
        .then([sent(1, 1_470, due())])
        .when(send(1, due()))
        .then_nothing();
    let pending: Vec<_> =
        active().into_iter().chain([accrued(1, sale(1, 4_900, TODAY), 1_470)]).collect();
    given::<Affiliate>(pending)
        .when(payout(due()))
        .then_refused(AffiliateRefusal::BelowMinimum { payable: eur(0), minimum: eur(1_000) });
}

#[test]
fn less_than_the_minimum_waits() {
    let dear = CommissionTerms { minimum_payout: vec![eur(1_471)], ..terms() };
    let raised = AffiliateEvent::TermsSet { version: 2, terms: dear, valid_from: due() };
    given::<Affiliate>(owed().into_iter().chain([raised]))
        .when(payout(due()))
        .then_refused(AffiliateRefusal::BelowMinimum { payable: eur(1_470), minimum: eur(1_471) });
    let exactly = CommissionTerms { minimum_payout: vec![eur(1_470)], ..terms() };
    let raised = AffiliateEvent::TermsSet { version: 2, terms: exactly, valid_from: due() };
    given::<Affiliate>(owed().into_iter().chain([raised])).when(payout(due())).then([requested(
        1,
        1_470,
        (&[1], &[]),
        due(),
    )]);
}

#[test]
fn nothing_is_paid_out_while_suspended_or_through_no_channel() {
    given::<Affiliate>(owed().into_iter().chain([suspended()]))
        .when(payout(due()))
        .then_refused(AffiliateRefusal::Suspended);
    let to = PayoutTo::Channel { key: "My Bank".into() };
    let ask = AffiliateCommand::RequestPayout { currency: Currency::EUR, to };
    let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
    given::<Affiliate>(owed()).when(issued_on(due(), ask)).then_refused(Invalid::one(
        "to/key",
        "key.malformed",
        detail,
    ));
    let to = PayoutTo::CustomerCredit;
    let dollars = AffiliateCommand::RequestPayout { currency: Currency::USD, to };
    let nothing = Money::zero(Currency::USD);
    given::<Affiliate>(owed())
        .when(issued_on(due(), dollars))
        .then_refused(AffiliateRefusal::BelowMinimum { payable: nothing, minimum: nothing });
}

#[test]
fn a_refund_after_the_payout_is_set_against_the_next_one() {
    let (paid, later) = (requested(1, 1_470, (&[1], &[]), due()), day("2026-06-01"));
    let history: Vec<_> = owed().into_iter().chain([paid, sent(1, 1_470, due())]).collect();
    let below = AffiliateRefusal::BelowMinimum { payable: eur(-1_470), minimum: eur(1_000) };
    let owes = given::<Affiliate>(history.clone()).when(reverse(due(), 1, 4_900)).then([clawback(
        1,
        4_900,
        1_470,
        due(),
    )]);
    owes.when(payout(due())).then_refused(below);
    given::<Affiliate>(history.into_iter().chain([
        clawback(1, 4_900, 1_470, due()),
        accrued(2, sale(2, 4_900, due()), 1_470),
        accrued(3, sale(3, 4_900, due()), 1_470),
        approved(2, 2, 1_470, later),
        approved(3, 3, 1_470, later),
    ]))
    .when(payout(later))
    .then([requested(2, 1_470, (&[2, 3], &[1]), later)])
    .when(payout(later))
    .then_refused(AffiliateRefusal::BelowMinimum { payable: eur(0), minimum: eur(1_000) });
}

#[test]
fn what_was_in_a_failed_payout_is_in_the_next_one() {
    given::<Affiliate>(owed().into_iter().chain([requested(1, 1_470, (&[1], &[]), due())]))
        .when(fail(1, due()))
        .then([failed(1, 1_470, due())])
        .when(fail(1, due()))
        .then_nothing();
    let history: Vec<_> = owed()
        .into_iter()
        .chain([requested(1, 1_470, (&[1], &[]), due()), failed(1, 1_470, due())])
        .collect();
    given::<Affiliate>(history.clone()).when(payout(due())).then([requested(
        2,
        1_470,
        (&[1], &[]),
        due(),
    )]);
    given::<Affiliate>(history)
        .when(send(1, due()))
        .then_refused(AffiliateRefusal::PayoutFailed { no: 1 });
    let paid = [requested(1, 1_470, (&[1], &[]), due()), sent(1, 1_470, due())];
    given::<Affiliate>(owed().into_iter().chain(paid))
        .when(fail(1, due()))
        .then_refused(AffiliateRefusal::PayoutSent { no: 1 });
    given::<Affiliate>(owed())
        .when(send(7, due()))
        .then_refused(AffiliateRefusal::NoSuchPayout { no: 7 });
}

#[test]
fn a_refund_between_request_and_failure_is_netted_in_the_next_payout() {
    let history: Vec<_> = owed()
        .into_iter()
        .chain([
            requested(1, 1_470, (&[1], &[]), due()),
            clawback(1, 1_000, 300, due()),
            failed(1, 1_470, due()),
        ])
        .collect();
    given::<Affiliate>(history.clone()).when(payout(due())).then([requested(
        2,
        1_170,
        (&[1], &[1]),
        due(),
    )]);
    let rest = AffiliateEvent::CommissionReversed {
        no: 2,
        commission: 1,
        payment_id: payment(1),
        affiliate: own(),
        refunded: eur(4_900),
        amount: eur(1_170),
        stage: Stage::Approved,
        on: due(),
    };
    given::<Affiliate>(history)
        .when(reverse(due(), 1, 4_900))
        .then([rest])
        .when(payout(due()))
        .then_refused(AffiliateRefusal::BelowMinimum { payable: eur(0), minimum: eur(1_000) });
}

/// Account, party, detail and signed minor units of each entry.
fn shown(event: AffiliateEvent) -> Vec<(&'static str, bool, Option<String>, i64)> {
    let posting = postings(&event.into()).unwrap();
    let entries = posting.iter().flat_map(|posting| posting.entries());
    entries
        .map(|e| (e.account.as_str(), e.party.is_some(), e.detail.clone(), e.signed().minor()))
        .collect()
}

#[test]
fn what_is_owed_is_an_expense_and_a_payout_settles_it() {
    let payable = |minor: i64| ("2500", true, None, minor);
    let expense = |minor: i64| ("5300", false, None, minor);
    assert_eq!(shown(approved(1, 1, 1_470, due())), [expense(1_470), payable(-1_470)]);
    assert_eq!(shown(clawback(1, 1_000, 300, due())), [payable(300), expense(-300)]);
    let bank = ("1300", false, Some("manual_bank".to_owned()), -1_470);
    assert_eq!(shown(sent(1, 1_470, due())), [payable(1_470), bank]);
    let AffiliateEvent::PayoutSent { no, affiliate, amount, reference, on, .. } =
        sent(1, 1_470, due())
    else {
        panic!("not sent")
    };
    let to = PayoutTo::CustomerCredit;
    let credited = AffiliateEvent::PayoutSent { no, affiliate, amount, to, reference, on };
    assert_eq!(shown(credited), [payable(1_470), ("2100", true, None, -1_470)]);
    let taken_back = |stage, minor| AffiliateEvent::CommissionReversed {
        no: 1,
        commission: 1,
        payment_id: payment(1),
        affiliate: own(),
        refunded: eur(1_000),
        amount: eur(minor),
        stage,
        on: due(),
    };
    assert_eq!(shown(taken_back(Stage::Approved, 300)), [payable(300), expense(-300)]);
    assert_eq!(shown(taken_back(Stage::Pending, 300)), [], "it was not owed yet");
    assert_eq!(shown(taken_back(Stage::Approved, 0)), []);
    assert_eq!(shown(requested(1, 1_470, (&[1], &[]), due())), []);
    assert_eq!(shown(failed(1, 1_470, due())), []);
}

#[test]
fn the_statement_shows_the_payment_behind_each_cent() {
    let later = day("2026-06-01");
    let affiliate = Affiliate::fold(
        &owed()
            .into_iter()
            .chain([
                requested(1, 1_470, (&[1], &[]), due()),
                sent(1, 1_470, due()),
                accrued(2, sale(2, 1_000, due()), 300),
                clawback(1, 4_900, 1_470, later),
            ])
            .collect::<Vec<_>>(),
    );
    let statement = affiliate.partner().unwrap().book.statement(Currency::EUR).unwrap();
    let lines: Vec<_> = statement
        .lines
        .iter()
        .map(|line| (line.on, line.payment_id, line.amount.minor(), line.status.word()))
        .collect();
    assert_eq!(
        lines,
        [
            (TODAY, payment(1), 1_470, "paid_out"),
            (due(), payment(2), 300, "pending"),
            (later, payment(1), -1_470, "paid_out"),
        ]
    );
    let sums = [statement.pending, statement.payable, statement.requested, statement.paid];
    assert_eq!(sums, [eur(300), eur(-1_470), eur(0), eur(1_470)]);
    assert_eq!(affiliate.partner().unwrap().book.statement(Currency::USD).unwrap().lines, []);
}

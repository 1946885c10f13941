//! How commissions are earned, approved and taken back.

use super::*;
use crate::kernel::testing::given;
use crate::kernel::{Aggregate, EventBody, MoneyRefusal};

fn earned() -> Vec<AffiliateEvent> {
    let mut history = active();
    history.push(accrued(1, sale(1, 4_900, TODAY), 1_470));
    history
}

fn reversed(no: u32, refunded: i64, minor: i64, stage: Stage, on: NaiveDate) -> AffiliateEvent {
    AffiliateEvent::CommissionReversed {
        no,
        commission: 1,
        payment_id: payment(1),
        affiliate: own(),
        refunded: eur(refunded),
        amount: eur(minor),
        stage,
        on,
    }
}

#[test]
fn a_payment_of_a_referred_client_earns_one_commission() {
    given::<Affiliate>(active())
        .when(accrue(TODAY, sale(1, 4_900, TODAY)))
        .then([accrued(1, sale(1, 4_900, TODAY), 1_470)])
        .when(accrue(TODAY, sale(1, 4_900, TODAY)))
        .then_nothing();
    given::<Affiliate>(earned())
        .when(accrue(TODAY, sale(1, 4_901, TODAY)))
        .then_refused(AffiliateRefusal::AlreadyEarned { no: 1 });
    given::<Affiliate>(earned()).when(accrue(TODAY, sale(2, 0, TODAY))).then([accrued(
        2,
        sale(2, 0, TODAY),
        0,
    )]);
}

#[test]
fn only_sales_to_referred_clients_from_the_referral_on_earn() {
    let stranger = AccrueCommission { client_id: brought(9), ..sale(1, 100, TODAY) };
    given::<Affiliate>(active())
        .when(accrue(TODAY, stranger))
        .then_refused(AffiliateRefusal::NotReferred { client_id: brought(9) });
    let before = sale(1, 100, TODAY.pred_opt().unwrap());
    given::<Affiliate>(active())
        .when(accrue(TODAY, before))
        .then_refused(AffiliateRefusal::NotReferred { client_id: brought(1) });
    let date = TODAY.succ_opt().unwrap();
    given::<Affiliate>(active())
        .when(accrue(TODAY, sale(1, 100, date)))
        .then_refused(AffiliateRefusal::InFuture { date, today: TODAY });
    given::<Affiliate>(active())
        .when(accrue(TODAY, sale(1, -1, TODAY)))
        .then_refused(AffiliateRefusal::NegativeSale);
    let once = CommissionTerms { recurrence: Recurrence::FirstSale, ..terms() };
    let first = accrued(1, sale(1, 4_900, TODAY), 1_470);
    given::<Affiliate>(active_under(once).into_iter().chain([first]))
        .when(accrue(TODAY, sale(2, 4_900, TODAY)))
        .then_refused(AffiliateRefusal::EarnsNoMore { client_id: brought(1) });
}

#[test]
fn currencies_of_sale_terms_and_refund_never_mix() {
    let (left, right) = (Currency::JPY, Currency::EUR);
    let yen = Money::try_new(100, Currency::JPY).unwrap();
    let flat = CommissionTerms { rate: CommissionRate::Flat(eur(500)), ..terms() };
    given::<Affiliate>(active_under(flat))
        .when(accrue(TODAY, AccrueCommission { sale: yen, ..sale(1, 1, TODAY) }))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
    let refund = AffiliateCommand::Reverse { payment_id: payment(1), refunded: yen };
    given::<Affiliate>(earned())
        .when(issued(refund))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
}

#[test]
fn a_suspended_affiliate_earns_nothing_and_nothing_of_its_is_approved() {
    let mut history = earned();
    history.push(suspended());
    given::<Affiliate>(history.clone())
        .when(accrue(TODAY, sale(2, 4_900, TODAY)))
        .then_refused(AffiliateRefusal::Suspended);
    given::<Affiliate>(history.clone())
        .when(issued_on(day("2026-05-01"), AffiliateCommand::ApproveDue))
        .then_refused(AffiliateRefusal::Suspended);
    given::<Affiliate>(history).when(reverse(TODAY, 1, 4_900)).then([reversed(
        1,
        4_900,
        1_470,
        Stage::Pending,
        TODAY,
    )]);
}

#[test]
fn a_commission_counts_once_its_hold_is_over() {
    let (before, due) = (day("2026-04-13"), day("2026-04-14"));
    let approve = |on| issued_on(on, AffiliateCommand::ApproveDue);
    given::<Affiliate>(earned()).when(approve(before)).then_nothing();
    given::<Affiliate>(earned())
        .when(approve(due))
        .then([approved(1, 1, 1_470, due)])
        .when(approve(due))
        .then_nothing();
}

#[test]
fn without_a_hold_a_commission_counts_at_once() {
    let at_once = CommissionTerms { hold_days: 0, ..terms() };
    given::<Affiliate>(active_under(at_once))
        .when(accrue(TODAY, sale(1, 4_900, TODAY)))
        .then_state(|affiliate| {
            let commission = &affiliate.partner().unwrap().book.commissions[0];
            assert_eq!(commission.status(), CommissionStatus::Approved);
            assert_eq!((commission.counts_from, commission.approved_on), (TODAY, Some(TODAY)));
        });
}

#[test]
fn one_request_approves_a_thousand_commissions_and_the_next_the_rest() {
    let sales = (1..=1_001_u32).map(|no| accrued(no, sale(u128::from(no), 10, TODAY), 3));
    let mut affiliate = Affiliate::fold(&active().into_iter().chain(sales).collect::<Vec<_>>());
    let due = day("2026-04-14");
    let mut count = || {
        let events = affiliate.decide(&issued_on(due, AffiliateCommand::ApproveDue)).unwrap();
        events.iter().for_each(|event| affiliate.apply(event));
        events.len()
    };
    assert_eq!([count(), count(), count()], [1_000, 1, 0]);
    assert!(affiliate.weight() > 1_000 * size_of::<Commission>());
}

#[test]
fn a_refund_takes_back_its_part_and_the_rest_is_approved() {
    let due = day("2026-04-14");
    given::<Affiliate>(earned())
        .when(reverse(TODAY, 1, 1_000))
        .then([reversed(1, 1_000, 300, Stage::Pending, TODAY)])
        .when(issued_on(due, AffiliateCommand::ApproveDue))
        .then([approved(1, 1, 1_170, due)])
        .when(reverse(due, 1, 4_900))
        .then([reversed(2, 4_900, 1_170, Stage::Approved, due)])
        .when(payout(due))
        .then_refused(AffiliateRefusal::BelowMinimum { payable: eur(0), minimum: eur(1_000) });
}

#[test]
fn a_commission_whose_sale_is_refunded_whole_is_void() {
    let due = day("2026-04-14");
    let void = reversed(1, 4_900, 1_470, Stage::Pending, TODAY);
    let history: Vec<_> = earned().into_iter().chain([void]).collect();
    let affiliate = Affiliate::fold(&history);
    let commission = &affiliate.partner().unwrap().book.commissions[0];
    assert_eq!(commission.status().word(), "refunded");
    given::<Affiliate>(history).when(issued_on(due, AffiliateCommand::ApproveDue)).then_nothing();
}

#[test]
fn a_refund_reported_again_takes_back_nothing_again() {
    let first = reversed(1, 1_000, 300, Stage::Pending, TODAY);
    let history: Vec<_> = earned().into_iter().chain([first]).collect();
    for known in [0, 999, 1_000] {
        given::<Affiliate>(history.clone()).when(reverse(TODAY, 1, known)).then_nothing();
    }
    given::<Affiliate>(history.clone())
        .when(reverse(TODAY, 1, -1))
        .then_refused(AffiliateRefusal::NegativeRefund);
    given::<Affiliate>(history)
        .when(reverse(TODAY, 1, 4_901))
        .then_refused(AffiliateRefusal::MoreThanSold { refunded: eur(4_901), sale: eur(4_900) });
    given::<Affiliate>(earned())
        .when(reverse(TODAY, 2, 1))
        .then_refused(AffiliateRefusal::NothingEarned { payment_id: payment(2) });
}

#[test]
fn a_sale_of_nothing_that_earned_an_amount_for_an_item_gives_it_back_once() {
    let flat = CommissionTerms { rate: CommissionRate::Flat(eur(500)), ..terms() };
    let history: Vec<_> =
        active_under(flat).into_iter().chain([accrued(1, sale(1, 0, TODAY), 500)]).collect();
    given::<Affiliate>(history)
        .when(reverse(TODAY, 1, 0))
        .then([reversed(1, 0, 500, Stage::Pending, TODAY)])
        .when(reverse(TODAY, 1, 0))
        .then_nothing();
}

#[test]
fn each_fact_about_money_names_its_day() {
    let reversal = reversed(1, 1, 0, Stage::Pending, TODAY);
    assert_eq!(reversal.effective_on(), Some(TODAY));
    assert_eq!(terms_set(terms()).effective_on(), Some(TODAY));
    assert_eq!(suspended().effective_on(), None);
    assert_eq!(reversal.claims(), []);
}

fn reject(no: u32, reason: &str) -> Issued<AffiliateCommand> {
    issued_on(TODAY, AffiliateCommand::RejectCommission { no, reason: reason.into() })
}

fn rejected(no: u32, minor: i64, stage: Stage) -> AffiliateEvent {
    AffiliateEvent::CommissionRejected {
        no,
        payment_id: payment(1),
        affiliate: own(),
        amount: eur(minor),
        stage,
        reason: "own card".into(),
        on: TODAY,
    }
}

#[test]
fn a_refused_commission_is_worth_nothing_and_its_refund_takes_nothing_back() {
    let mut history = active();
    history.push(accrued(1, sale(1, 4_900, TODAY), 1_470));
    let later = issued_on(day("2026-06-01"), AffiliateCommand::ApproveDue);
    for again in [reject(1, "own card"), reverse(TODAY, 1, 4_900), later] {
        given::<Affiliate>(history.clone())
            .when(reject(1, "own card"))
            .then([rejected(1, 1_470, Stage::Pending)])
            .when(again)
            .then_nothing();
    }
    given::<Affiliate>(history.clone())
        .when(reject(7, "own card"))
        .then_refused(AffiliateRefusal::NoSuchCommission { no: 7 });
    history.push(rejected(1, 1_470, Stage::Pending));
    let affiliate = Affiliate::fold(&history);
    let statement = affiliate.partner().unwrap().book.statement(Currency::EUR).unwrap();
    let lines: Vec<_> =
        statement.lines.iter().map(|line| (line.kind.word(), line.amount.minor())).collect();
    assert_eq!(lines, [("earned", 1_470), ("rejected", -1_470)]);
    assert_eq!((statement.pending, statement.payable), (eur(0), eur(0)));
}

#[test]
fn what_is_in_a_payout_is_refused_no_longer() {
    let mut history = active();
    history.push(accrued(1, sale(1, 4_900, TODAY), 1_470));
    history.push(approved(1, 1, 1_470, TODAY));
    given::<Affiliate>(history.clone()).when(reject(1, "own card")).then([rejected(
        1,
        1_470,
        Stage::Approved,
    )]);
    history.push(requested(1, 1_470, (&[1], &[]), TODAY));
    given::<Affiliate>(history)
        .when(reject(1, "own card"))
        .then_refused(AffiliateRefusal::InPayout { no: 1, payout: 1 });
}

#[test]
fn a_clawback_of_a_failed_payout_is_settled_when_its_commission_is_refused() {
    let mut history = active();
    history.push(accrued(1, sale(1, 4_900, TODAY), 1_470));
    history.push(approved(1, 1, 1_470, TODAY));
    history.push(requested(1, 1_470, (&[1], &[]), TODAY));
    history.push(reversed(1, 1_000, 300, Stage::PaidOut, TODAY));
    history.push(failed(1, 1_470, TODAY));
    given::<Affiliate>(history.clone()).when(reject(1, "own card")).then([rejected(
        1,
        1_170,
        Stage::Approved,
    )]);
    history.push(rejected(1, 1_170, Stage::Approved));
    let affiliate = Affiliate::fold(&history);
    let statement = affiliate.partner().unwrap().book.statement(Currency::EUR).unwrap();
    assert_eq!(statement.payable, eur(0));
}

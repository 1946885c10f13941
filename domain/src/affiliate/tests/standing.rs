//! Who may be an affiliate, and whom it may bring.

use cqrs_es::test::TestFramework;

use super::*;
use crate::kernel::testing::{given, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Claim, EventBody, RefusalKind};

fn enrol() -> Issued<AffiliateCommand> {
    issued(AffiliateCommand::Enrol { client_id: own(), code: "friend".into() })
}

fn refer(bits: u128, clicked_on: NaiveDate) -> AffiliateCommand {
    AffiliateCommand::Refer { client_id: brought(bits), clicked_on }
}

#[test]
fn a_client_enrols_once_under_a_code_of_its_own() {
    given::<Affiliate>([]).when(enrol()).then([enrolled()]).when(enrol()).then_nothing();
    let other = AffiliateCommand::Enrol { client_id: own(), code: "other".into() };
    given::<Affiliate>([enrolled()])
        .when(issued(other))
        .then_refused(AffiliateRefusal::AlreadyEnrolled { code: "friend".into() });
    let take = |scope, key: String| Claim::Take { scope, key };
    let client = take(AffiliateEvent::CLIENT_SCOPE, own().to_string());
    assert_eq!(enrolled().claims(), [client, take(AffiliateEvent::CODE_SCOPE, "friend".into())]);
    let shouted = AffiliateCommand::Enrol { client_id: own(), code: "FRIEND".into() };
    assert!(Affiliate::Absent.decide(&issued(shouted)).is_err());
    given::<Affiliate>([])
        .when(issued(AffiliateCommand::Approve))
        .then_refused(AffiliateRefusal::Absent);
}

#[test]
fn an_affiliate_is_approved_suspended_and_resumed() {
    let suspend = || issued(AffiliateCommand::Suspend { reason: "cookie stuffing".into() });
    given::<Affiliate>([enrolled()])
        .when(issued(AffiliateCommand::Approve))
        .then([AffiliateEvent::Approved {}])
        .when(issued(AffiliateCommand::Approve))
        .then_nothing();
    given::<Affiliate>(active()).when(suspend()).then([suspended()]).when(suspend()).then_nothing();
    given::<Affiliate>(active().into_iter().chain([suspended()]))
        .when(issued(AffiliateCommand::Resume))
        .then([AffiliateEvent::Resumed {}])
        .when(issued(AffiliateCommand::Resume))
        .then_nothing();
    for command in [AffiliateCommand::Resume, refer(2, TODAY)] {
        given::<Affiliate>([enrolled()])
            .when(issued(command))
            .then_refused(AffiliateRefusal::NotApproved);
    }
    given::<Affiliate>([enrolled()]).when(suspend()).then_refused(AffiliateRefusal::NotApproved);
    given::<Affiliate>(active().into_iter().chain([suspended()]))
        .when(issued(AffiliateCommand::Approve))
        .then_refused(AffiliateRefusal::Suspended);
}

#[test]
fn a_client_is_brought_by_one_affiliate_within_the_window_of_the_click() {
    let last = day("2026-05-14");
    let came = |on| AffiliateEvent::ClientReferred { client_id: brought(2), clicked_on: TODAY, on };
    given::<Affiliate>(active())
        .when(issued_on(last, refer(2, TODAY)))
        .then([came(last)])
        .when(issued_on(last, refer(2, TODAY)))
        .then_nothing();
    let late = day("2026-05-15");
    given::<Affiliate>(active()).when(issued_on(late, refer(2, TODAY))).then_refused(
        AffiliateRefusal::OutsideWindow { clicked_on: TODAY, came_on: late, window_days: 60 },
    );
    let tomorrow = TODAY.succ_opt().unwrap();
    given::<Affiliate>(active()).when(issued(refer(2, tomorrow))).then_refused(
        AffiliateRefusal::OutsideWindow { clicked_on: tomorrow, came_on: TODAY, window_days: 60 },
    );
    let (scope, key) = (AffiliateEvent::REFERRAL_SCOPE, brought(2).to_string());
    assert_eq!(came(last).claims(), [Claim::Take { scope, key }]);
}

#[test]
fn nobody_refers_itself_and_nobody_refers_while_suspended_or_without_terms() {
    let itself = AffiliateCommand::Refer { client_id: own(), clicked_on: TODAY };
    given::<Affiliate>(active()).when(issued(itself)).then_refused(AffiliateRefusal::SelfReferral);
    given::<Affiliate>(active().into_iter().chain([suspended()]))
        .when(issued(refer(2, TODAY)))
        .then_refused(AffiliateRefusal::Suspended);
    given::<Affiliate>([enrolled(), AffiliateEvent::Approved {}])
        .when(issued(refer(2, TODAY)))
        .then_refused(AffiliateRefusal::NoTerms { on: TODAY });
}

#[test]
fn a_rejected_referral_earns_no_longer_and_frees_the_client_for_another() {
    let reason = || "own second account".to_owned();
    let reject =
        || issued(AffiliateCommand::RejectReferral { client_id: brought(1), reason: reason() });
    let rejected =
        AffiliateEvent::ReferralRejected { client_id: brought(1), reason: reason(), on: TODAY };
    let refused = AffiliateRefusal::ReferralRejected { client_id: brought(1), rejected_on: TODAY };
    given::<Affiliate>(active())
        .when(reject())
        .then([rejected.clone()])
        .when(reject())
        .then_nothing();
    let history: Vec<_> = active().into_iter().chain([rejected.clone()]).collect();
    given::<Affiliate>(history.clone())
        .when(accrue(TODAY, sale(1, 4_900, TODAY)))
        .then_refused(refused.clone());
    given::<Affiliate>(history).when(issued(refer(1, TODAY))).then_refused(refused);
    let (scope, key) = (AffiliateEvent::REFERRAL_SCOPE, brought(1).to_string());
    assert_eq!(rejected.claims(), [Claim::Release { scope, key }]);
    let stranger = AffiliateCommand::RejectReferral { client_id: brought(9), reason: reason() };
    given::<Affiliate>(active())
        .when(issued(stranger))
        .then_refused(AffiliateRefusal::NotReferred { client_id: brought(9) });
}

#[test]
fn clicks_are_summed_by_day_and_a_count_reported_twice_counts_once() {
    let yesterday = TODAY.pred_opt().unwrap();
    let count = |on, clicks| issued(AffiliateCommand::CountClicks { on, clicks });
    let counted = |on, clicks| AffiliateEvent::ClicksCounted { on, clicks };
    given::<Affiliate>(active())
        .when(count(TODAY, 7))
        .then([counted(TODAY, 7)])
        .when(count(yesterday, 40))
        .then([counted(yesterday, 40)])
        .when(count(TODAY, 9))
        .then([counted(TODAY, 9)])
        .when(count(TODAY, 9))
        .then_nothing();
    let affiliate = Affiliate::fold(&[enrolled(), counted(yesterday, 40), counted(TODAY, 9)]);
    assert_eq!(affiliate.partner().unwrap().clicks.values().sum::<u64>(), 49);
    given::<Affiliate>(active()).when(count(TODAY, 0)).then_nothing();
    let date = TODAY.succ_opt().unwrap();
    given::<Affiliate>(active())
        .when(count(date, 1))
        .then_refused(AffiliateRefusal::InFuture { date, today: TODAY });
    assert_eq!(counted(TODAY, 9).effective_on(), Some(TODAY));
    assert_eq!(counted(TODAY, 9).claims(), []);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Affiliate>::with(())
        .given(vec![enrolled()])
        .when(issued(AffiliateCommand::Approve))
        .then_expect_events(vec![AffiliateEvent::Approved {}]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    let (client_id, payment_id) = (brought(1), payment(1));
    refusals_are_well_spoken(
        "affiliate",
        &[
            AffiliateRefusal::Absent,
            AffiliateRefusal::AlreadyEnrolled { code: "friend".into() },
            AffiliateRefusal::NotApproved,
            AffiliateRefusal::Suspended,
            AffiliateRefusal::TermsInPast { valid_from: TODAY, today: TODAY },
            AffiliateRefusal::NoTerms { on: TODAY },
            AffiliateRefusal::SelfReferral,
            AffiliateRefusal::OutsideWindow { clicked_on: TODAY, came_on: TODAY, window_days: 1 },
            AffiliateRefusal::NotReferred { client_id },
            AffiliateRefusal::ReferralRejected { client_id, rejected_on: TODAY },
            AffiliateRefusal::EarnsNoMore { client_id },
            AffiliateRefusal::NegativeSale,
            AffiliateRefusal::NegativeRefund,
            AffiliateRefusal::InFuture { date: TODAY, today: TODAY },
            AffiliateRefusal::AlreadyEarned { no: 1 },
            AffiliateRefusal::NothingEarned { payment_id },
            AffiliateRefusal::MoreThanSold { refunded: eur(2), sale: eur(1) },
            AffiliateRefusal::BelowMinimum { payable: eur(1), minimum: eur(2) },
            AffiliateRefusal::NoSuchPayout { no: 1 },
            AffiliateRefusal::PayoutSent { no: 1 },
            AffiliateRefusal::PayoutFailed { no: 1 },
        ],
    );
    assert_eq!(crate::kernel::Refusal::kind(&AffiliateRefusal::Absent), RefusalKind::Missing);
}

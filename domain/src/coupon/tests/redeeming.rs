//! The specification of a coupon as clients take it: created, reserved, redeemed.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, replay_law};
use crate::kernel::{Aggregate, Claim, ClientId, EventBody, InvoiceId, Issued, OrderId};

fn client(bits: u128) -> ClientId {
    ClientId::new(Uuid::from_u128(bits))
}

fn order(bits: u128) -> RedeemedFor {
    RedeemedFor::Order(OrderId::new(Uuid::from_u128(bits)))
}

/// Ten percent, three times at most, once for each client.
fn terms() -> CouponTerms {
    let limits = Limits { total: Some(3), per_client: Some(1) };
    CouponTerms { limits, ..percent("Spring26", "10") }
}

fn create(terms: CouponTerms) -> Issued<CouponCommand> {
    issued(CouponCommand::Create { terms: Box::new(terms) })
}

fn created() -> CouponEvent {
    CouponEvent::Created { terms: Box::new(terms()) }
}

fn revise(terms: CouponTerms) -> Issued<CouponCommand> {
    issued(CouponCommand::Revise { terms: Box::new(terms) })
}

fn revised(version: u32, terms: CouponTerms) -> CouponEvent {
    CouponEvent::Revised { version, terms: Box::new(terms) }
}

fn reserve(target: RedeemedFor, bits: u128) -> Issued<CouponCommand> {
    issued(CouponCommand::Reserve { target, client_id: client(bits), asked: asked() })
}

fn reserved(target: RedeemedFor, bits: u128, terms: u32) -> CouponEvent {
    CouponEvent::Reserved { target, client_id: client(bits), terms, on: today() }
}

fn confirm(target: RedeemedFor) -> Issued<CouponCommand> {
    issued(CouponCommand::Confirm { target })
}

fn redeemed(target: RedeemedFor, bits: u128, terms: CouponTerms) -> CouponEvent {
    let (client_id, terms) = (client(bits), Box::new(terms));
    CouponEvent::Redeemed { target, client_id, terms, on: TODAY }
}

fn release(target: RedeemedFor) -> Issued<CouponCommand> {
    issued(CouponCommand::Release { target, reason: "order cancelled".into() })
}

fn released(target: RedeemedFor, bits: u128) -> CouponEvent {
    CouponEvent::Released { target, client_id: client(bits), reason: "order cancelled".into() }
}

fn disabled() -> CouponEvent {
    CouponEvent::Disabled { reason: "leaked".into() }
}

#[test]
fn a_coupon_is_created_once_and_its_code_is_its_own_however_it_is_typed() {
    given::<Coupon>([])
        .when(create(terms()))
        .then([created()])
        .when(create(terms()))
        .then_nothing();
    given::<Coupon>([created()])
        .when(create(percent("Other", "10")))
        .then_refused(CouponRefusal::AlreadyCreated { code: "Spring26".into() });
    let (scope, key) = (CouponEvent::CODE_SCOPE, "SPRING26".to_owned());
    assert_eq!(created().claims(), [Claim::Take { scope, key }]);
    assert_eq!(CouponEvent::Archived {}.claims(), [], "the code stays taken");
    let refused = Coupon::Absent.decide(&create(percent("c", "101"))).unwrap_err();
    assert_eq!(refused.field(), Some("/terms/discount"));
    let status = CouponStatus::Archived;
    given::<Coupon>([])
        .when(create(CouponTerms { status, ..terms() }))
        .then_refused(CouponRefusal::Inactive { status });
    given::<Coupon>([]).when(confirm(order(1))).then_refused(CouponRefusal::Absent);
}

#[test]
fn a_disabled_coupon_is_reserved_by_nobody_until_it_is_enabled() {
    let disable = || issued(CouponCommand::Disable { reason: "leaked".into() });
    given::<Coupon>([created()]).when(disable()).then([disabled()]).when(disable()).then_nothing();
    given::<Coupon>([created(), disabled()])
        .when(reserve(order(1), 1))
        .then_refused(CouponRefusal::Inactive { status: CouponStatus::Disabled });
    given::<Coupon>([created(), disabled()])
        .when(issued(CouponCommand::Enable))
        .then([CouponEvent::Enabled {}])
        .when(issued(CouponCommand::Enable))
        .then_nothing();
}

#[test]
fn an_archived_coupon_stays_archived() {
    given::<Coupon>([created()])
        .when(issued(CouponCommand::Archive))
        .then([CouponEvent::Archived {}])
        .when(issued(CouponCommand::Archive))
        .then_nothing();
    let refused = CouponRefusal::Inactive { status: CouponStatus::Archived };
    let disable = CouponCommand::Disable { reason: "leaked".into() };
    let asks =
        [reserve(order(1), 1), issued(CouponCommand::Enable), issued(disable), revise(terms())];
    for ask in asks {
        given::<Coupon>([created(), CouponEvent::Archived {}])
            .when(ask)
            .then_refused(refused.clone());
    }
}

#[test]
fn an_order_has_one_redemption_of_a_coupon() {
    given::<Coupon>([created()])
        .when(reserve(order(1), 1))
        .then([reserved(order(1), 1, 1)])
        .when(reserve(order(1), 1))
        .then_nothing();
    given::<Coupon>([created(), reserved(order(1), 1, 1)])
        .when(reserve(order(1), 2))
        .then_refused(CouponRefusal::TakenByAnother);
    given::<Coupon>([created(), reserved(order(1), 1, 1)])
        .when(confirm(order(1)))
        .then([redeemed(order(1), 1, terms())])
        .when(confirm(order(1)))
        .then_nothing();
    let invoice = RedeemedFor::Invoice(InvoiceId::new(Uuid::from_u128(1)));
    given::<Coupon>([created(), reserved(order(1), 1, 1)])
        .when(confirm(invoice))
        .then_refused(CouponRefusal::NotReserved);
}

#[test]
fn what_is_reserved_counts_against_both_limits() {
    let full = [created(), reserved(order(1), 1, 1), reserved(order(2), 2, 1)];
    given::<Coupon>(full.clone())
        .when(reserve(order(3), 1))
        .then_refused(CouponRefusal::AlreadyUsed);
    given::<Coupon>(full.into_iter().chain([reserved(order(3), 3, 1)]))
        .when(reserve(order(4), 4))
        .then_refused(CouponRefusal::RedemptionLimit { limit: 3 });
}

#[test]
fn what_is_released_may_be_had_by_somebody_else() {
    let history =
        [created(), reserved(order(1), 1, 1), reserved(order(2), 2, 1), reserved(order(3), 3, 1)];
    given::<Coupon>(history)
        .when(release(order(1)))
        .then([released(order(1), 1)])
        .when(reserve(order(4), 4))
        .then([reserved(order(4), 4, 1)]);
    given::<Coupon>([created()]).when(release(order(1))).then_refused(CouponRefusal::NotReserved);
    given::<Coupon>([created(), reserved(order(1), 1, 1), redeemed(order(1), 1, terms())])
        .when(release(order(1)))
        .then_refused(CouponRefusal::AlreadyRedeemed);
}

#[test]
fn a_reservation_keeps_the_terms_it_was_made_under_whatever_comes() {
    let poorer = CouponTerms { limits: terms().limits, ..percent("Spring26", "5") };
    let history = [created(), reserved(order(1), 1, 1), revised(2, poorer.clone()), disabled()];
    given::<Coupon>(history.clone()).when(confirm(order(1))).then([redeemed(order(1), 1, terms())]);
    given::<Coupon>(history.into_iter().chain([CouponEvent::Enabled {}]))
        .when(reserve(order(2), 2))
        .then([reserved(order(2), 2, 2)])
        .when(confirm(order(2)))
        .then([redeemed(order(2), 2, poorer)]);
}

#[test]
fn terms_are_revised_but_neither_the_code_nor_below_what_is_taken() {
    let wider = CouponTerms { limits: Limits::default(), ..terms() };
    given::<Coupon>([created()])
        .when(revise(wider.clone()))
        .then([revised(2, wider.clone())])
        .when(revise(wider))
        .then_nothing();
    given::<Coupon>([created()])
        .when(revise(CouponTerms { code: "Other".into(), ..terms() }))
        .then_refused(CouponRefusal::CodeFixed { code: "Spring26".into() });
    let twice = CouponTerms { limits: Limits::default(), ..terms() };
    let history = [
        created(),
        revised(2, twice),
        reserved(order(1), 1, 2),
        reserved(order(2), 1, 2),
        reserved(order(3), 2, 2),
    ];
    for (total, per_client, limit, taken) in [(Some(2), None, 2, 3), (None, Some(1), 1, 2)] {
        let limits = Limits { total, per_client };
        given::<Coupon>(history.clone())
            .when(revise(CouponTerms { limits, ..terms() }))
            .then_refused(CouponRefusal::LimitBelowUse { limit, taken });
    }
    let limits = Limits { total: Some(3), per_client: Some(2) };
    given::<Coupon>(history)
        .when(revise(CouponTerms { limits, ..terms() }))
        .then([revised(3, CouponTerms { limits, ..terms() })]);
}

#[test]
fn a_disabled_coupon_stays_disabled_when_it_is_revised() {
    let poorer = percent("Spring26", "5");
    given::<Coupon>([created(), disabled()])
        .when(revise(poorer.clone()))
        .then([revised(2, poorer)])
        .when(reserve(order(1), 1))
        .then_refused(CouponRefusal::Inactive { status: CouponStatus::Disabled });
}

#[test]
fn what_is_taken_names_its_day() {
    assert_eq!(reserved(order(1), 1, 1).effective_on(), Some(today()));
    assert_eq!(created().effective_on(), None);
    let coupon = Coupon::fold(&[created(), reserved(order(1), 1, 1)]);
    assert!(coupon.weight() > Coupon::fold(&[created()]).weight());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Coupon>::with(())
        .given(vec![created()])
        .when(reserve(order(1), 1))
        .then_expect_events(vec![reserved(order(1), 1, 1)]);
}

proptest! {
    #[test]
    fn reserved_and_redeemed_never_exceed_the_limits(
        total in 1_u64..6,
        per_client in 1_u64..4,
        steps in prop::collection::vec((0_u8..4, 0_u128..8, 0_u128..4), 0..60),
    ) {
        let limits = Limits { total: Some(total), per_client: Some(per_client) };
        let terms = Box::new(CouponTerms { limits, ..terms() });
        let mut history = vec![CouponEvent::Created { terms }];
        for (kind, target, bits) in steps {
            let ask = match kind {
                0 | 1 => reserve(order(target), bits),
                2 => confirm(order(target)),
                _ => release(order(target)),
            };
            history.extend(Coupon::fold(&history).decide(&ask).unwrap_or_default());
        }
        replay_law::<Coupon>(&history);
        let coupon = Coupon::fold(&history);
        let offered = coupon.offered().unwrap();
        for bits in 0..4 {
            let found = offered.redemptions(client(bits));
            prop_assert!(found.total <= total && found.by_client <= per_client);
        }
        let count = |wanted: &str| {
            history.iter().filter(|event| EventBody::event_type(*event) == wanted).count()
        };
        let taken = count("coupon.reserved") - count("coupon.released");
        prop_assert_eq!(offered.taken.len(), taken);
        let redeemed = offered.taken.values().filter(|taken| taken.redeemed).count();
        prop_assert_eq!(redeemed, count("coupon.redeemed"));
    }
}

#[test]
fn what_is_redeemed_is_returned_once_and_may_be_had_again() {
    let give_back = |target| {
        let reason = "order cancelled".into();
        issued(CouponCommand::Return { target, reason })
    };
    let taken = [created(), reserved(order(1), 1, 1)];
    given::<Coupon>(taken.clone())
        .when(give_back(order(1)))
        .then_refused(CouponRefusal::NotRedeemed);
    let redeemed = redeemed(order(1), 1, terms());
    given::<Coupon>(taken.into_iter().chain([redeemed]))
        .when(give_back(order(1)))
        .then([released(order(1), 1)])
        .when(give_back(order(1)))
        .then_refused(CouponRefusal::NotRedeemed);
}

//! The specification of an approval.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{
    Actor, Aggregate, ApiKeyId, Claim, Currency, DeedKind, EventBody, Issued, Money, Refusal,
    StaffId,
};
use crate::role::{Permission, Reach, Rights};

const ADA: u128 = 1;
const BEN: u128 = 2;
const KEY: u128 = 9;

fn staff(who: u128) -> Actor {
    Actor::Staff(StaffId::new(Uuid::from_u128(who)))
}

fn key() -> ApiKeyId {
    ApiKeyId::new(Uuid::from_u128(KEY))
}

fn money(minor: i64, code: &str) -> Money {
    Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
}

fn end() -> DateTime<Utc> {
    issued(()).at.checked_add_signed(TimeDelta::days(7)).unwrap()
}

fn asked_by(actor: Actor) -> RequestedApproval {
    RequestedApproval {
        deeds: vec![StatedDeed {
            kind: DeedKind::Refund,
            stream: "payment".into(),
            id: Uuid::from_u128(7),
            amount: money(60_000, "EUR"),
            in_all: money(60_000, "EUR"),
        }],
        use_case: "refund_payment".into(),
        command: "{}".into(),
        command_hash: "a".repeat(64),
        command_id: Uuid::from_u128(5),
        correlation_id: Uuid::from_u128(5),
        asked_by: actor,
        reason: Some("charged twice".into()),
        expires_at: end(),
    }
}

fn requested() -> ApprovalEvent {
    ApprovalEvent::Requested(Box::new(asked_by(staff(ADA))))
}

fn hash() -> String {
    "a".repeat(64)
}

fn held(permissions: &[Permission]) -> Approver {
    let permissions = permissions.iter().copied().collect();
    Approver { held: Rights { permissions, reach: Reach::Seller }, keys: Vec::new() }
}

fn verdict() -> Verdict {
    let approver = held(&[Permission::ApprovalsDecide, Permission::PaymentsRefund]);
    Verdict { approver, reason: "looked at the bank".into() }
}

fn by(actor: Actor, command: ApprovalCommand) -> Issued<ApprovalCommand> {
    Issued { actor, ..issued(command) }
}

fn granted() -> ApprovalEvent {
    ApprovalEvent::Granted { by: staff(BEN), reason: "looked at the bank".into() }
}

#[test]
fn somebody_else_grants_once_and_it_is_carried_out_once() {
    given::<Approval>([])
        .when(by(staff(ADA), ApprovalCommand::Request(Box::new(asked_by(staff(ADA))))))
        .then([requested()]);
    given::<Approval>([requested()])
        .when(by(staff(BEN), ApprovalCommand::Grant(verdict())))
        .then([granted()])
        .when(by(staff(BEN), ApprovalCommand::CarryOut))
        .then([ApprovalEvent::CarriedOut { command_hash: hash() }])
        .when(by(staff(BEN), ApprovalCommand::Grant(verdict())))
        .then_refused(ApprovalRefusal::Over);
    given::<Approval>([requested()])
        .when(by(staff(BEN), ApprovalCommand::CarryOut))
        .then_refused(ApprovalRefusal::NotGranted);
    let (code, detail) = ("invoice.settled".to_owned(), "it is paid".to_owned());
    given::<Approval>([requested(), granted()])
        .when(by(staff(BEN), ApprovalCommand::Fail { code: code.clone(), detail: detail.clone() }))
        .then([ApprovalEvent::Failed { code, detail, command_hash: hash() }])
        .when(by(staff(BEN), ApprovalCommand::CarryOut))
        .then_refused(ApprovalRefusal::Over);
}

#[test]
fn nobody_decides_what_they_asked_for_themselves_or_by_a_key_of_theirs() {
    for ask in [ApprovalCommand::Grant(verdict()), ApprovalCommand::Decline(verdict())] {
        given::<Approval>([requested()])
            .when(by(staff(ADA), ask))
            .then_refused(ApprovalRefusal::OwnRequest);
    }
    let by_key = ApprovalEvent::Requested(Box::new(asked_by(Actor::ApiKey(key()))));
    let mut own = verdict();
    own.approver.keys = vec![key()];
    given::<Approval>([by_key.clone()])
        .when(by(staff(BEN), ApprovalCommand::Grant(own)))
        .then_refused(ApprovalRefusal::OwnRequest);
    given::<Approval>([by_key])
        .when(by(staff(BEN), ApprovalCommand::Grant(verdict())))
        .then([granted()]);
}

#[test]
fn a_key_decides_nothing_whatever_it_may_do() {
    for actor in [Actor::ApiKey(key()), Actor::system("dunning").unwrap()] {
        given::<Approval>([requested()])
            .when(by(actor, ApprovalCommand::Grant(verdict())))
            .then_refused(ApprovalRefusal::NotAPerson);
    }
}

#[test]
fn who_decides_may_decide_and_do_the_deed() {
    use Permission as P;
    for (permissions, lacking) in [
        (vec![P::PaymentsRefund], P::ApprovalsDecide),
        (vec![P::ApprovalsDecide, P::InvoicesWriteOff], P::PaymentsRefund),
    ] {
        let verdict = Verdict { approver: held(&permissions), ..verdict() };
        given::<Approval>([requested()])
            .when(by(staff(BEN), ApprovalCommand::Grant(verdict)))
            .then_refused(ApprovalRefusal::Lacking { permission: lacking });
    }
    let mut narrow = verdict();
    narrow.approver.held.reach = Reach::OwnClients;
    given::<Approval>([requested()])
        .when(by(staff(BEN), ApprovalCommand::Grant(narrow)))
        .then_refused(ApprovalRefusal::Lacking { permission: P::ApprovalsDecide });
}

#[test]
fn an_approval_holds_until_it_expires() {
    let late = |command| Issued { at: end(), ..by(staff(BEN), command) };
    given::<Approval>([requested()])
        .when(late(ApprovalCommand::Grant(verdict())))
        .then_refused(ApprovalRefusal::Expired { at: end() });
    given::<Approval>([requested()])
        .when(late(ApprovalCommand::LetLapse))
        .then([ApprovalEvent::Expired { command_hash: hash() }])
        .when(late(ApprovalCommand::Grant(verdict())))
        .then_refused(ApprovalRefusal::Over);
    given::<Approval>([requested()])
        .when(by(staff(BEN), ApprovalCommand::LetLapse))
        .then_refused(ApprovalRefusal::NotYet { at: end() });
}

#[test]
fn who_asked_takes_it_back_and_others_decline() {
    let withdraw = || ApprovalCommand::Withdraw { reason: "wrong payment".into() };
    given::<Approval>([requested()])
        .when(by(staff(BEN), withdraw()))
        .then_refused(ApprovalRefusal::NotYours);
    given::<Approval>([requested()])
        .when(by(staff(ADA), withdraw()))
        .then([ApprovalEvent::Withdrawn { reason: "wrong payment".into(), command_hash: hash() }]);
    let reason = "looked at the bank".to_owned();
    given::<Approval>([requested()])
        .when(by(staff(BEN), ApprovalCommand::Decline(verdict())))
        .then([ApprovalEvent::Declined { by: staff(BEN), reason, command_hash: hash() }])
        .when(by(staff(ADA), withdraw()))
        .then_refused(ApprovalRefusal::Over);
}

#[test]
fn one_command_waits_once() {
    let scope = ApprovalEvent::COMMAND_SCOPE;
    assert_eq!(requested().claims(), [Claim::Take { scope, key: hash() }]);
    assert_eq!(granted().claims(), []);
    let over = ApprovalEvent::Expired { command_hash: hash() };
    assert_eq!(over.claims(), [Claim::Release { scope, key: hash() }]);
}

#[test]
fn limits_name_a_kind_and_currency_once_and_are_not_below_zero() {
    let limit = |kind, minor, code| ApprovalLimit { kind, up_to: money(minor, code) };
    let fine = vec![limit(DeedKind::Refund, 0, "EUR"), limit(DeedKind::Refund, 5, "USD")];
    assert!(ApprovalLimits::try_new(fine).is_ok());
    let wrong = vec![
        limit(DeedKind::Refund, -1, "EUR"),
        limit(DeedKind::Payout, 1, "EUR"),
        limit(DeedKind::Payout, 2, "EUR"),
    ];
    let refused = ApprovalLimits::try_new(wrong).unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/limits/0/up_to", "/limits/2"]);
    let many = vec![limit(DeedKind::Refund, 0, "EUR"); MOST_LIMITS + 1];
    assert!(ApprovalLimits::try_new(many).is_err());
}

#[test]
fn a_sum_at_the_limit_needs_one_person_and_a_cent_more_needs_two() {
    let up_to = money(50_000, "EUR");
    let limit = ApprovalLimit { kind: DeedKind::Refund, up_to };
    let limits = ApprovalLimits::try_new(vec![limit]).unwrap();
    assert!(!limits.hold_back(DeedKind::Refund, money(50_000, "EUR")));
    assert!(limits.hold_back(DeedKind::Refund, money(50_001, "EUR")));
    assert!(limits.hold_back(DeedKind::Refund, money(1, "USD")), "no limit in dollars");
    assert!(!limits.hold_back(DeedKind::WriteOff, money(90_000, "EUR")), "no limit of the kind");
}

#[test]
fn every_refusal_of_an_approval_is_well_spoken() {
    let permission = Permission::PaymentsRefund;
    refusals_are_well_spoken(
        "approval",
        &[
            ApprovalRefusal::Absent,
            ApprovalRefusal::AlreadyRequested,
            ApprovalRefusal::Over,
            ApprovalRefusal::Expired { at: end() },
            ApprovalRefusal::NotYet { at: end() },
            ApprovalRefusal::OwnRequest,
            ApprovalRefusal::NotAPerson,
            ApprovalRefusal::Lacking { permission },
            ApprovalRefusal::NotYours,
            ApprovalRefusal::NotGranted,
        ],
    );
}

#[test]
fn its_command_counts_in_the_cache() {
    let state = Approval::fold(&[requested()]);
    assert!(state.weight() > Approval::Absent.weight());
    assert!(state.is_waiting() && !Approval::fold(&[requested(), granted()]).is_waiting());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Approval>::with(())
        .given(vec![requested()])
        .when(by(staff(BEN), ApprovalCommand::Grant(verdict())))
        .then_expect_events(vec![granted()]);
}

//! The specification of a department.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Claim, EventBody, Refusal, StaffId};

fn terms(name: &str) -> DepartmentTerms {
    let email = Some("billing@example.org".to_owned());
    DepartmentTerms { name: name.into(), description: "Money".into(), email, active: true }
}

fn created() -> DepartmentEvent {
    DepartmentEvent::Created(terms("Billing"))
}

fn ada() -> StaffId {
    StaffId::new(Uuid::from_u128(1))
}

#[test]
fn a_department_is_made_once_and_said_anew() {
    given::<Department>([])
        .when(issued(DepartmentCommand::Create(terms("Billing"))))
        .then([created()])
        .when(issued(DepartmentCommand::Create(terms("Billing"))))
        .then_refused(DepartmentRefusal::AlreadyCreated);
    let closed = DepartmentTerms { active: false, ..terms("Accounts") };
    given::<Department>([created()])
        .when(issued(DepartmentCommand::Change(closed.clone())))
        .then([DepartmentEvent::Changed { name_before: "Billing".into(), terms: closed.clone() }])
        .when(issued(DepartmentCommand::Change(closed)))
        .then_nothing();
    let ask = issued(DepartmentCommand::Create(terms(" ")));
    let refused = Department::Absent.decide(&ask).unwrap_err();
    assert_eq!(refused.field(), Some("/name"));
    for wrong in ["billing", "billing@example", "two words@example.org", ""] {
        let email = Some(wrong.to_owned());
        let ask = issued(DepartmentCommand::Create(DepartmentTerms { email, ..terms("Billing") }));
        let refused = Department::Absent.decide(&ask).unwrap_err();
        assert_eq!(refused.field(), Some("/email"), "{wrong}");
    }
    let bare = DepartmentTerms { email: None, description: String::new(), ..terms("Billing") };
    given::<Department>([])
        .when(issued(DepartmentCommand::Create(bare.clone())))
        .then([DepartmentEvent::Created(bare)]);
}

#[test]
fn staff_are_assigned_and_unassigned_and_it_ends_empty() {
    let (put, take) = (
        DepartmentCommand::Assign { staff_id: ada() },
        DepartmentCommand::Unassign { staff_id: ada() },
    );
    given::<Department>([created()])
        .when(issued(put.clone()))
        .then([DepartmentEvent::StaffAssigned { staff_id: ada() }])
        .when(issued(DepartmentCommand::Delete))
        .then_refused(DepartmentRefusal::NotEmpty { members: 1 });
    let inside = [created(), DepartmentEvent::StaffAssigned { staff_id: ada() }];
    given::<Department>(inside.clone()).when(issued(put)).then_nothing();
    given::<Department>(inside)
        .when(issued(take.clone()))
        .then([DepartmentEvent::StaffUnassigned { staff_id: ada() }])
        .when(issued(take))
        .then_refused(DepartmentRefusal::NotAMember);
    given::<Department>([created()])
        .when(issued(DepartmentCommand::Delete))
        .then([DepartmentEvent::Deleted { name: "Billing".into() }])
        .when(issued(DepartmentCommand::Delete))
        .then_refused(DepartmentRefusal::Absent);
}

#[test]
fn a_name_and_a_member_belong_to_one_department() {
    let take = |scope, key: &str| Claim::Take { scope, key: key.to_owned() };
    let release = |scope, key: &str| Claim::Release { scope, key: key.to_owned() };
    let (name, member) = (DepartmentEvent::NAME_SCOPE, DepartmentEvent::MEMBER_SCOPE);
    let key = DepartmentEvent::member_key(ada());
    assert_eq!(created().claims(), [take(name, "billing")]);
    let changed =
        |to: &str| DepartmentEvent::Changed { name_before: "Billing".into(), terms: terms(to) };
    assert_eq!(changed("Accounts").claims(), [release(name, "billing"), take(name, "accounts")]);
    assert_eq!(changed("BILLING").claims(), []);
    assert_eq!(DepartmentEvent::StaffAssigned { staff_id: ada() }.claims(), [take(member, &key)]);
    assert_eq!(
        DepartmentEvent::StaffUnassigned { staff_id: ada() }.claims(),
        [release(member, &key)]
    );
    let deleted = DepartmentEvent::Deleted { name: "Billing".into() };
    assert_eq!(deleted.claims(), [release(name, "billing")]);
}

#[test]
fn its_members_count_in_the_cache() {
    let state = Department::fold(&[created(), DepartmentEvent::StaffAssigned { staff_id: ada() }]);
    assert!(state.weight() > Department::fold(&[created()]).weight());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Department>::with(())
        .given(vec![created()])
        .when(issued(DepartmentCommand::Delete))
        .then_expect_events(vec![DepartmentEvent::Deleted { name: "Billing".into() }]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "department",
        &[
            DepartmentRefusal::Absent,
            DepartmentRefusal::AlreadyCreated,
            DepartmentRefusal::NotEmpty { members: 2 },
            DepartmentRefusal::NotAMember,
        ],
    );
}

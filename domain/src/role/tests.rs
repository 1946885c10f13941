//! The specification of a role.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Claim, EventBody, StaffId, TenantId};

fn staff(bits: u128) -> StaffId {
    StaffId::new(Uuid::from_u128(bits))
}

fn of_seller(permissions: &[Permission]) -> Rights {
    Rights { permissions: permissions.iter().copied().collect(), reach: Reach::Seller }
}

fn cashier() -> NewRole {
    NewRole {
        name: "Cashier".into(),
        description: "Takes money".into(),
        permissions: [Permission::PaymentsRead, Permission::PaymentsWrite].into_iter().collect(),
        reach: Reach::Seller,
    }
}

fn created() -> RoleEvent {
    let NewRole { name, description, permissions, reach } = cashier();
    RoleEvent::Created { name, description, permissions, reach }
}

fn create(role: NewRole, held: Rights) -> RoleCommand {
    RoleCommand::Create { role, held }
}

fn assign(bits: u128) -> RoleCommand {
    RoleCommand::Assign { staff_id: staff(bits), held: Rights::full() }
}

fn assigned(bits: u128) -> RoleEvent {
    RoleEvent::Assigned { staff_id: staff(bits) }
}

fn admin() -> RoleEvent {
    RoleEvent::Established { system: SystemRole::Admin }
}

#[test]
fn a_role_is_made_once_under_a_name_that_is_its_own_whatever_the_case() {
    given::<Role>([])
        .when(issued(create(cashier(), Rights::full())))
        .then([created()])
        .when(issued(create(cashier(), Rights::NONE)))
        .then_nothing();
    let other = NewRole { name: "Clerk".into(), ..cashier() };
    given::<Role>([created()])
        .when(issued(create(other.clone(), Rights::full())))
        .then_refused(RoleRefusal::AlreadyCreated { name: "Cashier".into() });
    let scope = RoleEvent::NAME_SCOPE;
    assert_eq!(created().claims(), [Claim::Take { scope, key: "cashier".into() }]);
    let renamed = |name: &str| RoleEvent::Renamed {
        before: "Cashier".into(),
        name: name.into(),
        description: "Takes money".into(),
    };
    given::<Role>([created()])
        .when(issued(RoleCommand::Change { role: other, held: Rights::NONE }))
        .then([renamed("Clerk")]);
    assert_eq!(
        renamed("Clerk").claims(),
        [
            Claim::Release { scope, key: "cashier".into() },
            Claim::Take { scope, key: "clerk".into() }
        ]
    );
    assert_eq!(renamed("CASHIER").claims(), []);
}

#[test]
fn every_wrong_field_of_a_role_is_named() {
    let empty = NewRole {
        name: " ".into(),
        description: "x".repeat(501),
        permissions: Permissions::NONE,
        reach: Reach::Seller,
    };
    let refused = Role::Absent.decide(&issued(create(empty, Rights::full()))).unwrap_err();
    let fields: Vec<_> =
        crate::kernel::Refusal::problems(&refused).into_iter().map(|it| it.field).collect();
    assert_eq!(fields, ["/name", "/description", "/permissions"]);
    let reserved = NewRole { name: "Finance".into(), ..cashier() };
    given::<Role>([])
        .when(issued(create(reserved, Rights::full())))
        .then_refused(RoleRefusal::NameReserved { name: "Finance".into() });
}

#[test]
fn nobody_gives_what_they_lack() {
    let reads = of_seller(&[Permission::PaymentsRead]);
    let lacking = RoleRefusal::Lacking { permission: Permission::PaymentsWrite };
    given::<Role>([]).when(issued(create(cashier(), reads))).then_refused(lacking.clone());
    let give = RoleCommand::Assign { staff_id: staff(1), held: reads };
    given::<Role>([created()]).when(issued(give)).then_refused(lacking);
    let admin_by_finance = RoleCommand::Assign {
        staff_id: staff(1),
        held: Rights { permissions: SystemRole::Finance.permissions(), reach: Reach::Seller },
    };
    let asked = Role::fold(&[admin()]).decide(&issued(admin_by_finance));
    assert!(matches!(asked, Err(RoleRefusal::Lacking { .. })), "{asked:?}");
}

#[test]
fn of_a_change_only_what_is_added_must_be_held() {
    let more = NewRole {
        permissions: cashier().permissions.and([Permission::PaymentsRefund].into_iter().collect()),
        ..cashier()
    };
    let set = RoleEvent::PermissionsSet { permissions: more.permissions, reach: Reach::Seller };
    let change = |role, held| issued(RoleCommand::Change { role, held });
    let refunds = of_seller(&[Permission::PaymentsRefund]);
    given::<Role>([created()]).when(change(more.clone(), refunds)).then([set.clone()]);
    given::<Role>([created()])
        .when(change(more.clone(), Rights::NONE))
        .then_refused(RoleRefusal::Lacking { permission: Permission::PaymentsRefund });
    let less =
        RoleEvent::PermissionsSet { permissions: cashier().permissions, reach: Reach::Seller };
    given::<Role>([created(), set])
        .when(change(cashier(), Rights::NONE))
        .then([less])
        .when(change(cashier(), Rights::NONE))
        .then_nothing();
}

#[test]
fn a_wider_reach_must_be_held_with_everything_that_is_reached() {
    let own = NewRole { reach: Reach::OwnClients, ..cashier() };
    let of_own_clients = Rights { permissions: own.permissions, reach: Reach::OwnClients };
    let narrow = |role: NewRole| {
        let NewRole { name, description, permissions, reach } = role;
        RoleEvent::Created { name, description, permissions, reach }
    };
    given::<Role>([]).when(issued(create(own.clone(), of_own_clients))).then([narrow(own.clone())]);
    given::<Role>([narrow(own)])
        .when(issued(RoleCommand::Change { role: cashier(), held: of_own_clients }))
        .then_refused(RoleRefusal::Lacking { permission: Permission::PaymentsRead });
}

#[test]
fn a_role_is_given_and_taken_and_ends_when_nobody_has_it() {
    let withdraw = || issued(RoleCommand::Withdraw { staff_id: staff(1) });
    let withdrawn = RoleEvent::Withdrawn { staff_id: staff(1) };
    let deleted = RoleEvent::Deleted { name: "Cashier".into() };
    given::<Role>([created()])
        .when(issued(assign(1)))
        .then([assigned(1)])
        .when(issued(assign(1)))
        .then_nothing();
    given::<Role>([created(), assigned(1)])
        .when(issued(RoleCommand::Delete))
        .then_refused(RoleRefusal::Held { holders: 1 });
    given::<Role>([created(), assigned(1)])
        .when(withdraw())
        .then([withdrawn])
        .when(issued(RoleCommand::Delete))
        .then([deleted.clone()])
        .when(issued(assign(1)))
        .then_refused(RoleRefusal::Absent);
    given::<Role>([created()])
        .when(withdraw())
        .then_refused(RoleRefusal::NotHolder { staff_id: staff(1) });
    let scope = RoleEvent::NAME_SCOPE;
    assert_eq!(deleted.claims(), [Claim::Release { scope, key: "cashier".into() }]);
}

#[test]
fn somebody_is_always_an_admin_and_other_built_in_roles_may_be_nobodys() {
    let withdraw = |bits| issued(RoleCommand::Withdraw { staff_id: staff(bits) });
    given::<Role>([admin(), assigned(1)])
        .when(withdraw(1))
        .then_refused(RoleRefusal::LastAdmin { staff_id: staff(1) });
    given::<Role>([admin(), assigned(1), assigned(2)])
        .when(withdraw(1))
        .then([RoleEvent::Withdrawn { staff_id: staff(1) }])
        .when(withdraw(2))
        .then_refused(RoleRefusal::LastAdmin { staff_id: staff(2) });
    let support = RoleEvent::Established { system: SystemRole::Support };
    given::<Role>([support, assigned(1)])
        .when(withdraw(1))
        .then([RoleEvent::Withdrawn { staff_id: staff(1) }]);
}

#[test]
fn a_built_in_role_stays_as_it_is() {
    let establish = |system| issued(RoleCommand::Establish { system });
    let built_in = RoleRefusal::BuiltIn { name: "admin".into() };
    given::<Role>([])
        .when(establish(SystemRole::Admin))
        .then([admin()])
        .when(establish(SystemRole::Admin))
        .then_nothing();
    let change = RoleCommand::Change { role: cashier(), held: Rights::full() };
    given::<Role>([admin()]).when(issued(change)).then_refused(built_in.clone());
    given::<Role>([admin()]).when(issued(RoleCommand::Delete)).then_refused(built_in);
    given::<Role>([admin()])
        .when(establish(SystemRole::Finance))
        .then_refused(RoleRefusal::AlreadyCreated { name: "admin".into() });
    let tenant = TenantId::new(Uuid::from_u128(1));
    let ids: std::collections::BTreeSet<_> =
        SystemRole::ALL.iter().map(|system| system.id(tenant)).collect();
    assert_eq!(ids.len(), SystemRole::ALL.len());
}

#[test]
fn an_admin_may_do_everything_and_an_auditor_only_look() {
    assert_eq!(SystemRole::Admin.permissions(), Permissions::all());
    assert!(SystemRole::Auditor.permissions().iter().all(Permission::is_read));
    assert!(SystemRole::Auditor.permissions().allow(Permission::LedgerRead));
    assert!(!SystemRole::Operator.permissions().allow(Permission::PaymentsWrite));
    assert_eq!(SystemRole::Client.reach(), Reach::OwnAccount);
    assert!(!SystemRole::ALL.contains(&SystemRole::Client), "nobody of the staff is given it");
    assert_eq!(SystemRole::Reseller.reach(), Reach::OwnClients);
    for system in SystemRole::ALL {
        assert!(!system.permissions().is_empty(), "{}", system.slug());
    }
}

#[test]
fn permissions_are_stored_by_their_slugs_and_an_unknown_one_is_no_set() {
    for permission in Permission::all() {
        assert_eq!(Permission::parse(permission.slug()), Some(permission));
        let one = Permissions::from_iter([permission]);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, format!("[\"{permission}\"]"));
        assert_eq!(serde_json::from_str::<Permissions>(&text).unwrap(), one);
        assert_eq!(Permissions::all().beyond(one).iter().count() + 1, Permission::all().count());
    }
    assert!(serde_json::from_str::<Permissions>(r#"["invoices:burn"]"#).is_err());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Role>::with(())
        .given(vec![created()])
        .when(issued(assign(1)))
        .then_expect_events(vec![assigned(1)]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    let name = || "Cashier".to_owned();
    refusals_are_well_spoken(
        "role",
        &[
            RoleRefusal::Absent,
            RoleRefusal::AlreadyCreated { name: name() },
            RoleRefusal::BuiltIn { name: name() },
            RoleRefusal::NameReserved { name: name() },
            RoleRefusal::Lacking { permission: Permission::PaymentsRefund },
            RoleRefusal::LastAdmin { staff_id: staff(1) },
            RoleRefusal::NotHolder { staff_id: staff(1) },
            RoleRefusal::Held { holders: 2 },
            RoleRefusal::Full { limit: 10_000 },
        ],
    );
}

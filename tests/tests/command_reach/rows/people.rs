//! Who works for a seller: staff, their roles, departments and sign-ins.

use billfold_app::commands::api_keys::CreateApiKey;
use billfold_app::commands::departments::{
    AssignToDepartment, ChangeDepartment, CreateDepartment, DeleteDepartment,
    UnassignFromDepartment,
};
use billfold_app::commands::roles::{ChangeRole, CreateRole, DeleteRole, GiveRole, TakeRole};
use billfold_app::commands::sign_ins::NoteSignIn;
use billfold_app::commands::staff::{AddStaff, ChangeStaff, EraseStaff, ResumeStaff, StopStaff};
use billfold_domain::kernel::{SessionId, SignInId, StaffId};
use billfold_domain::role::SystemRole;
use billfold_domain::sign_in::{MeansChange, SignInCommand, SignInMethod, SignInRefused};

use crate::row::{Row, alone, aside, begun, id, part};
use crate::words::{because, department, everything, profile};

pub(super) fn rows() -> Vec<Row> {
    [roles(), departments(), sign_ins(), keys(), staff(), leaving()].into_iter().flatten().collect()
}

fn roles() -> Vec<Row> {
    vec![
        begun("role_id", |_, other| CreateRole {
            role_id: Some(other.role),
            name: "New".to_owned(),
            description: String::new(),
            permissions: everything().permissions,
            reach: everything().reach,
            held: everything(),
        }),
        id("role_id", |_, other| ChangeRole {
            role_id: other.role,
            name: "Other".to_owned(),
            description: String::new(),
            permissions: everything().permissions,
            reach: everything().reach,
            held: everything(),
        }),
        id("role_id", |own, other| GiveRole {
            role_id: other.role,
            staff_id: own.staff,
            held: everything(),
        }),
        id("role_id.built_in", |own, other| {
            let role_id = SystemRole::ALL[0].id(other.tenant);
            GiveRole { role_id, staff_id: own.staff, held: everything() }
        }),
        id("staff_id", |own, other| GiveRole {
            role_id: own.role,
            staff_id: other.staff,
            held: everything(),
        }),
        id("role_id", |own, other| TakeRole {
            role_id: other.role,
            staff_id: own.staff,
            held: everything(),
        }),
        part("staff_id", |own, other| TakeRole {
            role_id: own.role,
            staff_id: other.staff,
            held: everything(),
        })
        .or_of_another_client(),
    ]
}

fn departments() -> Vec<Row> {
    vec![
        alone::<CreateDepartment>("a name and what the department is for"),
        id("department_id", |_, other| ChangeDepartment {
            department_id: other.department,
            terms: department("Other"),
        }),
        id("department_id", |own, other| AssignToDepartment {
            department_id: other.department,
            staff_id: own.staff,
        }),
        id("staff_id", |own, other| AssignToDepartment {
            department_id: own.department,
            staff_id: other.staff,
        }),
        id("department_id", |own, other| UnassignFromDepartment {
            department_id: other.department,
            staff_id: own.staff,
        }),
        part("staff_id", |own, other| UnassignFromDepartment {
            department_id: own.department,
            staff_id: other.staff,
        })
        .or_of_another_client(),
    ]
}

fn succeed(staff_id: StaffId) -> SignInCommand {
    let session_id = SessionId::new(uuid::Uuid::from_u128(0x5E55));
    SignInCommand::Succeed { staff_id, method: SignInMethod::Password, session_id }
}

fn note(sign_in_id: SignInId, what: SignInCommand) -> NoteSignIn {
    NoteSignIn { sign_in_id, what }
}

fn sign_ins() -> Vec<Row> {
    vec![
        begun("sign_in_id", |own, other| note(other.sign_in, succeed(own.staff))).of_no_client(),
        id("what.staff", |own, other| note(own.sign_in, succeed(other.staff))),
        id("what.refused", |own, other| {
            let (staff_id, reason) = (Some(other.staff), SignInRefused::WrongPassword);
            let client_id = None;
            note(own.sign_in, SignInCommand::Refuse { staff_id, client_id, reason, slowed: false })
        }),
        id("what.refused_client", |own, other| {
            let (client_id, reason) = (Some(other.client), SignInRefused::WrongPassword);
            let staff_id = None;
            note(own.sign_in, SignInCommand::Refuse { staff_id, client_id, reason, slowed: false })
        }),
        id("what.reset", |own, other| {
            let (staff_id, client_id) = (Some(other.staff), None);
            note(own.sign_in, SignInCommand::AskReset { staff_id, client_id })
        }),
        id("what.reset_client", |own, other| {
            let (staff_id, client_id) = (None, Some(other.client));
            note(own.sign_in, SignInCommand::AskReset { staff_id, client_id })
        }),
        id("what.means", |own, other| {
            let (staff_id, what) = (other.staff, MeansChange::PasswordSet);
            note(own.sign_in, SignInCommand::ChangeMeans { staff_id, what, which: None })
        }),
        id("what.client", |own, other| {
            let session_id = SessionId::new(uuid::Uuid::from_u128(0x5E55));
            let (client_id, method) = (other.client, SignInMethod::Password);
            note(own.sign_in, SignInCommand::SucceedClient { client_id, method, session_id })
        }),
        id("what.means_of_client", |own, other| {
            let (client_id, what) = (other.client, MeansChange::PasswordSet);
            note(own.sign_in, SignInCommand::ChangeClientMeans { client_id, what })
        }),
    ]
}

fn keys() -> Vec<Row> {
    vec![
        alone::<CreateApiKey>("a name, scopes and when the key ends"),
        aside("revoke_api_key", "the key is found in the table of the seller first"),
    ]
}

fn staff() -> Vec<Row> {
    vec![
        id("roles", |_, other| AddStaff {
            profile: profile("new"),
            roles: vec![other.role],
            held: everything(),
        }),
        id("staff_id", |_, other| ChangeStaff {
            staff_id: other.staff,
            profile: profile("changed"),
        }),
        id("staff_id", |_, other| StopStaff { staff_id: other.staff, reason: because() }),
        id("staff_id", |_, other| ResumeStaff { staff_id: other.staff }),
        id("staff_id", |_, other| EraseStaff { staff_id: other.staff, reason: because() }),
    ]
}

fn leaving() -> Vec<Row> {
    vec![
        id("department_id", |_, other| DeleteDepartment { department_id: other.department }),
        id("role_id", |_, other| DeleteRole { role_id: other.role }),
    ]
}

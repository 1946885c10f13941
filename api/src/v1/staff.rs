//! Members of staff: who works for the seller, how they sign in, what they may do, now and at any
//! moment of the past (STF-01 to STF-03, RBA-04).
//!
//! Guarantees: the account of somebody who may do more than the caller is out of the caller's
//! reach; names and addresses are opened for the seller that asks. Answers are the present state,
//! read from the log itself.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::Secret;
use billfold_app::commands::departments::{KeptDepartment, department_of, departments};
use billfold_app::commands::roles::{self, KeptRole, rights_as_of};
use billfold_app::commands::staff::{
    AddStaff, ChangeStaff, Colleague, EraseStaff, ResumeStaff, StopStaff, colleague, colleagues,
};
use billfold_domain::kernel::{Actor, RoleId, StaffId};
use billfold_domain::role::{Permission, Rights};
use billfold_domain::staff::StaffProfile;
use billfold_projections::audit_log;
use billfold_projections::event_index::EventIndex;
use billfold_projections::{AsOf, Projection as _, rights_log};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{May, StaffRead, StaffWrite, refused};
use crate::problem::Problem;
use crate::receive::{Body, Check, Filter, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason, as_of};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_staff, add_staff))
        .routes(routes!(read_staff, change_staff))
        .routes(routes!(read_rights))
        .routes(routes!(set_staff_password))
        .routes(routes!(stop_staff))
        .routes(routes!(resume_staff))
        .routes(routes!(erase_staff))
        .merge(super::avatars::of_staff())
        .merge(super::data_exports::of_staff())
}

/// Lists who works for the seller, oldest first.
#[utoipa::path(get, path = "", tag = "staff", responses((status = 200, body = WireStaff)))]
async fn list_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
) -> Result<Json<WireStaff>, Problem> {
    let roles = roles::roles(state.door(), caller.tenant).await?;
    let departments = departments(state.door(), caller.tenant).await?;
    let people = colleagues(state.door(), caller.tenant).await?;
    let who: Vec<Actor> = people.iter().map(|person| Actor::Staff(person.staff_id)).collect();
    let signed_in = audit_log::last_sign_ins(state.reads(), caller.tenant, &who).await?;
    let last = |id| signed_in.get(&Actor::Staff(id).to_string()).copied();
    let wire = |person: Colleague| {
        let last = last(person.staff_id);
        WireMember::of(person, &roles, &departments, last)
    };
    let items = people.into_iter().map(wire).collect();
    Ok(Json(WireStaff { items }))
}

/// Adds a member of staff, with a password to sign in with. Whoever adds them gives no role that
/// allows more than they may do.
#[utoipa::path(
    post, path = "", tag = "staff", request_body = NewMember,
    responses((status = 201, body = Changed)),
)]
async fn add_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewMember>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let roles = new.roles.iter().enumerate();
    let roles = roles.map(|(at, id)| check.id::<RoleId>(&format!("/roles/{at}"), id));
    let roles: Vec<Option<RoleId>> = roles.collect();
    check.finish()?;
    let NewMember { name, email, phone, password, .. } = new;
    let add = AddStaff {
        profile: StaffProfile { name, email, phone },
        roles: roles.into_iter().flatten().collect(),
        held: caller.identity.rights,
    };
    let password = Secret::new(password);
    let done = state.access().add_staff(caller.ask(&key, add), &password).await;
    let done = done.map_err(refused)?;
    let id = done.answer.staff_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/staff/{id}")))
}

/// Reads one member of staff.
#[utoipa::path(
    get, path = "/{id}", tag = "staff",
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireMember)),
)]
async fn read_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    Ident(id): Ident<StaffId>,
) -> Result<Versioned<WireMember>, Problem> {
    let person = colleague(state.door(), caller.tenant, id).await?;
    let person = person.ok_or_else(Problem::not_found)?;
    let roles = roles::roles(state.door(), caller.tenant).await?;
    let departments = departments(state.door(), caller.tenant).await?;
    let last = audit_log::last_sign_in(state.reads(), caller.tenant, &Actor::Staff(id)).await?;
    let version = person.version;
    Ok(Versioned { body: WireMember::of(person, &roles, &departments, last), version })
}

/// Says what somebody may do, or could do at a moment of the past, and by which roles.
#[utoipa::path(
    get, path = "/{id}/rights", tag = "staff",
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), PastRights),
    responses((status = 200, body = WireRights)),
)]
async fn read_rights(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    Ident(id): Ident<StaffId>,
    Filter(asked): Filter<PastRights>,
) -> Result<Json<WireRights>, Problem> {
    let tenant = caller.tenant;
    colleague(state.door(), tenant, id).await?.ok_or_else(Problem::not_found)?;
    let held = match as_of(asked.as_of.as_deref())? {
        AsOf::Now => {
            let roles = roles::roles(state.door(), tenant).await?.into_iter();
            roles.filter(|role| role.facts.holders.contains(&id)).collect()
        }
        past => {
            if let AsOf::Position(position) = past {
                state.reach(EventIndex::NAME, Some(position)).await?;
            }
            let then = rights_log::then(state.reads(), tenant, past).await?.value;
            rights_as_of(state.door(), tenant, id, then.roles, then.position).await?
        }
    };
    Ok(Json(WireRights::of(&held)))
}

/// Changes name, address or phone number. Another address is the one they sign in with next.
#[utoipa::path(
    put, path = "/{id}", tag = "staff", request_body = Profile,
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn change_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(staff_id): Ident<StaffId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(Profile { name, email, phone }): Body<Profile>,
) -> Result<Answer<Changed>, Problem> {
    let change = ChangeStaff { staff_id, profile: StaffProfile { name, email, phone } };
    let ask = caller.ask(&key, change).expect(seen);
    let done = state.access().change_staff(ask, caller.identity.rights).await;
    Ok(Answer::plain(&done.map_err(refused)?, staff_id, staff_id.uuid()))
}

/// Replaces the password of a member of staff and ends their sessions.
#[utoipa::path(
    put, path = "/{id}/password", tag = "access", request_body = NewPassword,
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 204, description = "They sign in with it from now on")),
)]
async fn set_staff_password(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(id): Ident<StaffId>,
    Body(NewPassword { password }): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let password = Secret::new(password);
    let known = state.access().set_password(caller.tenant, &caller.by(), id, &password).await;
    if known.map_err(refused)? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// Lets a member of staff in no longer: their sessions end, their roles are taken, and they
/// leave their department. The last admin stays.
#[utoipa::path(
    post, path = "/{id}/stop", tag = "staff", request_body = Reason,
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn stop_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(staff_id): Ident<StaffId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let stop = StopStaff { staff_id, reason: reason.read()? };
    let ask = caller.ask(&key, stop).expect(seen);
    let done = state.access().stop_staff(ask, caller.identity.rights).await;
    Ok(Answer::plain(&done.map_err(refused)?, staff_id, staff_id.uuid()))
}

/// Lets a member of staff in again, with the password they had; roles are given anew.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "staff",
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn resume_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(staff_id): Ident<StaffId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let ask = caller.ask(&key, ResumeStaff { staff_id }).expect(seen);
    let done = state.access().resume_staff(ask).await;
    Ok(Answer::plain(&done.map_err(refused)?, staff_id, staff_id.uuid()))
}

/// Forgets who a member of staff was who was stopped: the key of name, address and picture is
/// destroyed, with everything they signed in with. What they did stays theirs, under an id without
/// a name.
#[utoipa::path(
    post, path = "/{id}/erase", tag = "staff", request_body = Reason,
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn erase_staff(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(staff_id): Ident<StaffId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let erase = EraseStaff { staff_id, reason: reason.read()? };
    let done = state.access().erase_staff(caller.ask(&key, erase).expect(seen)).await;
    Ok(Answer::plain(&done.map_err(refused)?, staff_id, staff_id.uuid()))
}

/// When.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PastRights {
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
}

/// Who works for a seller.
#[derive(Serialize, ToSchema)]
#[schema(as = Staff)]
struct WireStaff {
    /// Oldest first.
    items: Vec<WireMember>,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
#[schema(as = StaffMember)]
struct WireMember {
    /// Their id.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What colleagues call them; null once erased.
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    /// Where they sign in from; null once erased.
    #[schema(example = "ada@example.org")]
    email: Option<String>,
    /// Phone number.
    #[schema(example = "+49 30 1234567")]
    phone: Option<String>,
    /// Whether they may sign in.
    active: bool,
    /// When they last signed in; null if they never did.
    last_sign_in_at: Option<DateTime<Utc>>,
    /// Where their picture is; null if there is none.
    #[schema(example = "/api/v1/staff/stf_01kchkq7w7fc9r6a8b9c0d1e2f/avatar")]
    avatar: Option<String>,
    /// Names of their roles, by id.
    #[schema(example = json!({ "rol_01kchkq7w7fc9r6a8b9c0d1e2f": "finance" }))]
    roles: HashMap<String, String>,
    /// The department they are in; null in none.
    #[schema(example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f")]
    department_id: Option<String>,
}

/// What somebody may do.
#[derive(Serialize, ToSchema)]
#[schema(as = Rights)]
struct WireRights {
    /// All that their roles allow.
    #[schema(example = json!(["payments:read", "payments:write"]))]
    permissions: Vec<&'static str>,
    /// Names of the roles that allow it, by id.
    #[schema(example = json!({ "rol_01kchkq7w7fc9r6a8b9c0d1e2f": "finance" }))]
    roles: HashMap<String, String>,
}

/// Somebody to work for the seller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// What colleagues call them.
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 200)]
    name: String,
    /// Where they sign in from; unique.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
    /// Phone number: digits, blanks and `+ ( ) . / -`.
    #[schema(example = "+49 30 1234567", max_length = 40)]
    phone: Option<String>,
    /// What they sign in with, at first.
    #[schema(
        example = "correct horse battery staple",
        min_length = 10,
        max_length = 256,
        format = Password
    )]
    password: String,
    /// What they may do: ids of roles.
    #[schema(example = json!(["rol_01kchkq7w7fc9r6a8b9c0d1e2f"]))]
    #[serde(default)]
    roles: Vec<String>,
}

/// Who a member of staff is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffProfile)]
struct Profile {
    /// What colleagues call them.
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 200)]
    name: String,
    /// Where they sign in from; unique.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
    /// Phone number: digits, blanks and `+ ( ) . / -`.
    #[schema(example = "+49 30 1234567", max_length = 40)]
    phone: Option<String>,
}

/// A password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffPassword)]
struct NewPassword {
    /// What they sign in with from now on.
    #[schema(
        example = "correct horse battery staple",
        min_length = 10,
        max_length = 256,
        format = Password
    )]
    password: String,
}

impl WireMember {
    fn of(
        person: Colleague,
        roles: &[KeptRole],
        departments: &[KeptDepartment],
        last_sign_in_at: Option<DateTime<Utc>>,
    ) -> Self {
        let id = person.staff_id;
        let held = roles.iter().filter(|role| role.facts.holders.contains(&id));
        let department = department_of(departments, id);
        let profile = person.profile.clear();
        Self {
            id: id.to_string(),
            active: person.active,
            last_sign_in_at,
            avatar: person.pictured.then(|| format!("/api/v1/staff/{id}/avatar")),
            roles: names(held),
            department_id: department.map(|found| found.department_id.to_string()),
            phone: profile.as_ref().and_then(|profile| profile.phone.clone()),
            name: profile.as_ref().map(|profile| profile.name.clone()),
            email: profile.map(|profile| profile.email),
        }
    }
}

impl WireRights {
    fn of(held: &[KeptRole]) -> Self {
        let rights = held.iter().fold(Rights::NONE, |rights, role| rights.and(role.facts.rights()));
        let permissions = rights.permissions.iter().map(Permission::slug).collect();
        Self { permissions, roles: names(held.iter()) }
    }
}

/// Names of roles, by id.
pub(super) fn names<'a>(roles: impl Iterator<Item = &'a KeptRole>) -> HashMap<String, String> {
    roles.map(|role| (role.role_id.to_string(), role.facts.name.clone())).collect()
}

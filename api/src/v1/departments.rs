//! Departments: staff who do one kind of work (STF-03, SUP-01, SUP-02, API-145).
//!
//! Guarantees: nobody is in two of them; one that somebody is in is not deleted. Answers are the
//! present state, read from the log itself. Absent on purpose: what its members may do, which their
//! roles say.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::departments::{
    self, AssignToDepartment, ChangeDepartment, CreateDepartment, DeleteDepartment, KeptDepartment,
    UnassignFromDepartment,
};
use billfold_domain::department::DepartmentTerms;
use billfold_domain::kernel::{DepartmentId, StaffId};
use billfold_projections::{Answer as ReadAnswer, Error as ReadError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{May, StaffRead, StaffWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, ListOf};
use crate::state::{ApiState, not_negative};
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{Page, Paging};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_departments, create_department))
        .routes(routes!(read_department, change_department, delete_department))
        .routes(routes!(assign_to_department))
        .routes(routes!(unassign_from_department))
}

/// Lists departments, oldest first.
#[utoipa::path(
    get, path = "", tag = "staff", params(Paging),
    responses((status = 200, body = Page<WireDepartment>)),
)]
async fn list_departments(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    ListOf(NoFilter {}, part): ListOf<NoFilter>,
) -> Result<Json<Page<WireDepartment>>, Problem> {
    let wanted = part.wanted()?;
    // The log itself is behind nothing that somebody may have seen.
    not_negative(part.min_position)?;
    let as_of_position = state.oversight().head().await?.position;
    let kept = departments::departments(state.door(), caller.tenant).await?;
    let key = |department: &KeptDepartment| department.department_id.uuid().to_string();
    let value = wanted.part(kept, key).map_err(ReadError::from)?;
    Ok(Json(Page::of(ReadAnswer { value, as_of_position }, WireDepartment::from)))
}

/// Makes a department. A seller has at most 100 of them.
#[utoipa::path(
    post, path = "", tag = "staff", request_body = NewDepartment,
    responses((status = 201, body = Changed)),
)]
async fn create_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewDepartment>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, CreateDepartment { terms: new.into() }).await?;
    let id = done.answer.department_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/departments/{id}")))
}

/// Reads one department.
#[utoipa::path(
    get, path = "/{id}", tag = "staff",
    params(("id" = String, Path, example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireDepartment)),
)]
async fn read_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    Ident(id): Ident<DepartmentId>,
) -> Result<Versioned<WireDepartment>, Problem> {
    let department = departments::department(state.door(), caller.tenant, id).await?;
    let department = department.ok_or_else(Problem::not_found)?;
    let version = department.version;
    Ok(Versioned { body: department.into(), version })
}

/// Says anew what a department is; who is in it stays.
#[utoipa::path(
    put, path = "/{id}", tag = "staff", request_body = NewDepartment,
    params(("id" = String, Path, example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn change_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(department_id): Ident<DepartmentId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewDepartment>,
) -> Result<Answer<Changed>, Problem> {
    let change = ChangeDepartment { department_id, terms: new.into() };
    let done = state.change(&caller, &key, seen, change).await?;
    Ok(Answer::plain(&done, department_id, department_id.uuid()))
}

/// Deletes a department that nobody is in.
#[utoipa::path(
    delete, path = "/{id}", tag = "staff",
    params(("id" = String, Path, example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn delete_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(department_id): Ident<DepartmentId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, DeleteDepartment { department_id }).await?;
    Ok(Answer::plain(&done, department_id, department_id.uuid()))
}

/// Assigns a member of staff to a department, out of the one they were in.
#[utoipa::path(
    post, path = "/{id}/assign", tag = "staff", request_body = Member,
    params(("id" = String, Path, example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
async fn assign_to_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(department_id): Ident<DepartmentId>,
    key: IdempotencyKey,
    Body(member): Body<Member>,
) -> Result<Answer<Changed>, Problem> {
    let assign = AssignToDepartment { department_id, staff_id: member.read()? };
    let done = state.command(&caller, &key, assign).await?;
    Ok(Answer::plain(&done, department_id, department_id.uuid()))
}

/// Takes a member of staff out of a department.
#[utoipa::path(
    post, path = "/{id}/unassign", tag = "staff", request_body = Member,
    params(("id" = String, Path, example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
async fn unassign_from_department(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(department_id): Ident<DepartmentId>,
    key: IdempotencyKey,
    Body(member): Body<Member>,
) -> Result<Answer<Changed>, Problem> {
    let unassign = UnassignFromDepartment { department_id, staff_id: member.read()? };
    let done = state.command(&caller, &key, unassign).await?;
    Ok(Answer::plain(&done, department_id, department_id.uuid()))
}

/// Nothing but the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFilter {}

/// A department.
#[derive(Serialize, ToSchema)]
#[schema(as = Department)]
struct WireDepartment {
    /// Its id.
    #[schema(example = "dep_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What people call it.
    #[schema(example = "Billing")]
    name: String,
    /// What it is for.
    #[schema(example = "Invoices, payments and reminders")]
    description: String,
    /// Where it is written to.
    #[schema(example = "billing@example.org")]
    email: Option<String>,
    /// Whether work may be given to it.
    active: bool,
    /// Who is in it.
    #[schema(example = json!(["stf_01kchkq7w7fc9r6a8b9c0d1e2f"]))]
    members: Vec<String>,
}

/// A department as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDepartment {
    /// What people call it; unique, whatever the case.
    #[schema(example = "Billing", min_length = 1, max_length = 100)]
    name: String,
    /// What it is for.
    #[schema(example = "Invoices, payments and reminders", max_length = 500)]
    #[serde(default)]
    description: String,
    /// Where it is written to: an address of the business, of no person.
    #[schema(example = "billing@example.org", max_length = 254)]
    email: Option<String>,
    /// Whether work may be given to it; it may if absent.
    active: Option<bool>,
}

/// Who is to be in a department, or no longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DepartmentMember)]
struct Member {
    /// The member of staff.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    staff_id: String,
}

impl Member {
    fn read(&self) -> Result<StaffId, Problem> {
        let mut check = Check::default();
        check.id("/staff_id", &self.staff_id).ok_or_else(|| check.problem())
    }
}

impl From<NewDepartment> for DepartmentTerms {
    fn from(new: NewDepartment) -> Self {
        let NewDepartment { name, description, email, active } = new;
        Self { name, description, email, active: active.unwrap_or(true) }
    }
}

impl From<KeptDepartment> for WireDepartment {
    fn from(department: KeptDepartment) -> Self {
        let KeptDepartment { department_id, facts, .. } = department;
        let DepartmentTerms { name, description, email, active } = facts.terms;
        Self {
            id: department_id.to_string(),
            name,
            description,
            email,
            active,
            members: facts.members.iter().map(ToString::to_string).collect(),
        }
    }
}

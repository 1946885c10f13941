//! Roles: what may be allowed, by whom, to whom (RBA-02 to RBA-09).
//!
//! Guarantees: nobody gives what they lack; somebody is always an admin; a built-in role stays as
//! it is. Answers are the present state, read from the log itself.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::roles::{
    self, ChangeRole, CreateRole, DeleteRole, GiveRole, KeptRole, TakeRole,
};
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Permission, Permissions, Reach, SystemRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Caller, May, RolesWrite, StaffRead};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_roles, create_role))
        .routes(routes!(read_role, change_role, delete_role))
        .routes(routes!(give_role))
        .routes(routes!(take_role))
}

/// `/permissions`.
pub(super) fn catalogue() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_permissions))
}

/// Lists everything that a role or a key may allow, by module.
#[utoipa::path(
    get, path = "/permissions", tag = "staff",
    responses((status = 200, body = WirePermissions)),
)]
async fn list_permissions(_caller: May<StaffRead>) -> Json<WirePermissions> {
    let items = Permission::all().map(|permission| WirePermission {
        slug: permission.slug(),
        module: permission.module().name(),
        description: permission.description(),
    });
    Json(WirePermissions { items: items.collect() })
}

/// Lists the roles: the built-in ones, then those of the seller's own by name.
///
/// A seller has at most 100 of its own, so there are no pages.
#[utoipa::path(get, path = "", tag = "staff", responses((status = 200, body = WireRoles)))]
async fn list_roles(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
) -> Result<Json<WireRoles>, Problem> {
    let mut roles = roles::roles(state.door(), caller.tenant).await?;
    let at = SystemRole::ALL.len().min(roles.len());
    roles.insert(at, roles::role_of_clients(caller.tenant));
    Ok(Json(WireRoles { items: roles.into_iter().map(WireRole::from).collect() }))
}

/// Makes a role. It can allow nothing that its maker may not do.
#[utoipa::path(
    post, path = "", tag = "staff", request_body = NewRole,
    responses((status = 201, body = Changed)),
)]
async fn create_role(
    State(state): State<ApiState>,
    May(caller, _): May<RolesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewRole>,
) -> Result<Answer<Changed>, Problem> {
    let Terms { name, description, permissions, reach } = new.read()?;
    let held = caller.identity.rights;
    let create = CreateRole { role_id: None, name, description, permissions, reach, held };
    let done = state.command(&caller, &key, create).await?;
    let id = done.answer.role_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/roles/{id}")))
}

/// Reads one role.
#[utoipa::path(
    get, path = "/{id}", tag = "staff",
    params(("id" = String, Path, example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireRole)),
)]
async fn read_role(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    Ident(id): Ident<RoleId>,
) -> Result<Versioned<WireRole>, Problem> {
    let role = roles::role(state.door(), caller.tenant, id).await?;
    let role = role.ok_or_else(Problem::not_found)?;
    let version = role.version;
    Ok(Versioned { body: role.into(), version })
}

/// Changes a role, for everybody who has it.
///
/// What is added must be held by whoever changes it. A built-in role stays as it is.
#[utoipa::path(
    put, path = "/{id}", tag = "staff", request_body = NewRole,
    params(("id" = String, Path, example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn change_role(
    State(state): State<ApiState>,
    May(caller, _): May<RolesWrite>,
    Ident(role_id): Ident<RoleId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewRole>,
) -> Result<Answer<Changed>, Problem> {
    let Terms { name, description, permissions, reach } = new.read()?;
    let held = caller.identity.rights;
    let change = ChangeRole { role_id, name, description, permissions, reach, held };
    let done = state.change(&caller, &key, seen, change).await?;
    Ok(Answer::plain(&done, role_id, role_id.uuid()))
}

/// Deletes a role that nobody has.
#[utoipa::path(
    delete, path = "/{id}", tag = "staff",
    params(("id" = String, Path, example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn delete_role(
    State(state): State<ApiState>,
    May(caller, _): May<RolesWrite>,
    Ident(role_id): Ident<RoleId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, DeleteRole { role_id }).await?;
    Ok(Answer::plain(&done, role_id, role_id.uuid()))
}

/// Gives a role to a member of staff. Whoever gives it may do all that it allows.
#[utoipa::path(
    post, path = "/{id}/give", tag = "staff", request_body = Holder,
    params(("id" = String, Path, example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
async fn give_role(
    State(state): State<ApiState>,
    May(caller, _): May<RolesWrite>,
    Ident(role_id): Ident<RoleId>,
    key: IdempotencyKey,
    Body(holder): Body<Holder>,
) -> Result<Answer<Changed>, Problem> {
    let give = GiveRole { role_id, staff_id: holder.read()?, held: held(&caller) };
    let done = state.command(&caller, &key, give).await?;
    Ok(Answer::plain(&done, role_id, role_id.uuid()))
}

/// Takes a role from a member of staff. Whoever takes it may do all that it allows; the last admin
/// stays one.
#[utoipa::path(
    post, path = "/{id}/take", tag = "staff", request_body = Holder,
    params(("id" = String, Path, example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
async fn take_role(
    State(state): State<ApiState>,
    May(caller, _): May<RolesWrite>,
    Ident(role_id): Ident<RoleId>,
    key: IdempotencyKey,
    Body(holder): Body<Holder>,
) -> Result<Answer<Changed>, Problem> {
    let take = TakeRole { role_id, staff_id: holder.read()?, held: held(&caller) };
    let done = state.command(&caller, &key, take).await?;
    Ok(Answer::plain(&done, role_id, role_id.uuid()))
}

fn held(caller: &Caller) -> billfold_domain::role::Rights {
    caller.identity.rights
}

/// Everything that may be allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = Permissions)]
struct WirePermissions {
    /// By module.
    items: Vec<WirePermission>,
}

/// Something that may be allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = Permission)]
struct WirePermission {
    /// What roles and keys name it by.
    #[schema(example = "invoices:write")]
    slug: &'static str,
    /// What it belongs to.
    #[schema(example = "Billing")]
    module: &'static str,
    /// What it allows.
    #[schema(example = "Draft, issue, void and credit invoices")]
    description: &'static str,
}

/// The roles of a seller.
#[derive(Serialize, ToSchema)]
#[schema(as = Roles)]
struct WireRoles {
    /// The built-in ones, then those of the seller's own by name.
    items: Vec<WireRole>,
}

/// A role.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
struct WireRole {
    /// Its id.
    #[schema(example = "rol_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What people call it.
    #[schema(example = "Cashier")]
    name: String,
    /// What it is for.
    #[schema(example = "Takes money")]
    description: String,
    /// Whether it is built in, and stays as it is.
    built_in: bool,
    /// What it allows.
    #[schema(example = json!(["payments:read", "payments:write"]))]
    permissions: Vec<&'static str>,
    /// Whose data it allows that for.
    reach: WireReach,
    /// Who has it.
    #[schema(example = json!(["stf_01kchkq7w7fc9r6a8b9c0d1e2f"]))]
    holders: Vec<String>,
}

/// Whose data a role is about: one's own account, as clients who sign in have it, the clients one
/// looks after, or all of the seller.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Reach)]
pub(super) enum WireReach {
    OwnAccount,
    OwnClients,
    Seller,
}

/// A role as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// What people call it; unique.
    #[schema(example = "Cashier", min_length = 1, max_length = 100)]
    name: String,
    /// What it is for.
    #[schema(example = "Takes money", max_length = 500)]
    #[serde(default)]
    description: String,
    /// What it allows, by slugs of `GET /permissions`.
    #[schema(example = json!(["payments:read", "payments:write"]), min_items = 1)]
    permissions: Vec<String>,
    /// Whose data it allows that for; all of the seller if absent.
    reach: Option<WireReach>,
}

/// Who is to have a role, or no longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleHolder)]
struct Holder {
    /// The member of staff.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    staff_id: String,
}

struct Terms {
    name: String,
    description: String,
    permissions: Permissions,
    reach: Reach,
}

impl NewRole {
    fn read(self) -> Result<Terms, Problem> {
        let mut check = Check::default();
        let permissions = self.permissions.iter().enumerate().filter_map(|(at, slug)| {
            let permission = Permission::parse(slug);
            if permission.is_none() {
                let detail = "is no permission; GET /permissions lists them";
                check.wrong(format!("/permissions/{at}"), "permission.unknown", detail);
            }
            permission
        });
        let permissions = permissions.collect();
        if matches!(self.reach, Some(WireReach::OwnAccount)) {
            let detail = "is for clients who sign in, whom no role is given";
            check.wrong("/reach", "role.reach_of_clients", detail);
        }
        check.finish()?;
        let reach = match self.reach {
            Some(WireReach::OwnAccount) => Reach::OwnAccount,
            Some(WireReach::OwnClients) => Reach::OwnClients,
            Some(WireReach::Seller) | None => Reach::Seller,
        };
        Ok(Terms { name: self.name, description: self.description, permissions, reach })
    }
}

impl Holder {
    fn read(&self) -> Result<StaffId, Problem> {
        let mut check = Check::default();
        check.id("/staff_id", &self.staff_id).ok_or_else(|| check.problem())
    }
}

impl From<Reach> for WireReach {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::OwnAccount => Self::OwnAccount,
            Reach::OwnClients => Self::OwnClients,
            Reach::Seller => Self::Seller,
        }
    }
}

impl From<KeptRole> for WireRole {
    fn from(role: KeptRole) -> Self {
        let KeptRole { role_id, facts, .. } = role;
        let rights = facts.rights();
        Self {
            id: role_id.to_string(),
            built_in: facts.system.is_some(),
            permissions: rights.permissions.iter().map(Permission::slug).collect(),
            reach: rights.reach.into(),
            holders: facts.holders.iter().map(ToString::to_string).collect(),
            name: facts.name,
            description: facts.description,
        }
    }
}

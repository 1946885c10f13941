//! Who may do what: every role against every permission (RBA-08); a role of the seller's own.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::roles::{self, ChangeRole, CreateRole, DeleteRole, KeptRole};
use billfold_domain::kernel::RoleId;
use billfold_domain::role::{Permission, Permissions, Reach};

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::address;
use super::staff::{Tick, title};
use super::staff_member::role_id;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::{Seen, WebState};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/roles";

/// The matrix.
#[derive(Debug, Template)]
#[template(path = "admin/roles.html")]
pub(crate) struct Roles {
    /// The frame.
    pub(crate) shell: Shell,
    /// Name, page and number of holders of each role.
    pub(crate) roles: Vec<(String, String, usize)>,
    /// Modules with their permissions, and which role allows each.
    pub(crate) modules: Vec<(&'static str, Vec<MatrixRow>)>,
}

/// A permission and who allows it.
#[derive(Clone, Debug)]
pub(crate) struct MatrixRow {
    /// What it allows.
    pub(crate) description: &'static str,
    /// What keys name it by.
    pub(crate) slug: &'static str,
    /// Whether each role allows it, in their order.
    pub(crate) allowed: Vec<bool>,
}

/// One role, or a new one.
#[derive(Debug, Template)]
#[template(path = "admin/role.html")]
pub(crate) struct RolePage {
    /// The frame.
    pub(crate) shell: Shell,
    /// On top.
    pub(crate) title: String,
    /// Where it is sent; a role that is built in is only shown.
    pub(crate) action: Option<String>,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen; empty for a new role.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name and purpose.
    pub(crate) fields: Vec<Field>,
    /// What it is for, of a role that is built in.
    pub(crate) description: String,
    /// What it allows, by module.
    pub(crate) modules: Vec<(&'static str, Vec<Tick>)>,
    /// Name and page of each holder.
    pub(crate) holders: Vec<(String, String)>,
    /// What else can be done.
    pub(crate) actions: Vec<Action>,
}

/// The matrix's, the role's and the deed's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(matrix))
        .route("/admin/roles/new", get(blank).post(create))
        .route("/admin/roles/{id}", get(show).post(change))
        .merge(deed::routes::<Verb>())
}

async fn matrix(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let head = *state.operations().head().borrow();
    let roles = roles::roles(state.door(), visitor.tenant()).await?;
    let row = |permission: Permission| MatrixRow {
        description: permission.description(),
        slug: permission.slug(),
        allowed: roles.iter().map(|role| allows(role, permission)).collect(),
    };
    let head_of = |role: &KeptRole| {
        (title(role), format!("{PATH}/{}", role.role_id), role.facts.holders.len())
    };
    page(&Roles {
        shell: visitor.shell(&state, PATH, head).await?,
        roles: roles.iter().map(head_of).collect(),
        modules: by_module(Permissions::all(), row),
    })
}

fn allows(role: &KeptRole, permission: Permission) -> bool {
    role.facts.rights().permissions.allow(permission)
}

/// Permissions, by module, as something else.
pub(super) fn by_module<T>(
    permissions: Permissions,
    of: impl Fn(Permission) -> T,
) -> Vec<(&'static str, Vec<T>)> {
    let mut modules: Vec<(&'static str, Vec<T>)> = Vec::new();
    for permission in permissions.iter() {
        let name = permission.module().name();
        match modules.last_mut() {
            Some((last, rows)) if *last == name => rows.push(of(permission)),
            _ => modules.push((name, vec![of(permission)])),
        }
    }
    modules
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::RolesWrite)?;
    page(&form(&state, &visitor, None, None, &Wrong::default()).await?)
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let role = roles::role(state.door(), visitor.tenant(), role_id(&id)?).await?;
    let role = role.ok_or(PageError::NotFound)?;
    page(&form(&state, &visitor, Some(&role), None, &Wrong::default()).await?)
}

/// A role as it is, or as somebody sent it.
async fn form(
    state: &WebState,
    visitor: &Visitor,
    role: Option<&KeptRole>,
    sent: Option<&Fields>,
    wrong: &Wrong,
) -> Result<RolePage, PageError> {
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let colleagues = state.names().colleagues(tenant).await?;
    let known = role.map(|role| &role.facts);
    let text = |name: &'static str, label: &'static str, known: Option<&str>| {
        let value = sent.map_or(known.unwrap_or_default(), |sent| sent.one(name));
        Field::input(name, label, "text").with(value).wrong(wrong.of(name))
    };
    let ticked = match (sent, known) {
        (Some(sent), _) => permissions(sent),
        (None, Some(facts)) => facts.rights().permissions,
        (None, None) => Permissions::NONE,
    };
    let held = visitor.caller.identity.rights.permissions;
    let tick = |permission: Permission| Tick {
        value: permission.slug().to_owned(),
        label: permission.description().to_owned(),
        hint: if held.allow(permission) { String::new() } else { "You lack it".to_owned() },
        on: ticked.allow(permission),
    };
    let may = visitor.caller.identity.may(Permission::RolesWrite);
    let own = known.is_none_or(|facts| facts.system.is_none());
    let to = role.map_or_else(|| format!("{PATH}/new"), |role| format!("{PATH}/{}", role.role_id));
    let holder = |id: &billfold_domain::kernel::StaffId| {
        let name = colleagues.get(id).map_or_else(|| id.to_string(), |person| person.name.clone());
        (name, format!("/admin/staff/{id}"))
    };
    let delete = |role: &KeptRole| {
        let href = format!("{PATH}/{}", role.role_id);
        deed::action(Verb::Delete, &href, "Delete", "trash-2").class("danger")
    };
    Ok(RolePage {
        shell: visitor.shell(state, PATH, head).await?,
        title: role.map_or_else(|| "New role".to_owned(), title),
        action: (may && own).then_some(to),
        key: new_key(),
        version: role.map_or_else(String::new, |role| role.version.to_string()),
        error: if wrong.whole.is_empty() { wrong.of("permissions") } else { wrong.whole.clone() },
        fields: vec![
            text("name", "Name", known.map(|facts| facts.name.as_str())).required(),
            text("description", "What it is for", known.map(|facts| facts.description.as_str())),
        ],
        description: known.map_or_else(String::new, |facts| facts.description.clone()),
        modules: by_module(Permissions::all(), tick),
        holders: known.into_iter().flat_map(|facts| facts.holders.iter().map(holder)).collect(),
        actions: role.filter(|_| may && own).map(delete).into_iter().collect(),
    })
}

fn permissions(sent: &Fields) -> Permissions {
    sent.all("permissions").into_iter().filter_map(Permission::parse).collect()
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::RolesWrite)?;
    let command = CreateRole {
        role_id: None,
        name: fields.one("name").to_owned(),
        description: fields.one("description").to_owned(),
        permissions: permissions(&fields),
        reach: Reach::Seller,
        held: visitor.caller.identity.rights,
    };
    match state.command(visitor.ask(&fields.key()?, command), &[]).await {
        Ok((done, _)) => {
            let to = format!("{PATH}/{}", done.answer.role_id);
            Ok(go(&address(&to, &[("done", "role")])))
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            refused(&form(&state, &visitor, None, Some(&fields), &wrong).await?)
        }
    }
}

async fn change(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::RolesWrite)?;
    let role_id = role_id(&id)?;
    let known = roles::role(state.door(), visitor.tenant(), role_id).await?;
    let known = known.ok_or(PageError::NotFound)?;
    let command = ChangeRole {
        role_id,
        name: fields.one("name").to_owned(),
        description: fields.one("description").to_owned(),
        permissions: permissions(&fields),
        reach: known.facts.rights().reach,
        held: visitor.caller.identity.rights,
    };
    let mut ask = visitor.ask(&fields.key()?, command);
    ask.expect = fields.one("version").parse().ok();
    match state.command(ask, &[]).await {
        Ok(_) => Ok(go(&address(&format!("{PATH}/{role_id}"), &[("done", "role-set")]))),
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            refused(&form(&state, &visitor, Some(&known), Some(&fields), &wrong).await?)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Delete,
}

impl Deed for Verb {
    type Id = RoleId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::RolesWrite;
    const ALL: &'static [Verb] = &[Verb::Delete];

    fn words(self) -> Words {
        Words { path: "delete", button: "Delete role", done: "role-deleted", danger: true }
    }

    fn back(_: &RoleId) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let role = roles::role(asked.state.door(), tenant, asked.id).await?;
        let role = role.ok_or(PageError::NotFound)?;
        let text = "Nobody may have it any longer. What it allowed once stays known.".to_owned();
        let title = format!("Delete {}?", title(&role));
        Ok(Question { title, text, version: Some(role.version), fields: Vec::new() })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        asked.command_on_seen(DeleteRole { role_id: asked.id }, &[]).await
    }
}

//! Who works for the seller; the form for somebody new.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::AccessError;
use billfold_app::commands::departments::{KeptDepartment, department_of, departments};
use billfold_app::commands::roles::{self, KeptRole};
use billfold_app::commands::staff::{AddStaff, colleagues};
use billfold_domain::kernel::{Actor, RoleId, StaffId};
use billfold_domain::role::Permission;
use billfold_domain::staff::StaffProfile;
use billfold_projections::audit_log;

use super::client::record::initials;
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::view::{Badge, Moment, Tone};
use crate::visitor::{Posted, Visitor};

pub(super) const PATH: &str = "/admin/staff";

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/staff.html")]
pub(crate) struct Staff {
    /// The frame.
    pub(crate) shell: Shell,
    /// Oldest first.
    pub(crate) rows: Vec<MemberRow>,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub(crate) struct MemberRow {
    /// Their page.
    pub(crate) href: String,
    /// What colleagues call them.
    pub(crate) name: String,
    /// Letters in the place of a picture.
    pub(crate) initials: String,
    /// Whether there is a picture.
    pub(crate) pictured: bool,
    /// Where they sign in from.
    pub(crate) email: String,
    /// Names of their roles.
    pub(crate) roles: Vec<String>,
    /// Name and page of their department.
    pub(crate) department: Option<(String, String)>,
    /// When they last signed in.
    pub(crate) signed_in: Option<Moment>,
    /// Whether they may sign in.
    pub(crate) status: Badge,
}

/// The form for somebody new.
#[derive(Debug, Template)]
#[template(path = "admin/staff_form.html")]
pub(crate) struct NewMember {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name, address, phone, password.
    pub(crate) fields: Vec<Field>,
    /// Which roles they may have.
    pub(crate) roles: Vec<Tick>,
}

/// Something that may be ticked.
#[derive(Clone, Debug)]
pub(crate) struct Tick {
    /// What the form sends.
    pub(crate) value: String,
    /// Beside the box.
    pub(crate) label: String,
    /// Below it.
    pub(crate) hint: String,
    /// Whether it is ticked.
    pub(crate) on: bool,
}

/// The list's and the form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/staff/new", get(blank).post(add))
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let roles = roles::roles(state.door(), tenant).await?;
    let departments = departments(state.door(), tenant).await?;
    let people = colleagues(state.door(), tenant).await?;
    let who: Vec<Actor> = people.iter().map(|person| Actor::Staff(person.staff_id)).collect();
    let signed_in = audit_log::last_sign_ins(state.reads(), tenant, &who).await?;
    let people = people.into_iter().map(|person| {
        let last = signed_in.get(&Actor::Staff(person.staff_id).to_string());
        let profile = person.profile.clear();
        let held = roles.iter().filter(|role| role.facts.holders.contains(&person.staff_id));
        let name = profile.as_ref().map_or_else(|| "Erased".to_owned(), |known| known.name.clone());
        MemberRow {
            initials: initials(&name),
            pictured: person.pictured,
            href: format!("{PATH}/{}", person.staff_id),
            roles: held.map(title).collect(),
            department: department_link(&departments, person.staff_id),
            status: standing(person.active),
            signed_in: last.copied().map(Moment),
            name,
            email: profile.map_or_else(String::new, |known| known.email),
        }
    });
    let rows = people.collect();
    page(&Staff { shell: visitor.shell(&state, PATH, head).await?, rows })
}

/// Name and page of the department that somebody is in.
pub(super) fn department_link(
    departments: &[KeptDepartment],
    staff_id: StaffId,
) -> Option<(String, String)> {
    let found = department_of(departments, staff_id)?;
    Some((found.facts.terms.name.clone(), super::departments::href(found.department_id)))
}

/// What people call a role.
pub(super) fn title(role: &KeptRole) -> String {
    match role.facts.system {
        Some(_) => crate::fields::sentence(&role.facts.name).trim_end_matches('.').to_owned(),
        None => role.facts.name.clone(),
    }
}

pub(super) fn standing(active: bool) -> Badge {
    if active { Badge::new(Tone::Green, "Active") } else { Badge::new(Tone::Red, "Stopped") }
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewMember, PageError> {
    state.must(visitor, Permission::StaffWrite)?;
    let head = *state.operations().head().borrow();
    let chosen = sent.all("roles");
    let held = visitor.caller.identity.rights;
    let roles = roles::roles(state.door(), visitor.tenant()).await?;
    // Nobody gives what they lack, so nothing else is offered.
    let given = roles.iter().filter(|role| held.lacks(role.facts.rights()).is_none());
    let tick = |role: &KeptRole| Tick {
        value: role.role_id.to_string(),
        label: title(role),
        hint: role.facts.description.clone(),
        on: chosen.contains(&role.role_id.to_string().as_str()),
    };
    let roles = given.map(tick).collect();
    let mut fields = profile_fields(sent, wrong);
    let password = Field::input("password", "First password", "password");
    let hint = "10 to 256 characters; they can choose another one";
    fields
        .push(password.required().known_as("new-password").hint(hint).wrong(wrong.of("password")));
    Ok(NewMember {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        fields,
        roles,
    })
}

/// Name, address and phone number, as they were sent.
pub(super) fn profile_fields(sent: &Fields, wrong: &Wrong) -> Vec<Field> {
    let text = |name: &'static str, label: &'static str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    vec![
        text("name", "Name", "text").required(),
        text("email", "E-mail address", "email").required().hint("They sign in with it"),
        text("phone", "Phone", "tel"),
    ]
}

/// The profile that a form sent; the domain checks it.
pub(super) fn profile(sent: &Fields) -> StaffProfile {
    StaffProfile {
        name: sent.one("name").to_owned(),
        email: sent.one("email").to_owned(),
        phone: sent.some("phone"),
    }
}

async fn add(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::StaffWrite)?;
    let roles = fields.all("roles").into_iter().filter_map(|id| id.parse::<RoleId>().ok());
    let held = visitor.caller.identity.rights;
    let command = AddStaff { profile: profile(&fields), roles: roles.collect(), held };
    let password = fields.secret("password");
    let ask = visitor.ask(&fields.key()?, command);
    match state.access().add_staff(ask, &password).await {
        Ok(done) => {
            state.names().forget(visitor.tenant());
            let to = format!("{PATH}/{}", done.answer.staff_id);
            Ok(go(&address(&to, &[("done", "staff")])))
        }
        Err(error) => refused(&form(&state, &visitor, &fields, &wrong_of(error)?).await?),
    }
}

/// What a form shows of a refusal; what no form can mend is a page.
pub(super) fn wrong_of(error: AccessError) -> Result<Wrong, PageError> {
    match error {
        AccessError::Malformed { field, detail } => {
            let mut wrong = Wrong::default();
            wrong.at(field.trim_start_matches('/'), detail);
            Ok(wrong)
        }
        AccessError::Door(error) => Wrong::from_error(error),
        other => Err(other.into()),
    }
}

//! Departments: which there are; one of them, with who is in it (ADM-13).

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::departments::{
    self, AssignToDepartment, ChangeDepartment, CreateDepartment, DeleteDepartment, KeptDepartment,
    UnassignFromDepartment, department_of,
};
use billfold_app::commands::staff::colleagues;
use billfold_domain::department::DepartmentTerms;
use billfold_domain::kernel::{DepartmentId, StaffId};
use billfold_domain::role::Permission;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::{Seen, WebState};
use crate::view::{Badge, Tone};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/departments";

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/departments.html")]
pub(crate) struct Departments {
    /// The frame.
    pub(crate) shell: Shell,
    /// Oldest first.
    pub(crate) rows: Vec<DepartmentRow>,
    /// Whether the visitor may make one.
    pub(crate) may_write: bool,
}

/// A department.
#[derive(Clone, Debug)]
pub(crate) struct DepartmentRow {
    /// Its page.
    pub(crate) href: String,
    /// What people call it.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) description: String,
    /// Where it is written to; empty when nowhere.
    pub(crate) email: String,
    /// How many are in it.
    pub(crate) members: usize,
    /// Whether work may be given to it.
    pub(crate) status: Badge,
}

/// One department, or a new one.
#[derive(Debug, Template)]
#[template(path = "admin/department.html")]
pub(crate) struct DepartmentPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// The department as it is; none for a new one.
    pub(crate) known: Option<DepartmentRow>,
    /// Where the form is sent; nowhere for who may only look.
    pub(crate) action: Option<String>,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen; empty for a new department.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name, purpose, address, and whether it takes work.
    pub(crate) fields: Vec<Field>,
    /// Name and page of each member.
    pub(crate) members: Vec<(String, String)>,
    /// What else can be done.
    pub(crate) actions: Vec<Action>,
}

/// The list's, the department's and the deeds' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/departments/new", get(blank).post(create))
        .route("/admin/departments/{id}", get(show).post(change))
        .merge(deed::routes::<Verb>())
}

/// Whether a department takes work, as a badge.
pub(super) fn standing(active: bool) -> Badge {
    if active { Badge::new(Tone::Green, "Open") } else { Badge::new(Tone::Grey, "Closed") }
}

impl From<&KeptDepartment> for DepartmentRow {
    fn from(department: &KeptDepartment) -> Self {
        let terms = &department.facts.terms;
        Self {
            href: href(department.department_id),
            name: terms.name.clone(),
            description: terms.description.clone(),
            email: terms.email.clone().unwrap_or_default(),
            members: department.facts.members.len(),
            status: standing(terms.active),
        }
    }
}

/// The page of a department.
pub(super) fn href(id: DepartmentId) -> String {
    format!("{PATH}/{id}")
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let head = *state.operations().head().borrow();
    let departments = departments::departments(state.door(), visitor.tenant()).await?;
    page(&Departments {
        shell: visitor.shell(&state, PATH, head).await?,
        rows: departments.iter().map(DepartmentRow::from).collect(),
        may_write: visitor.caller.identity.may(Permission::StaffWrite),
    })
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffWrite)?;
    page(&form(&state, &visitor, None, None, &Wrong::default()).await?)
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let known = find(&state, &visitor, read(&id)?).await?;
    page(&form(&state, &visitor, Some(&known), None, &Wrong::default()).await?)
}

fn read(id: &str) -> Result<DepartmentId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

async fn find(
    state: &WebState,
    visitor: &Visitor,
    id: DepartmentId,
) -> Result<KeptDepartment, PageError> {
    let department = departments::department(state.door(), visitor.tenant(), id).await?;
    department.ok_or(PageError::NotFound)
}

/// A department as it is, or as somebody sent it.
async fn form(
    state: &WebState,
    visitor: &Visitor,
    known: Option<&KeptDepartment>,
    sent: Option<&Fields>,
    wrong: &Wrong,
) -> Result<DepartmentPage, PageError> {
    let head = *state.operations().head().borrow();
    let names = state.names().colleagues(visitor.tenant()).await?;
    let may = visitor.caller.identity.may(Permission::StaffWrite);
    let to = known.map_or_else(|| format!("{PATH}/new"), |known| href(known.department_id));
    let member = |id: &StaffId| {
        let name = names.get(id).map_or_else(|| id.to_string(), |person| person.name.clone());
        (name, format!("/admin/staff/{id}"))
    };
    let members = known.into_iter().flat_map(|known| known.facts.members.iter().map(member));
    Ok(DepartmentPage {
        shell: visitor.shell(state, PATH, head).await?,
        known: known.map(DepartmentRow::from),
        action: may.then_some(to),
        key: new_key(),
        version: known.map_or_else(String::new, |known| known.version.to_string()),
        error: wrong.whole.clone(),
        fields: fields(known.map(|known| &known.facts.terms), sent, wrong),
        members: members.collect(),
        actions: known.filter(|_| may).map(actions).unwrap_or_default(),
    })
}

/// The fields of a department: as they were sent, else as they are known.
fn fields(known: Option<&DepartmentTerms>, sent: Option<&Fields>, wrong: &Wrong) -> Vec<Field> {
    let value = |name: &str, known: Option<&str>| {
        sent.map_or(known.unwrap_or_default(), |sent| sent.one(name)).to_owned()
    };
    let text = |name: &'static str, label: &'static str, kind, known: Option<&str>| {
        Field::input(name, label, kind).with(value(name, known)).wrong(wrong.of(name))
    };
    let active = known.is_none_or(|terms| terms.active);
    let work = [("yes", "May be given to it"), ("no", "Is given to it no longer")];
    let work = work.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    vec![
        text("name", "Name", "text", known.map(|terms| terms.name.as_str())).required(),
        text("email", "E-mail address", "email", known.and_then(|terms| terms.email.as_deref()))
            .hint("Of the business, not of a person"),
        text(
            "description",
            "What it is for",
            "text",
            known.map(|terms| terms.description.as_str()),
        ),
        Field::choice("active", "Work", work)
            .with(value("active", Some(if active { "yes" } else { "no" })))
            .wrong(wrong.of("active")),
    ]
}

fn actions(known: &KeptDepartment) -> Vec<Action> {
    let href = href(known.department_id);
    let action = |verb, label, icon| deed::action(verb, &href, label, icon);
    let mut actions = vec![action(Verb::Assign, "Assign staff", "user-plus")];
    if known.facts.members.is_empty() {
        actions.push(action(Verb::Delete, "Delete", "trash-2").class("danger"));
    } else {
        actions.push(action(Verb::Unassign, "Take somebody out", "x"));
    }
    actions
}

/// What a form says of a department; the domain checks it.
fn terms(sent: &Fields) -> DepartmentTerms {
    DepartmentTerms {
        name: sent.one("name").to_owned(),
        description: sent.one("description").to_owned(),
        email: sent.some("email"),
        active: sent.one("active") != "no",
    }
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::StaffWrite)?;
    let command = CreateDepartment { terms: terms(&fields) };
    match state.command(visitor.ask(&fields.key()?, command), &[]).await {
        Ok((done, _)) => {
            let to = href(done.answer.department_id);
            Ok(go(&address(&to, &[("done", "department")])))
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
    state.must(&visitor, Permission::StaffWrite)?;
    let known = find(&state, &visitor, read(&id)?).await?;
    let department_id = known.department_id;
    let command = ChangeDepartment { department_id, terms: terms(&fields) };
    let mut ask = visitor.ask(&fields.key()?, command);
    ask.expect = fields.one("version").parse().ok();
    match state.command(ask, &[]).await {
        Ok(_) => Ok(go(&address(&href(department_id), &[("done", "department-set")]))),
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            refused(&form(&state, &visitor, Some(&known), Some(&fields), &wrong).await?)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Assign,
    Unassign,
    Delete,
}

impl Deed for Verb {
    type Id = DepartmentId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::StaffWrite;
    const ALL: &'static [Verb] = &[Verb::Assign, Verb::Unassign, Verb::Delete];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Assign => ("assign", "Assign", "department-assigned"),
            Verb::Unassign => ("unassign", "Take out", "department-unassigned"),
            Verb::Delete => ("delete", "Delete department", "department-deleted"),
        };
        Words { path, button, done, danger: self == Verb::Delete }
    }

    fn back(id: &DepartmentId) -> String {
        href(*id)
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let known = find(asked.state, asked.visitor, asked.id).await?;
        let name = &known.facts.terms.name;
        let (title, text, fields) = match self {
            Verb::Assign => {
                let text = "Whoever is in another department leaves it.";
                (format!("Who works in {name}?"), text, vec![staff(asked, &known, false).await?])
            }
            Verb::Unassign => {
                let text = "They keep their roles, and what they may do.";
                (format!("Who leaves {name}?"), text, vec![staff(asked, &known, true).await?])
            }
            Verb::Delete => {
                let text = "Its name is free again. What happened in it stays known.";
                (format!("Delete {name}?"), text, Vec::new())
            }
        };
        Ok(Question { title, text: text.to_owned(), version: Some(known.version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let department_id = asked.id;
        if self == Verb::Delete {
            return asked.command_on_seen(DeleteDepartment { department_id }, &[]).await;
        }
        let Ok(staff_id) = asked.sent.one("staff_id").parse() else {
            let mut wrong = Wrong::default();
            wrong.at("staff_id", "choose somebody");
            return Ok(Err(wrong));
        };
        if self == Verb::Assign {
            asked.command(AssignToDepartment { department_id, staff_id }, &[]).await
        } else {
            asked.command(UnassignFromDepartment { department_id, staff_id }, &[]).await
        }
    }
}

/// A choice among the members, or among the active staff who are none, with where they are now.
async fn staff(
    asked: &Asked<'_, Verb>,
    known: &KeptDepartment,
    members: bool,
) -> Result<Field, PageError> {
    let (door, tenant) = (asked.state.door(), asked.visitor.tenant());
    let departments = departments::departments(door, tenant).await?;
    let people = colleagues(door, tenant).await?.into_iter();
    let options = people.filter_map(|person| {
        let id = person.staff_id;
        let fits = known.facts.members.contains(&id) == members && (members || person.active);
        let name = person.profile.clear().map_or_else(|| id.to_string(), |known| known.name);
        let now = department_of(&departments, id).filter(|_| !members);
        let label = match now {
            Some(now) => format!("{name} ({})", now.facts.terms.name),
            None => name,
        };
        fits.then(|| (id.to_string(), label))
    });
    let field = Field::choice("staff_id", "Member of staff", options.collect());
    Ok(field.with(asked.sent.one("staff_id")).wrong(asked.wrong.of("staff_id")))
}

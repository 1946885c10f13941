//! One member of staff: who it is, what they may do and by which role, and what can be done.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::AccessError;
use billfold_app::commands::departments::departments;
use billfold_app::commands::roles::{self, GiveRole, KeptRole, TakeRole};
use billfold_app::commands::staff::{
    ChangeStaff, Colleague, EraseStaff, ResumeStaff, StopStaff, colleague,
};
use billfold_app::commands::{Ask, UseCase};
use billfold_app::{Error, Refused};
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Permission, Rights};
use billfold_domain::staff::{StaffProfile, StaffRefusal};

use super::client::record::initials;
use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::staff::{self, PATH, standing, title};
use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::page;
use crate::state::{Seen, WebState};
use crate::view::Badge;
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/staff_member.html")]
pub(crate) struct Member {
    /// The frame.
    pub(crate) shell: Shell,
    /// What colleagues call them.
    pub(crate) name: String,
    /// Letters in the place of a picture.
    pub(crate) initials: String,
    /// Where the picture is, if there is one.
    pub(crate) picture: Option<String>,
    /// Where they sign in from.
    pub(crate) email: String,
    /// Phone number; empty when unknown.
    pub(crate) phone: String,
    /// Whether they may sign in.
    pub(crate) status: Badge,
    /// Name and page of their department.
    pub(crate) department: Option<(String, String)>,
    /// Name, page and purpose of each role.
    pub(crate) roles: Vec<(String, String, String)>,
    /// What they may do, by module.
    pub(crate) may: Vec<(&'static str, Vec<&'static str>)>,
    /// Where what they did is listed.
    pub(crate) trail: String,
    /// What can be done.
    pub(crate) actions: Vec<Action>,
}

/// The page's and the deeds' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/staff/{id}", get(show)).merge(deed::routes::<Verb>())
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let id: StaffId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let person = colleague(state.door(), tenant, id).await?.ok_or(PageError::NotFound)?;
    let roles = roles::roles(state.door(), tenant).await?;
    let departments = departments(state.door(), tenant).await?;
    let held: Vec<&KeptRole> =
        roles.iter().filter(|role| role.facts.holders.contains(&id)).collect();
    let rights = held.iter().fold(Rights::NONE, |rights, role| rights.and(role.facts.rights()));
    let active = person.active;
    let picture = person.pictured.then(|| format!("{PATH}/{id}/avatar"));
    let profile = known(person);
    let role = |role: &&KeptRole| {
        let href = format!("/admin/roles/{}", role.role_id);
        (title(role), href, role.facts.description.clone())
    };
    page(&Member {
        shell: visitor.shell(&state, PATH, head).await?,
        initials: initials(&profile.name),
        picture,
        name: profile.name,
        email: profile.email,
        phone: profile.phone.unwrap_or_default(),
        status: standing(active),
        department: staff::department_link(&departments, id),
        roles: held.iter().map(role).collect(),
        may: by_module(rights),
        trail: format!("/admin/audit?actor=staff%3A{}", id.uuid()),
        actions: actions(&visitor, id, active, !held.is_empty()),
    })
}

fn actions(visitor: &Visitor, id: StaffId, active: bool, has_roles: bool) -> Vec<Action> {
    let may = |permission| visitor.caller.identity.may(permission);
    let href = format!("{PATH}/{id}");
    let action = |verb, label, icon| deed::action(verb, &href, label, icon);
    let mut actions = Vec::new();
    if may(Permission::RolesWrite) && active {
        actions.push(action(Verb::Give, "Give role", "plus"));
    }
    if may(Permission::RolesWrite) && has_roles {
        actions.push(action(Verb::Take, "Take role", "x"));
    }
    if may(Permission::StaffWrite) {
        actions.push(action(Verb::Change, "Change", "pencil"));
        actions.push(Action::new(format!("{href}/picture"), "Picture", "user").on_a_page());
        if active {
            actions.push(action(Verb::Password, "New password", "lock"));
            actions.push(action(Verb::Stop, "Stop", "ban").class("danger"));
        } else {
            actions.push(action(Verb::Resume, "Let in again", "play"));
            actions.push(action(Verb::Erase, "Erase", "trash-2").class("danger"));
        }
    }
    actions
}

/// What rights allow, by module.
pub(super) fn by_module(rights: Rights) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut modules: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for permission in rights.permissions.iter() {
        let name = permission.module().name();
        match modules.last_mut() {
            Some((last, allowed)) if *last == name => allowed.push(permission.description()),
            _ => modules.push((name, vec![permission.description()])),
        }
    }
    modules
}

fn known(person: Colleague) -> StaffProfile {
    let erased = || StaffProfile { name: "Erased".to_owned(), email: String::new(), phone: None };
    person.profile.clear().unwrap_or_else(erased)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Change,
    Password,
    Stop,
    Resume,
    Erase,
    Give,
    Take,
}

impl Deed for Verb {
    type Id = StaffId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::StaffRead;
    const ALL: &'static [Verb] = &[
        Verb::Change,
        Verb::Password,
        Verb::Stop,
        Verb::Resume,
        Verb::Erase,
        Verb::Give,
        Verb::Take,
    ];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Change => ("change", "Save", "staff-set"),
            Verb::Password => ("password", "Replace password", "staff-password"),
            Verb::Stop => ("stop", "Stop", "staff-stopped"),
            Verb::Resume => ("resume", "Let in again", "staff-resumed"),
            Verb::Erase => ("erase", "Erase for ever", "staff-erased"),
            Verb::Give => ("give", "Give role", "role-given"),
            Verb::Take => ("take", "Take role", "role-taken"),
        };
        Words { path, button, done, danger: matches!(self, Verb::Stop | Verb::Erase) }
    }

    fn after(self, id: &StaffId) -> String {
        match self {
            Verb::Erase => PATH.to_owned(),
            _ => Self::back(id),
        }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        asked.state.must(asked.visitor, self.needs())?;
        let (state, tenant) = (asked.state, asked.visitor.tenant());
        let person = colleague(state.door(), tenant, asked.id).await?;
        let person = person.ok_or(PageError::NotFound)?;
        let version = person.version;
        let profile = known(person);
        let name = profile.name.clone();
        let (title, text, fields) = match self {
            Verb::Change => {
                let text = "Another address is the one they sign in with next.".to_owned();
                (format!("Change {name}"), text, self.profile_fields(asked, profile))
            }
            Verb::Password => {
                let text = "Their sessions end. Tell them the password yourself.".to_owned();
                (format!("A new password for {name}?"), text, vec![password(asked)])
            }
            Verb::Stop => {
                let text = "They lose sessions, roles and department; what they did stays theirs.";
                let reason = deed::reason(asked, "Stands in the event; no personal data");
                (format!("Stop {name}?"), text.to_owned(), vec![reason])
            }
            Verb::Resume => {
                let text = "They sign in with the password they had. Their roles are given anew.";
                (format!("Let {name} in again?"), text.to_owned(), Vec::new())
            }
            Verb::Erase => {
                let text = "Name, address, phone number, picture and every way in are destroyed, \
                            here and in backups. What they did stays in the log, without a name.";
                let reason = deed::reason(asked, "Stands in the event; no personal data");
                (format!("Erase {name} for ever?"), text.to_owned(), vec![reason])
            }
            Verb::Give => {
                let text = "What a role allows is on its page.".to_owned();
                (format!("Which role for {name}?"), text, vec![role(asked, false).await?])
            }
            Verb::Take => {
                let text = "It counts within seconds.".to_owned();
                (format!("Which role does {name} lose?"), text, vec![role(asked, true).await?])
            }
        };
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        asked.state.must(asked.visitor, self.needs())?;
        let (staff_id, held) = (asked.id, asked.visitor.caller.identity.rights);
        let access = asked.state.access();
        let done = match self {
            Verb::Give => match asked.sent.one("role_id").parse() {
                Ok(role_id) => {
                    return asked.command(GiveRole { role_id, staff_id, held }, &[]).await;
                }
                Err(_) => return Ok(Err(no_role())),
            },
            Verb::Take => match asked.sent.one("role_id").parse() {
                Ok(role_id) => {
                    return asked.command(TakeRole { role_id, staff_id, held }, &[]).await;
                }
                Err(_) => return Ok(Err(no_role())),
            },
            Verb::Password => {
                let password = asked.sent.secret("password");
                let (tenant, by) = (asked.visitor.tenant(), asked.visitor.caller.by());
                let known = access.set_password(tenant, &by, staff_id, &password).await;
                known.and_then(|known| if known { Ok(()) } else { Err(absent()) })
            }
            Verb::Change => {
                let profile = staff::profile(asked.sent);
                let change = on_seen(asked, ChangeStaff { staff_id, profile })?;
                access.change_staff(change, held).await.map(|_| ())
            }
            Verb::Stop => {
                let reason = asked.sent.one("reason").to_owned();
                let stop = on_seen(asked, StopStaff { staff_id, reason })?;
                access.stop_staff(stop, held).await.map(|_| ())
            }
            Verb::Resume => {
                let resume = on_seen(asked, ResumeStaff { staff_id })?;
                access.resume_staff(resume).await.map(|_| ())
            }
            Verb::Erase => {
                let reason = asked.sent.one("reason").to_owned();
                let erase = on_seen(asked, EraseStaff { staff_id, reason })?;
                access.erase_staff(erase).await.map(|_| ())
            }
        };
        asked.state.names().forget(asked.visitor.tenant());
        match done {
            Ok(()) => Ok(Ok(Seen::Now)),
            Err(error) => staff::wrong_of(error).map(Err),
        }
    }
}

impl Verb {
    fn needs(self) -> Permission {
        match self {
            Verb::Give | Verb::Take => Permission::RolesWrite,
            Verb::Change | Verb::Password | Verb::Stop | Verb::Resume | Verb::Erase => {
                Permission::StaffWrite
            }
        }
    }

    /// The fields of a profile: as they were sent, else as they are known.
    fn profile_fields(self, asked: &Asked<'_, Verb>, known: StaffProfile) -> Vec<Field> {
        let StaffProfile { name, email, phone } = known;
        let pairs = [("name", name), ("email", email), ("phone", phone.unwrap_or_default())];
        let pairs = pairs.map(|(field, value)| (field.to_owned(), value));
        let known = Fields::from_pairs(pairs.into());
        let sent = if asked.sent.key().is_ok() { asked.sent } else { &known };
        staff::profile_fields(sent, &asked.wrong)
    }
}

/// A use case about the version that was seen, with the key of the form.
fn on_seen<U: UseCase>(asked: &Asked<'_, Verb>, command: U) -> Result<Ask<U>, PageError> {
    let mut ask = asked.visitor.ask(&asked.sent.key()?, command);
    ask.expect = asked.sent.one("version").parse().ok();
    ask.reason = asked.sent.some("reason");
    Ok(ask)
}

fn password(asked: &Asked<'_, Verb>) -> Field {
    let field = Field::input("password", "New password", "password").required();
    let field = field.known_as("new-password").hint("10 to 256 characters");
    field.wrong(asked.wrong.of("password"))
}

/// A choice among the roles that somebody has, or has not, and the visitor may give or take.
async fn role(asked: &Asked<'_, Verb>, has: bool) -> Result<Field, PageError> {
    let held = asked.visitor.caller.identity.rights;
    let roles = roles::roles(asked.state.door(), asked.visitor.tenant()).await?;
    let fits = |role: &&KeptRole| {
        let holds = role.facts.holders.contains(&asked.id);
        holds == has && held.lacks(role.facts.rights()).is_none()
    };
    let option = |role: &KeptRole| (role.role_id.to_string(), title(role));
    let options = roles.iter().filter(fits).map(option).collect();
    let wrong = asked.wrong.of("role_id");
    Ok(Field::choice("role_id", "Role", options).with(asked.sent.one("role_id")).wrong(wrong))
}

fn no_role() -> Wrong {
    let mut wrong = Wrong::default();
    wrong.at("role_id", "choose a role");
    wrong
}

fn absent() -> AccessError {
    Error::from(Refused::of(&StaffRefusal::Absent)).into()
}

/// The id of a role in the address of a page.
pub(super) fn role_id(text: &str) -> Result<RoleId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

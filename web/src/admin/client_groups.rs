//! Groups of clients: who pays which prices; one group with its members; the form for a new one.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::client_groups::{CreateGroup, SetGroupDiscount, SetGroupTier};
use billfold_domain::client_group::{ClientGroup, GroupPricing};
use billfold_domain::kernel::{ClientGroupId, Invalid, Percent};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::client_group_list::{self, ClientGroupList, ClientGroupRow};

use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{AtCursor, Pager, address};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::{Seen, WebState};
use crate::view::Moment;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/client_groups.html")]
pub(crate) struct ClientGroups {
    /// The frame.
    pub(crate) shell: Shell,
    /// By code.
    pub(crate) rows: Vec<GroupRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One group.
#[derive(Clone, Debug)]
pub(crate) struct GroupRow {
    /// Its page.
    pub(crate) href: String,
    /// What people call it.
    pub(crate) name: String,
    /// What machines call it.
    pub(crate) code: String,
    /// `12.5 %`, or empty.
    pub(crate) discount: String,
    /// The tier whose prices count; the list price without.
    pub(crate) tier: Option<String>,
    /// How many clients are in it.
    pub(crate) members: i64,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// One group with its members.
#[derive(Debug, Template)]
#[template(path = "admin/client_group.html")]
pub(crate) struct OneGroup {
    /// The frame.
    pub(crate) shell: Shell,
    /// The group.
    pub(crate) group: GroupRow,
    /// Name, page and since when of each member.
    pub(crate) members: Vec<(String, String, Moment)>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// The form for a new group.
#[derive(Debug, Template)]
#[template(path = "admin/client_group_form.html")]
pub(crate) struct NewClientGroup {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name, code, discount, tier.
    pub(crate) fields: Vec<Field>,
}

const PATH: &str = "/admin/client-groups";
const READ: [&str; 1] = [ClientGroupList::NAME];

/// The list's, the group's, the form's and the deeds' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/client-groups/new", get(blank).post(create))
        .route("/admin/client-groups/{id}", get(one))
        .merge(deed::routes::<Verb>())
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ProductsRead)?;
    let wanted = at.wanted()?;
    let found = client_group_list::page(state.reads(), visitor.tenant(), &wanted).await?;
    let rows: Vec<GroupRow> = found.value.rows.iter().map(GroupRow::from).collect();
    page(&ClientGroups {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "groups"), found.value.next),
        rows,
    })
}

async fn one(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ClientsRead)?;
    let id: ClientGroupId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let (group, _) = state.door().load::<ClientGroup>(tenant, id.uuid()).await?;
    let pricing = group.pricing().ok_or(PageError::NotFound)?;
    let wanted = at.wanted()?;
    let found = client_group_list::members(state.reads(), tenant, id, &wanted).await?;
    let ids = found.value.rows.iter().map(|row| row.client_id);
    let names = state.names().clients(tenant, ids).await?;
    let member = |row: &client_group_list::MemberRow| {
        let id = row.client_id;
        let name = names.get(&id).cloned().unwrap_or_else(|| id.to_string());
        (name, format!("/admin/clients/{id}"), Moment(row.since))
    };
    let members: Vec<_> = found.value.rows.iter().map(member).collect();
    let href = format!("{PATH}/{id}");
    page(&OneGroup {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(&href, (members.len(), "clients"), found.value.next),
        group: GroupRow::of(id, pricing, found.as_of_position),
        members,
    })
}

impl GroupRow {
    fn of(id: ClientGroupId, pricing: &GroupPricing, position: i64) -> Self {
        Self {
            href: format!("{PATH}/{id}"),
            name: pricing.name.clone(),
            code: pricing.code.clone(),
            discount: percent(&pricing.discount.to_string()),
            tier: pricing.tier.clone(),
            members: i64::try_from(pricing.members.len()).unwrap_or(i64::MAX),
            position,
        }
    }
}

impl From<&ClientGroupRow> for GroupRow {
    fn from(row: &ClientGroupRow) -> Self {
        Self {
            href: format!("{PATH}/{}", row.client_group_id),
            name: row.name.clone(),
            code: row.code.clone(),
            discount: percent(&row.discount),
            tier: row.tier.clone(),
            members: row.members,
            position: row.last_position,
        }
    }
}

fn percent(text: &str) -> String {
    if text == "0" { String::new() } else { format!("{text} %") }
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewClientGroup, PageError> {
    state.must(visitor, Permission::ProductsWrite)?;
    let head = *state.operations().head().borrow();
    let text = |name: &'static str, label: &'static str| {
        Field::input(name, label, "text").with(sent.one(name)).wrong(wrong.of(name))
    };
    Ok(NewClientGroup {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        fields: vec![
            text("name", "Name").required(),
            text("code", "Code")
                .required()
                .hint("Lower case letters, digits, - and _; never reused"),
            text("discount", "Discount in percent").decimal().hint("Empty: none"),
            text("tier", "Tier of prices").hint("Empty: the list prices"),
        ],
    })
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ProductsWrite)?;
    let key = fields.key()?;
    let discount = fields.some("discount").map(|text| text.parse::<Percent>()).transpose();
    let wrong = match discount {
        Err(error) => wrong_discount(&error),
        Ok(discount) => {
            let command = CreateGroup {
                client_group_id: None,
                code: fields.one("code").to_owned(),
                name: fields.one("name").to_owned(),
                discount,
                tier: fields.some("tier"),
            };
            match state.command(visitor.ask(&key, command), &READ).await {
                Ok((done, seen)) => {
                    let to = format!("{PATH}/{}", done.answer.client_group_id);
                    return Ok(go(&address(&to, &[("done", seen.word("group"))])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    refused(&form(&state, &visitor, &fields, &wrong).await?)
}

fn wrong_discount(error: &Invalid) -> Wrong {
    let mut wrong = Wrong::default();
    wrong.at("discount", error.to_string());
    wrong
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Discount,
    Tier,
}

impl Deed for Verb {
    type Id = ClientGroupId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ProductsWrite;
    const ALL: &'static [Verb] = &[Verb::Discount, Verb::Tier];

    fn words(self) -> Words {
        let (path, button) = match self {
            Verb::Discount => ("discount", "Set discount"),
            Verb::Tier => ("tier", "Set tier"),
        };
        Words { path, button, done: "group-set", danger: false }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let id = asked.id.uuid();
        let (group, version) = asked.state.door().load::<ClientGroup>(tenant, id).await?;
        let known = group.pricing().ok_or(PageError::NotFound)?;
        let field = |name: &'static str, label: &'static str, value: String| {
            let value = asked.sent.some(name).unwrap_or(value);
            Field::input(name, label, "text").with(value).wrong(asked.wrong.of(name))
        };
        let (title, field) = match self {
            Verb::Discount => {
                let known = known.discount.to_string();
                let field = field("discount", "Discount in percent", known).decimal();
                ("What do members pay less?", field.required().hint("0 ends it"))
            }
            Verb::Tier => {
                let known = known.tier.clone().unwrap_or_default();
                let field = field("tier", "Tier of prices", known);
                ("Whose prices do members pay?", field.hint("Empty: the list prices"))
            }
        };
        let text = "It counts for new sales. What was sold already keeps its price.".to_owned();
        let (title, fields) = (title.to_owned(), vec![field]);
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let client_group_id = asked.id;
        match self {
            Verb::Tier => {
                let tier = asked.sent.some("tier");
                asked.command_on_seen(SetGroupTier { client_group_id, tier }, &READ).await
            }
            Verb::Discount => match asked.sent.one("discount").parse::<Percent>() {
                Err(error) => Ok(Err(wrong_discount(&error))),
                Ok(discount) => {
                    let set = SetGroupDiscount { client_group_id, discount };
                    asked.command_on_seen(set, &READ).await
                }
            },
        }
    }
}

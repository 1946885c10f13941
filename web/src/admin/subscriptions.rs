//! Subscriptions: who is billed again and again, for what, and when next.

use super::list::{Chip, Pager, address, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Day};
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::subscription_list::{self, Filter};
use billfold_projections::{Order, Wanted};
use chrono::NaiveDate;
use serde::Deserialize;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/subscriptions.html")]
pub(crate) struct Subscriptions {
    /// The frame.
    pub(crate) shell: Shell,
    /// All, running, due.
    pub(crate) chips: Vec<Chip>,
    /// The client whose subscriptions these are, with the page; none for those of all.
    pub(crate) of: Option<(String, String)>,
    /// Where a new one is begun.
    pub(crate) new: String,
    /// Newest first.
    pub(crate) rows: Vec<SubscriptionRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One subscription.
#[derive(Clone, Debug)]
pub(crate) struct SubscriptionRow {
    /// Its page.
    pub(crate) href: String,
    /// What documents call it.
    pub(crate) name: String,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// In trial, active, ending, paused, ended.
    pub(crate) status: Badge,
    /// The first day.
    pub(crate) started: Day,
    /// The first day without service, if that is known.
    pub(crate) ends: Option<Day>,
    /// The first day on which there is something to bill or to give back.
    pub(crate) due: Option<Day>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The list's address.
pub(super) const PATH: &str = "/admin/subscriptions";
/// Who may see them.
pub(super) const READS: Needs = Needs::of_own(Permission::SubscriptionsRead);
/// Subscriptions on the page of their client.
const FEW: u32 = 5;

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    show: String,
    client: String,
    cursor: String,
}

impl Wishes {
    fn filter(&self, today: NaiveDate) -> Result<Filter, PageError> {
        let client = match self.client.as_str() {
            "" => None,
            text => Some(text.parse::<ClientId>().map_err(|_| PageError::NotFound)?),
        };
        let on = |word: &str| (self.show == word).then_some(today);
        let (due_by, running_on) = (on("due"), on("running"));
        Ok(Filter { client, due_by, running_on, ..Filter::default() })
    }

    fn chips(&self) -> Vec<Chip> {
        let chip = |(label, word): (&str, &str)| Chip {
            label: label.to_owned(),
            count: None,
            href: self.address(word, ""),
            on: self.show == word,
        };
        [("All", ""), ("Running", "running"), ("Due", "due")].map(chip).to_vec()
    }

    /// The same list with another filter or on another page.
    fn address(&self, show: &str, cursor: &str) -> String {
        address(PATH, &[("show", show), ("client", &self.client), ("cursor", cursor)])
    }
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, READS)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let today = state.today(tenant).await?;
    let filter = Filter { scope, ..wishes.filter(today)? };
    if let Some(client) = filter.client {
        state.must_hold(&visitor, READS, client).await?;
    }
    let order = Order::Descending;
    let found = subscription_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = rows(&state, tenant, today, &found.value.rows).await?;
    let of = match filter.client {
        None => None,
        Some(client) => {
            let mut names = state.names().clients(tenant, [client]).await?;
            let name = names.remove(&client).ok_or(PageError::NotFound)?;
            Some((name, format!("/admin/clients/{client}")))
        }
    };
    page(&Subscriptions {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: wishes.chips(),
        of,
        new: address("/admin/subscriptions/new", &[("client", &wishes.client)]),
        pager: Pager {
            text: format!("{} subscriptions on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.address(&wishes.show, "")),
            older: found.value.next.map(|next| wishes.address(&wishes.show, &next.to_string())),
        },
        rows,
    })
}

/// A client's subscriptions that began last, few enough for the page of the client; and whether
/// there are more.
pub(super) async fn few_of(
    state: &WebState,
    tenant: TenantId,
    client: ClientId,
) -> Result<(Vec<SubscriptionRow>, bool), PageError> {
    let filter = Filter { client: Some(client), ..Filter::default() };
    let wanted = Wanted { limit: FEW, ..Wanted::default() };
    let order = Order::Descending;
    let found = subscription_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let today = state.today(tenant).await?;
    let rows = rows(state, tenant, today, &found.value.rows).await?;
    Ok((rows, found.value.next.is_some()))
}

/// Subscriptions as rows, with the names of their clients.
pub(super) async fn rows(
    state: &WebState,
    tenant: TenantId,
    today: NaiveDate,
    found: &[subscription_list::SubscriptionRow],
) -> Result<Vec<SubscriptionRow>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|row| row.client_id)).await?;
    let row = |row: &subscription_list::SubscriptionRow| SubscriptionRow {
        href: format!("{PATH}/{}", row.subscription_id),
        name: row.name.clone(),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: show::standing(row.standing(today)),
        started: Day(row.started_on),
        ends: row.ends_on.map(Day),
        due: row.next_due.map(Day),
        position: row.last_position,
    };
    Ok(found.iter().map(row).collect())
}

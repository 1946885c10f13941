//! The palette's answers: pages, clients, invoice numbers, event positions; a page of its own
//! without a script.

use crate::error::PageError;
use crate::layout;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_app::access::holds;
use billfold_domain::credit_note::CreditNote;
use billfold_domain::kernel::{CreditNoteId, InvoiceId, SubscriptionId};
use billfold_domain::role::{Permission, Reach};
use billfold_projections::event_index;
use billfold_projections::invoice_list::{self, Sort};
use billfold_projections::subscription_list;
use billfold_projections::{Order, Scope, Wanted};
use serde::Deserialize;

use crate::layout::Shell;
use crate::reach::Held;
use crate::view::Icon;

/// The page; its `hits` block is what the palette shows.
#[derive(Debug, Template)]
#[template(path = "admin/search.html", blocks = ["hits"])]
pub(crate) struct Search {
    /// The frame.
    pub(crate) shell: Shell,
    /// What was asked.
    pub(crate) q: String,
    /// By kind; empty when nothing was asked or nothing fits.
    pub(crate) groups: Vec<Hits>,
}

/// Answers of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Hits {
    /// `Clients`, `Invoices`, `Subscriptions`, `Events`, `Pages`.
    pub(crate) label: &'static str,
    /// The answers.
    pub(crate) hits: Vec<Hit>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// Its icon.
    pub(crate) icon: Icon,
    /// Its name.
    pub(crate) text: String,
    /// What tells it from others of that name.
    pub(crate) note: String,
    /// Where it is.
    pub(crate) href: String,
}

/// Answers of one kind.
const MOST: u32 = 6;
/// The search's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/search", get(search))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    q: String,
}

async fn search(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let q = wishes.q.trim().to_owned();
    let head = *state.operations().head().borrow();
    let mut groups = Vec::new();
    if !q.is_empty() {
        for (label, hits) in [
            ("Invoices", invoices(&state, &visitor, &q).await?),
            ("Subscriptions", subscriptions(&state, &visitor, &q).await?),
            ("Credit notes", credit_notes(&state, &visitor, &q).await?),
            ("Clients", clients(&state, &visitor, &q).await?),
            ("Events", events(&state, &visitor, &q).await?),
            ("Pages and commands", places(visitor.held(), &q)),
        ] {
            if !hits.is_empty() {
                groups.push(Hits { label, hits });
            }
        }
    }
    let found = Search { shell: visitor.shell(&state, "", head).await?, q, groups };
    if visitor.partial {
        return Ok(Html(found.as_hits().render()?).into_response());
    }
    page(&found)
}

/// Whose things of a kind the visitor may find; nobody's without the permission.
fn scope(visitor: &Visitor, permission: Permission) -> Option<Scope> {
    visitor.caller.identity.scope(permission, Reach::OwnClients)
}

async fn invoices(state: &WebState, visitor: &Visitor, q: &str) -> Result<Vec<Hit>, PageError> {
    let digits = q.bytes().filter(u8::is_ascii_digit).count();
    let scope = scope(visitor, Permission::InvoicesRead).filter(|_| digits >= 2);
    let Some(scope) = scope else { return Ok(Vec::new()) };
    let (tenant, today) = (visitor.tenant(), state.today(visitor.tenant()).await?);
    let found = match q.parse::<InvoiceId>() {
        Ok(id) if !holds(state.door(), tenant, scope, id).await? => Vec::new(),
        Ok(id) => invoice_list::find(state.reads(), tenant, id).await?.value.into_iter().collect(),
        Err(_) => {
            let filter = invoice_list::Filter {
                scope,
                number: Some(q.to_uppercase()),
                ..invoice_list::Filter::on(today)
            };
            let wanted = Wanted { limit: MOST, ..Wanted::default() };
            let order = (Sort::IssueDate, Order::Descending);
            invoice_list::page(state.reads(), tenant, &filter, order, &wanted).await?.value.rows
        }
    };
    let rows = super::invoices::rows(state, tenant, today, &found).await?;
    let hit = |row: super::invoices::InvoiceRow| Hit {
        icon: Icon("receipt-text"),
        note: format!("{} · {} · {}", row.client, row.status.word(), row.total.plain()),
        text: row.number,
        href: row.href,
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// The subscription with that id.
async fn subscriptions(
    state: &WebState,
    visitor: &Visitor,
    q: &str,
) -> Result<Vec<Hit>, PageError> {
    let id = q.parse::<SubscriptionId>().ok();
    let Some((id, scope)) = id.zip(scope(visitor, Permission::SubscriptionsRead)) else {
        return Ok(Vec::new());
    };
    if !holds(state.door(), visitor.tenant(), scope, id).await? {
        return Ok(Vec::new());
    }
    let (tenant, today) = (visitor.tenant(), state.today(visitor.tenant()).await?);
    let found: Vec<_> =
        subscription_list::find(state.reads(), tenant, id).await?.value.into_iter().collect();
    let rows = super::subscriptions::rows(state, tenant, today, &found).await?;
    let hit = |row: super::subscriptions::SubscriptionRow| Hit {
        icon: Icon("refresh-cw"),
        text: row.name,
        note: format!("{} · {}", row.client.0, row.status.word()),
        href: row.href,
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// The credit note with that id.
async fn credit_notes(state: &WebState, visitor: &Visitor, q: &str) -> Result<Vec<Hit>, PageError> {
    let id = q.parse::<CreditNoteId>().ok();
    let Some((id, scope)) = id.zip(scope(visitor, Permission::InvoicesRead)) else {
        return Ok(Vec::new());
    };
    let tenant = visitor.tenant();
    if !holds(state.door(), tenant, scope, id).await? {
        return Ok(Vec::new());
    }
    let (note, _) = state.door().load::<CreditNote>(tenant, id.uuid()).await?;
    let Some(note) = note.issued() else { return Ok(Vec::new()) };
    let mut names = state.names().clients(tenant, [note.client_id]).await?;
    let name = names.remove(&note.client_id).unwrap_or_default();
    Ok(vec![Hit {
        icon: Icon("undo-2"),
        text: note.number.text.clone(),
        note: format!("{name} · {}", show::money(note.total).plain()),
        href: format!("/admin/credit-notes/{id}"),
    }])
}

async fn clients(state: &WebState, visitor: &Visitor, q: &str) -> Result<Vec<Hit>, PageError> {
    let Some(scope) = scope(visitor, Permission::ClientsRead) else { return Ok(Vec::new()) };
    let (row, _) = super::clients::find(state, visitor.tenant(), scope, q).await?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let names = state.names().of_rows(visitor.tenant(), std::slice::from_ref(&row)).await?;
    let hit = |name: String| Hit {
        icon: Icon("user"),
        text: name,
        note: show::short_id(&row.client_id.to_string()),
        href: format!("/admin/clients/{}", row.client_id),
    };
    Ok(names.into_iter().map(hit).collect())
}

async fn events(state: &WebState, visitor: &Visitor, q: &str) -> Result<Vec<Hit>, PageError> {
    let position = q.trim_start_matches('#').parse::<i64>().ok();
    let Some(position) = position.filter(|_| visitor.caller.identity.may(Permission::EventsRead))
    else {
        return Ok(Vec::new());
    };
    let found = event_index::find(state.reads(), visitor.tenant(), position).await?.value;
    let hit = |event: event_index::Stored| Hit {
        icon: Icon("activity"),
        text: format!("#{}", event.position),
        note: event.event_type,
        href: format!("/admin/events/{}", event.position),
    };
    Ok(found.into_iter().map(hit).collect())
}

fn places(held: Held, q: &str) -> Vec<Hit> {
    let q = q.to_lowercase();
    let places = layout::places(held).into_iter().flat_map(|(_, places)| places);
    let places = places.map(|place| (place.label, place.icon, place.path));
    let fits = |(label, ..): &(&str, &str, &str)| label.to_lowercase().contains(&q);
    let hit = |(label, icon, path): (&str, &'static str, &str)| Hit {
        icon: Icon(icon),
        text: label.to_owned(),
        note: String::new(),
        href: path.to_owned(),
    };
    let commands = layout::commands(held).into_iter();
    let commands = commands.map(|command| (command.label, command.icon, command.path));
    let reference = ("API reference", "file-text", "/docs");
    places.chain(commands).chain([reference]).filter(fits).map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_commands_are_found_by_a_part_of_their_name() {
        let found = places(Held::everything(), "TRIAL");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].href, "/admin/trial-balance");
        assert_eq!(places(Held::everything(), "invoice").len(), 2);
        assert!(places(Held::everything(), "zzz").is_empty());
    }

    #[test]
    fn a_page_about_all_clients_is_not_found_by_who_sees_a_few() {
        let own = Held::everything_of_own();
        assert!(places(own, "TRIAL").is_empty());
        assert!(places(own, "new product").is_empty());
        assert_eq!(places(own, "invoice").len(), 2);
    }
}

//! Days that had far more of something than those before them, each with a way to its events
//! (EVT-41).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_projections::unusual::{self, Against, DAYS_BEFORE, Filter, UnusualDay, Watched};
use serde::Deserialize;

use super::list::{Pager, address, day, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::names::Actors;
use crate::router::page;
use crate::state::WebState;
use crate::view::Day;
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/unusual.html")]
pub(crate) struct Unusual {
    /// The frame.
    pub(crate) shell: Shell,
    /// What was done: value, words, whether it is in force.
    pub(crate) kinds: Vec<(&'static str, &'static str, bool)>,
    /// On or after.
    pub(crate) from: String,
    /// On or before.
    pub(crate) to: String,
    /// With how many days a day is compared.
    pub(crate) days_before: i64,
    /// Newest first.
    pub(crate) rows: Vec<UnusualRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// A day.
#[derive(Clone, Debug)]
pub(crate) struct UnusualRow {
    /// The day of UTC.
    pub(crate) day: Day,
    /// What was done.
    pub(crate) what: &'static str,
    /// Who did it: a name and the kind of actor; nothing where the seller is counted as a whole.
    pub(crate) who: Option<(String, &'static str)>,
    /// How often.
    pub(crate) count: i64,
    /// What was usual.
    pub(crate) usual: String,
    /// From how many on it is unusual.
    pub(crate) threshold: i64,
    /// The audit log with these events and no others.
    pub(crate) evidence: String,
    /// The last of them.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/unusual";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    kind: String,
    from: String,
    to: String,
    cursor: String,
}

impl Wishes {
    fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("kind", self.kind.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", cursor),
        ];
        address(PATH, &pairs)
    }
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::EventsRead)?;
    let tenant = visitor.tenant();
    let kind = Watched::parse(&wishes.kind);
    let filter = Filter { kind, from: day(&wishes.from)?, to: day(&wishes.to)? };
    let found = unusual::page(state.reads(), tenant, &filter, &wanted(&wishes.cursor)?).await?;
    let actors = state.names().actors(&visitor).await?;
    let rows: Vec<UnusualRow> = found.value.rows.iter().map(|day| row(day, &actors)).collect();
    page(&Unusual {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        kinds: Watched::ALL.map(|one| (one.as_str(), words(one), kind == Some(one))).to_vec(),
        days_before: DAYS_BEFORE,
        pager: Pager {
            text: format!("{} days on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.address("")),
            older: found.value.next.map(|next| wishes.address(&next.to_string())),
        },
        rows,
        from: wishes.from,
        to: wishes.to,
    })
}

fn row(day: &UnusualDay, actors: &Actors) -> UnusualRow {
    let count = &day.count;
    let who = Some(count.subject.as_str()).filter(|actor| !actor.is_empty());
    let on = count.day.to_string();
    let types = count.kind.event_types().join(",");
    UnusualRow {
        day: Day(count.day),
        what: words(count.kind),
        who: who.map(|actor| (actors.name(actor), Actors::kind(actor))),
        count: count.deeds,
        usual: match count.kind.rule().against {
            Against::Average(_) => format!("{} a day on average", day.before.average()),
            Against::Busiest(_) => format!("at most {} a day", day.before.busiest),
        },
        threshold: day.threshold(),
        evidence: address(
            "/admin/audit",
            &[("type", types.as_str()), ("actor", who.unwrap_or_default()), ("on", &on)],
        ),
        position: count.last_position,
    }
}

fn words(kind: Watched) -> &'static str {
    match kind {
        Watched::Refunds => "Refunds",
        Watched::WriteOffs => "Write-offs",
        Watched::VoidedInvoices => "Voided invoices",
        Watched::CreditNotes => "Credit notes",
        Watched::GiftCards => "Gift cards given out",
        Watched::RoleChanges => "Changes of roles",
        Watched::ApiKeys => "API keys made",
        Watched::DataExports => "Data of people handed out",
        Watched::Erasures => "People erased",
        Watched::RefusedSignIns => "Refused sign-ins",
        Watched::LockOuts => "Lock-outs",
        Watched::DunningEntries => "Entries to dunning",
        Watched::DeclinedCharges => "Declined charges",
    }
}

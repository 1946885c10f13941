//! The event explorer: the log itself, filtered; one event with its payload, causes and effects.

use super::list::{address, wanted};
use crate::error::PageError;
use crate::happened::happened;
use crate::names::Actors;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::Escaped;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::origins;
use billfold_domain::kernel::{EventId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::audit_log::{self, Why};
use billfold_projections::event_index::{self, Filter, Stored};
use billfold_projections::{AsOf, Order, Wanted, journal};
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use uuid::Uuid;

use super::list::{Chip, Pager};
use super::trial_balance::AccountLine;
use crate::layout::Shell;
use crate::view::{Day, Ident, Moment};

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/events.html")]
pub(crate) struct Events {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per aggregate.
    pub(crate) chips: Vec<Chip>,
    /// The aggregate in force.
    pub(crate) aggregate: String,
    /// The event type in force.
    pub(crate) kind: String,
    /// The actor in force.
    pub(crate) actor: String,
    /// The first position to show, counted down from.
    pub(crate) before: String,
    /// Newest first.
    pub(crate) rows: Vec<EventRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One event in a list.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) aggregate: String,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// The stream's identifier, shortened, with the number in it.
    pub(crate) stream: Ident,
    /// The page of what the stream is about.
    pub(crate) stream_href: Option<String>,
    /// Who.
    pub(crate) by: String,
    /// The day it counts for.
    pub(crate) effective: Day,
    /// When it was recorded.
    pub(crate) at: Moment,
}

/// One event.
#[derive(Debug, Template)]
#[template(path = "admin/event.html")]
pub(crate) struct Event {
    /// The frame.
    pub(crate) shell: Shell,
    /// Where in the log.
    pub(crate) position: i64,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// What it is about, with its page.
    pub(crate) subject: Option<(String, String)>,
    /// Name and value of every header, in the order of the log's columns.
    pub(crate) headers: Vec<(&'static str, Ident)>,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// The day it counts for.
    pub(crate) effective: Day,
    /// Who.
    pub(crate) by: String,
    /// The payload as it lies in the log, with markup for keys and values.
    pub(crate) payload: String,
    /// What came along: address, agent, request, reason.
    pub(crate) metadata: Vec<(String, String)>,
    /// What led to it and what it led to, in order of the log.
    pub(crate) chain: Vec<EventRow>,
    /// What led to it and what it led to; itself is marked.
    pub(crate) why: Vec<Step>,
    /// Whether it led to more than is shown.
    pub(crate) why_cut: bool,
    /// What it posted to the ledger.
    pub(crate) posted: Vec<AccountLine>,
    /// The event before this one, if there is one.
    pub(crate) previous: Option<i64>,
    /// The event after this one, if there is one.
    pub(crate) next: Option<i64>,
}

/// A step of the chain of causes.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// How far in, from 0 for the first cause; deep ones are drawn at the same depth.
    pub(crate) depth: usize,
    /// How it stands to the event of the page.
    pub(crate) role: &'static str,
    /// What happened, as a sentence.
    pub(crate) what: String,
    /// The event.
    pub(crate) row: EventRow,
}

const PATH: &str = "/admin/events";
const AGGREGATES: [&str; 9] = [
    "client",
    "order",
    "subscription",
    "invoice",
    "credit_note",
    "payment",
    "product",
    "tenant",
    "affiliate",
];
/// Events of one cause that are listed.
const CHAIN: u32 = 20;

/// The list's and the event's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/events/{position}", get(show_event))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    aggregate: String,
    #[serde(rename = "type")]
    kind: String,
    actor: String,
    before: String,
    /// Everything that one process caused, such as a billing run.
    correlation: Option<Uuid>,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::EventsRead)?;
    let tenant = visitor.tenant();
    let as_of = match wishes.before.trim().trim_start_matches('#') {
        "" => AsOf::Now,
        text => AsOf::Position(text.parse().map_err(|_| {
            PageError::Malformed("A position of the log is a number such as 184011.".to_owned())
        })?),
    };
    let aggregate =
        Some(wishes.aggregate.clone()).filter(|word| AGGREGATES.contains(&word.as_str()));
    let kind = Some(wishes.kind.trim().to_owned()).filter(|kind| !kind.is_empty());
    let filter = Filter {
        types: kind.into_iter().collect(),
        stream: aggregate.map(|aggregate| (aggregate, None)),
        actor: Some(wishes.actor.trim().to_owned()).filter(|actor| !actor.is_empty()),
        correlation: wishes.correlation,
        as_of,
        ..Filter::default()
    };
    let wanted = wanted(&wishes.cursor)?;
    let found = event_index::page(state.reads(), tenant, &filter, &wanted).await?;
    let actors = state.names().actors(&visitor).await?;
    let rows = rows(&actors, &found.value.rows);
    let chip = |label: &str, word: &str| Chip {
        label: label.to_owned(),
        count: None,
        href: address(PATH, &[("aggregate", word)]),
        on: wishes.aggregate == word,
    };
    let words = AGGREGATES.map(|word| chip(&show::words(word), word));
    page(&Events {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: std::iter::once(chip("All", "")).chain(words).collect(),
        pager: Pager {
            text: format!("{} events on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.address("")),
            older: found.value.next.map(|next| wishes.address(&next.to_string())),
        },
        rows,
        aggregate: wishes.aggregate,
        kind: wishes.kind,
        actor: wishes.actor,
        before: wishes.before,
    })
}

impl Wishes {
    fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("aggregate", self.aggregate.as_str()),
            ("type", &self.kind),
            ("actor", &self.actor),
            ("before", &self.before),
            ("cursor", cursor),
        ];
        address(PATH, &pairs)
    }
}

/// Stored events as rows.
pub(super) fn rows<'a>(
    actors: &Actors,
    events: impl IntoIterator<Item = &'a Stored>,
) -> Vec<EventRow> {
    events.into_iter().map(|event| row(actors, event)).collect()
}

fn row(actors: &Actors, event: &Stored) -> EventRow {
    let id = show::stream_id(&event.aggregate_type, event.aggregate_id);
    EventRow {
        position: event.position,
        aggregate: event.aggregate_type.clone(),
        kind: event.event_type.clone(),
        stream: Ident(format!("{} · {}", show::short_id(&id), event.sequence)),
        stream_href: show::stream_href(&event.aggregate_type, event.aggregate_id),
        by: actors.name(&event.actor),
        effective: Day(event.effective_at.date_naive()),
        at: Moment(event.recorded_at),
    }
}

async fn show_event(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(position): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::EventsRead)?;
    let position: i64 = position.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let found = event_index::find(state.reads(), tenant, position).await?;
    let mut event = found.value.ok_or(PageError::NotFound)?;
    origins::reveal(state.door().vault(), tenant, [&mut event]).await?;
    let actors = state.names().actors(&visitor).await?;
    let chain = Filter {
        correlation: Some(event.correlation_id),
        order: Order::Ascending,
        ..Filter::default()
    };
    let wanted = Wanted { limit: CHAIN, ..Wanted::default() };
    let chain = event_index::page(state.reads(), tenant, &chain, &wanted).await?.value.rows;
    let posted = journal::find(state.reads(), tenant, position).await?.value;
    let neighbours = neighbours(&state, tenant, position).await?;
    let why = audit_log::why(state.reads(), tenant, position).await?.value;
    let (why_cut, why) = why.map(|why| (why.cut, steps(&actors, &why))).unwrap_or_default();
    let id = show::stream_id(&event.aggregate_type, event.aggregate_id);
    let subject = show::stream_href(&event.aggregate_type, event.aggregate_id);
    page(&Event {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        position,
        subject: subject.map(|href| {
            (format!("{} {}", show::words(&event.aggregate_type), show::short_id(&id)), href)
        }),
        headers: headers(&event, &id),
        at: Moment(event.recorded_at),
        effective: Day(event.effective_at.date_naive()),
        by: actors.name(&event.actor),
        payload: payload(&event.payload),
        metadata: event
            .metadata
            .iter()
            .map(|(name, value)| (name.replace('_', " "), value.clone()))
            .collect(),
        chain: rows(&actors, &chain),
        why,
        why_cut,
        posted: posted.map(|posted| super::journal::lines(&posted)).unwrap_or_default(),
        previous: neighbours.0,
        next: neighbours.1,
        kind: event.event_type,
    })
}

/// The chain of causes from the first one down to the last effect.
fn steps(actors: &Actors, why: &Why) -> Vec<Step> {
    const DEEPEST: usize = 6;
    let step = |depth: usize, role, event: &Stored| Step {
        depth: depth.min(DEEPEST),
        role,
        what: happened(event).0,
        row: row(actors, event),
    };
    let own = why.causes.len();
    let causes = why.causes.iter().enumerate().map(|(at, event)| step(at, "led to it", event));
    let beside = why.beside.iter().map(|event| step(own, "decided with it", event));
    let effects = why.effects.iter();
    let effects = effects.map(|effect| step(own + effect.depth, "came of it", &effect.event));
    causes
        .chain(std::iter::once(step(own, "this event", &why.event)))
        .chain(beside)
        .chain(effects)
        .collect()
}

/// The nearest positions of the same seller before and after.
async fn neighbours(
    state: &WebState,
    tenant: TenantId,
    position: i64,
) -> Result<(Option<i64>, Option<i64>), PageError> {
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let filter = Filter { as_of: AsOf::Position(position.saturating_sub(1)), ..Filter::default() };
    let before = event_index::page(state.reads(), tenant, &filter, &wanted).await?.value;
    let around: Vec<i64> = (1..=64).map(|step| position.saturating_add(step)).collect();
    let order = Order::Ascending;
    let after = event_index::at(state.reads(), tenant, &around, order).await?.value;
    let first = |rows: &[Stored]| rows.first().map(|event| event.position);
    Ok((first(&before.rows), first(&after)))
}

fn headers(event: &Stored, id: &str) -> Vec<(&'static str, Ident)> {
    let text = |text: &dyn std::fmt::Display| Ident(text.to_string());
    let mut headers = vec![
        ("Position", text(&event.position)),
        ("Event", text(&event.event_id)),
        ("Stream", text(&id)),
        ("Sequence", text(&event.sequence)),
        ("Schema", Ident(format!("{} version {}", event.event_type, event.event_version))),
        ("Recorded", text(&event.recorded_at.format("%Y-%m-%d %H:%M:%S%.6f UTC"))),
        ("Effective", text(&event.effective_at.format("%Y-%m-%d %H:%M:%S UTC"))),
        ("Actor", text(&event.actor)),
        ("Command", text(&event.command_id)),
        ("Process", text(&event.correlation_id)),
    ];
    headers.extend(event.causation_id.map(|id| ("Caused by", text(&EventId::new(id)))));
    headers
}

/// The payload with line breaks and marked keys and values; as it lies there if it is no JSON.
fn payload(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let mut html = String::new();
            mark(&value, 0, &mut html);
            html
        }
        Err(_) => Escaped(text).to_string(),
    }
}

fn mark(value: &Value, depth: usize, html: &mut String) {
    let indent = |depth: usize| "  ".repeat(depth);
    let class = match value {
        Value::Null | Value::Bool(_) => "w",
        Value::Number(_) => "n",
        Value::String(_) => "s",
        Value::Array(items) if items.is_empty() => return html.push_str("[]"),
        Value::Object(fields) if fields.is_empty() => return html.push_str("{}"),
        Value::Array(items) => {
            html.push_str("[\n");
            for (at, item) in items.iter().enumerate() {
                html.push_str(&indent(depth + 1));
                mark(item, depth + 1, html);
                html.push_str(if at + 1 < items.len() { ",\n" } else { "\n" });
            }
            let _ = write!(html, "{}]", indent(depth));
            return;
        }
        Value::Object(fields) => {
            html.push_str("{\n");
            for (at, (name, field)) in fields.iter().enumerate() {
                let name = Value::from(name.as_str()).to_string();
                let name = Escaped(&name);
                let _ = write!(html, "{}<span class=\"k\">{name}</span>: ", indent(depth + 1));
                mark(field, depth + 1, html);
                html.push_str(if at + 1 < fields.len() { ",\n" } else { "\n" });
            }
            let _ = write!(html, "{}}}", indent(depth));
            return;
        }
    };
    let _ = write!(html, "<span class=\"{class}\">{}</span>", Escaped(&value.to_string()));
}

#[cfg(test)]
mod tests {
    use super::payload;

    #[test]
    fn a_payload_is_marked_and_cannot_bring_markup_along() {
        let html = payload(r#"{"a":[1,"<b>"],"c":{}}"#);
        assert!(html.contains(r#"<span class="k">&quot;a&quot;</span>: ["#));
        assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"));
        assert_eq!(payload("<not json>"), "&lt;not json&gt;");
    }
}

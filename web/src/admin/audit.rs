//! The audit log: who did what, when, from where, and why; a view of the same events.

use std::collections::BTreeSet;

use super::list::{address, day, wanted};
use crate::error::PageError;
use crate::happened::happened;
use crate::names::Actors;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::origins::{self, ORIGIN};
use billfold_app::settings::Settings;
use billfold_domain::role::Permission;
use billfold_domain::schema::event_types;
use billfold_projections::audit_log::{self, Action, Change, Entry};
use chrono::{Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::list::Pager;
use crate::layout::Shell;
use crate::view::Moment;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/audit.html")]
pub(crate) struct Audit {
    /// The frame.
    pub(crate) shell: Shell,
    /// What kind of change: value, word, whether it is in force.
    pub(crate) actions: Vec<(String, String, bool)>,
    /// What kind of thing.
    pub(crate) entities: Vec<(String, String, bool)>,
    /// Who.
    pub(crate) actors: Vec<(String, String, bool)>,
    /// Recorded on or after.
    pub(crate) from: String,
    /// Recorded on or before.
    pub(crate) to: String,
    /// What else narrows the list, when a page led here: types of events and a day of UTC.
    pub(crate) narrowed: Vec<String>,
    /// Newest first.
    pub(crate) rows: Vec<AuditRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// The same entries as files: word and address.
    pub(crate) files: Vec<(&'static str, String)>,
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    /// When it was recorded.
    pub(crate) at: Moment,
    /// Who: a name and the kind of actor.
    pub(crate) who: (String, String),
    /// CREATE, UPDATE, DELETE, LOGIN, LOGOUT.
    pub(crate) action: &'static str,
    /// A sentence.
    pub(crate) what: String,
    /// What it was about, with its page.
    pub(crate) subject: Option<(String, String)>,
    /// The network address.
    pub(crate) from: String,
    /// The program.
    pub(crate) agent: String,
    /// The reason that was given.
    pub(crate) reason: String,
    /// Field, value before, value after.
    pub(crate) changes: Vec<(String, String, String)>,
    /// The event.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/audit";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    action: String,
    entity: String,
    actor: String,
    from: String,
    to: String,
    /// Types of events, with commas between.
    #[serde(rename = "type")]
    types: String,
    /// A day of UTC, whatever days the seller's zone has; `from` and `to` are then not looked at.
    on: String,
    cursor: String,
}

impl Wishes {
    fn filter(&self, settings: &Settings) -> Result<audit_log::Filter, PageError> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let start = |day: NaiveDate| match self.on.is_empty() {
            true => settings.start_of(day),
            false => day.and_time(NaiveTime::MIN).and_utc(),
        };
        let (first, last) = match day(&self.on)? {
            Some(on) => (Some(on), Some(on)),
            None => (day(&self.from)?, day(&self.to)?),
        };
        let after_last = last.and_then(|day| day.checked_add_days(Days::new(1)));
        Ok(audit_log::Filter {
            action: Action::parse(&self.action),
            types: self.types.split(',').filter_map(said).collect(),
            entity_type: said(&self.entity),
            actor: said(&self.actor),
            from: first.map(start),
            to: after_last.map(|day| start(day) - TimeDelta::microseconds(1)),
            ..audit_log::Filter::default()
        })
    }

    fn narrowed(&self) -> Vec<String> {
        let types = self.types.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
        let on = Some(&self.on).filter(|on| !on.is_empty()).map(|on| format!("{on} UTC"));
        types.chain(on).collect()
    }

    fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("action", self.action.as_str()),
            ("entity", &self.entity),
            ("actor", &self.actor),
            ("from", &self.from),
            ("to", &self.to),
            ("type", &self.types),
            ("on", &self.on),
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
    let settings = state.door().settings(tenant).await?;
    let filter = wishes.filter(&settings)?;
    let wanted = wanted(&wishes.cursor)?;
    let mut found = audit_log::page(state.reads(), tenant, &filter, &wanted).await?;
    let events = found.value.rows.iter_mut().map(|entry| &mut entry.event);
    origins::reveal(state.door().vault(), tenant, events).await?;
    let actors = state.names().actors(&visitor).await?;
    let rows: Vec<AuditRow> = found.value.rows.iter().map(|entry| row(entry, &actors)).collect();
    page(&Audit {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: Pager {
            text: format!("{} acts on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.address("")),
            older: found.value.next.map(|next| wishes.address(&next.to_string())),
        },
        rows,
        narrowed: wishes.narrowed(),
        actions: actions(&wishes.action),
        entities: entities(&wishes.entity),
        actors: people(&actors, &wishes.actor),
        from: wishes.from.clone(),
        to: wishes.to.clone(),
        files: files(&filter),
    })
}

/// The choice of what is in force before all others, and then the others.
fn chosen(
    all: impl IntoIterator<Item = (String, String)>,
    one: &str,
) -> Vec<(String, String, bool)> {
    all.into_iter().map(|(value, word)| (value.clone(), word, value == one)).collect()
}

fn actions(one: &str) -> Vec<(String, String, bool)> {
    let words = Action::ALL.map(|action| (action.as_str().to_owned(), action.as_str().to_owned()));
    chosen(words, &one.to_uppercase())
}

fn entities(one: &str) -> Vec<(String, String, bool)> {
    let kinds: BTreeSet<&str> =
        event_types().filter_map(|(event_type, _)| event_type.split('.').next()).collect();
    chosen(kinds.into_iter().map(|kind| (kind.to_owned(), show::words(kind))), one)
}

/// Everybody who may sign in; and whoever is in force, such as a key or a job.
fn people(actors: &Actors, one: &str) -> Vec<(String, String, bool)> {
    let mut all = actors.people();
    if !one.is_empty() && all.iter().all(|(value, _)| value != one) {
        all.push((one.to_owned(), actors.name(one)));
    }
    chosen(all, one)
}

/// Where the API gives the same entries as a file.
fn files(filter: &audit_log::Filter) -> Vec<(&'static str, String)> {
    let instant = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true)).unwrap_or_default()
    };
    let (from, to) = (instant(filter.from), instant(filter.to));
    let types = filter.types.join(",");
    let pairs = [
        ("action", filter.action.map_or("", Action::as_str)),
        ("event_type", &types),
        ("entity_type", filter.entity_type.as_deref().unwrap_or_default()),
        ("actor", filter.actor.as_deref().unwrap_or_default()),
        ("from", &from),
        ("to", &to),
    ];
    [("CSV", "csv"), ("JSONL", "jsonl")]
        .map(|(word, format)| (word, address(&format!("/api/v1/audit/export/{format}"), &pairs)))
        .to_vec()
}

fn row(entry: &Entry, actors: &Actors) -> AuditRow {
    let id = show::stream_id(&entry.entity_type, entry.entity_id);
    let subject = show::stream_href(&entry.entity_type, entry.entity_id);
    let changes = entry.changes.iter().flatten();
    AuditRow {
        at: Moment(entry.at),
        who: (actors.name(&entry.actor), Actors::kind(&entry.actor).to_owned()),
        action: entry.action.as_str(),
        what: happened(&entry.event).0,
        subject: subject.map(|href| (show::short_id(&id), href)),
        from: entry.ip().or(entry.noted(ORIGIN)).unwrap_or_default().to_owned(),
        agent: entry.user_agent().unwrap_or_default().to_owned(),
        reason: entry.reason.clone().unwrap_or_default(),
        changes: changes.map(told).collect(),
        position: entry.position,
    }
}

fn told(change: &Change) -> (String, String, String) {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(String::new, plain);
    (show::words(&change.field).replace('/', " › "), value(&change.before), value(&change.after))
}

/// A value of an event for people: amounts as amounts, texts without quotation marks.
fn plain(value: &Value) -> String {
    let money = serde_json::from_value::<billfold_domain::kernel::Money>(value.clone());
    match (money, value) {
        (Ok(money), _) => show::money(money).plain(),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

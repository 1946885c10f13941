//! The audit log as a file: CSV for spreadsheets, JSON lines for programs.
//!
//! Guarantees: the file is one view of the log, as known when it was asked for, whatever time it
//! takes to read; a few hundred entries are in memory at a time; no cell of the CSV is taken for a
//! formula. A file that could not be written to its end is broken off on the wire, so that no part
//! is taken for the whole.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use billfold_app::origins::ORIGIN;
use billfold_domain::kernel::TenantId;
use billfold_projections::audit_log::{self, Change, Entry};
use billfold_projections::event_index::EventIndex;
use billfold_projections::{AsOf, Cursor, Projection, Wanted};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value};

use super::audit::{AuditEntry, ListAudit};
use super::origins::reveal_entries;
use crate::auth::{EventsRead, May};
use crate::problem::{FieldError, Problem};
use crate::receive::{ListOf, path_value};
use crate::state::ApiState;
use crate::v1::parameters::Fresh;

/// Entries read at a time.
const CHUNK: u32 = 200;

const COLUMNS: [&str; 14] = [
    "position",
    "at",
    "action",
    "event_type",
    "entity_type",
    "entity_id",
    "actor",
    "ip",
    "user_agent",
    "reason",
    "before",
    "after",
    "event_id",
    "correlation_id",
];

/// Exports the audit log, newest first: all entries that the conditions leave, as CSV or as JSON
/// lines.
#[utoipa::path(
    get, path = "/export/{format}", tag = "history",
    params(
        ("format" = String, Path, pattern = "^(csv|jsonl)$", example = "csv"),
        ListAudit,
        Fresh,
    ),
    responses((status = 200, content((String = "text/csv"), (String = "application/jsonl")))),
)]
pub(super) async fn export_audit(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    format: Format,
    ListOf(query, part): ListOf<ListAudit>,
) -> Result<Response, Problem> {
    let parts = [("limit", part.limit.is_some()), ("cursor", part.cursor.is_some())];
    if let Some((name, _)) = parts.into_iter().find(|(_, sent)| *sent) {
        let detail = "is for pages; a file holds every entry";
        return Err(Problem::field(FieldError::query(name, "query.unknown", detail)));
    }
    let mut filter = query.read()?;
    state.reach(EventIndex::NAME, part.min_position).await?;
    let wanted = Wanted { limit: CHUNK, ..Wanted::default() };
    let mut first = audit_log::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    reveal_entries(&state, caller.tenant, &mut first.value.rows).await?;
    let as_of = first.as_of_position;
    if filter.as_of == AsOf::Now {
        filter.as_of = AsOf::Position(as_of);
    }
    let mut head = format.head().map_err(|error| fault(&error))?;
    head.extend(format.lines(first.value.rows).map_err(|error| fault(&error))?);
    let source = Source { state, tenant: caller.tenant, filter, format };
    let next = Some(Step { ready: Some(head), next: first.value.next });
    let body = stream::try_unfold((source, next), step);
    let (media, ending) = format.media();
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"audit-log-{as_of}.{ending}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Where the rest of a file comes from.
struct Source {
    state: ApiState,
    tenant: TenantId,
    filter: audit_log::Filter,
    format: Format,
}

/// What is sent next: what is ready, and then the page that begins there.
struct Step {
    ready: Option<Vec<u8>>,
    next: Option<Cursor>,
}

type Sent = Option<(Bytes, (Source, Option<Step>))>;

async fn step((source, at): (Source, Option<Step>)) -> Result<Sent, std::io::Error> {
    let Some(Step { ready, next }) = at else { return Ok(None) };
    if let Some(ready) = ready {
        let rest = next.map(|next| Step { ready: None, next: Some(next) });
        return Ok(Some((ready.into(), (source, rest))));
    }
    let wanted = Wanted { after: next, limit: CHUNK, ..Wanted::default() };
    let Source { state, tenant, filter, format } = &source;
    let page = audit_log::page(state.reads(), *tenant, filter, &wanted).await;
    let mut page = page.map_err(|error| broken(&error))?.value;
    reveal_entries(state, *tenant, &mut page.rows).await.map_err(|problem| closed(&problem))?;
    let lines = format.lines(page.rows).map_err(|error| broken(&error))?;
    let rest = page.next.map(|next| Step { ready: None, next: Some(next) });
    Ok(Some((lines.into(), (source, rest))))
}

fn broken(error: &(dyn std::error::Error + 'static)) -> std::io::Error {
    tracing::error!(error = %error, "an export of the audit log broke off");
    std::io::Error::other("the export broke off")
}

fn closed(problem: &Problem) -> std::io::Error {
    tracing::error!(?problem, "an export of the audit log cannot open where requests came from");
    std::io::Error::other("the export broke off")
}

fn fault(error: &csv::Error) -> Problem {
    tracing::error!(error = %error, "the audit log cannot be written as a file");
    Problem::bug()
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Comma separated, one header line.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let word: String = path_value(parts, state, "format").await?;
        match word.as_str() {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(Problem::not_found()),
        }
    }
}

impl Format {
    fn media(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
            Self::JsonLines => ("application/jsonl", "jsonl"),
        }
    }

    fn head(self) -> Result<Vec<u8>, csv::Error> {
        match self {
            Self::Csv => table(|table| table.write_record(COLUMNS)),
            Self::JsonLines => Ok(Vec::new()),
        }
    }

    fn lines(self, entries: Vec<Entry>) -> Result<Vec<u8>, csv::Error> {
        match self {
            Self::Csv => {
                table(|table| entries.iter().try_for_each(|entry| table.write_record(cells(entry))))
            }
            Self::JsonLines => {
                let mut lines = Vec::new();
                for entry in entries {
                    let line = serde_json::to_vec(&AuditEntry::from(entry));
                    lines.extend(line.map_err(std::io::Error::from)?);
                    lines.push(b'\n');
                }
                Ok(lines)
            }
        }
    }
}

fn table(
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> Result<(), csv::Error>,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    write(&mut table)?;
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn cells(entry: &Entry) -> [String; COLUMNS.len()] {
    let text = |text: Option<&str>| text.map(harmless).unwrap_or_default();
    let side = |side: fn(&Change) -> Option<&Value>| {
        let changes = entry.changes.as_deref().unwrap_or_default().iter();
        let fields =
            changes.filter_map(|change| Some((change.field.clone(), side(change)?.clone())));
        let fields: Map<String, Value> = fields.collect();
        if fields.is_empty() { String::new() } else { Value::Object(fields).to_string() }
    };
    [
        entry.position.to_string(),
        entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        entry.action.as_str().to_owned(),
        harmless(&entry.event_type),
        harmless(&entry.entity_type),
        entry.entity_id.to_string(),
        harmless(&entry.actor),
        text(entry.ip().or(entry.noted(ORIGIN))),
        text(entry.user_agent()),
        text(entry.reason.as_deref()),
        side(|change| change.before.as_ref()),
        side(|change| change.after.as_ref()),
        entry.event_id.to_string(),
        entry.event.correlation_id.to_string(),
    ]
}

/// A text that no spreadsheet takes for a formula: one that begins like a formula gets an
/// apostrophe in front.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        return format!("'{text}");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        assert_eq!(harmless("late = paid"), "late = paid");
    }
}

//! Notes about a client that only staff sees (CLI-10).

use axum::Json;
use axum::extract::State;
use billfold_app::commands::clients::{AddClientNote, RemoveClientNote};
use billfold_app::vault::field;
use billfold_domain::client::check_note;
use billfold_domain::kernel::ClientId;
use billfold_projections::Projection;
use billfold_projections::client_note_list::{self, ClientNoteList};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contacts::Number;
use super::read::must_exist;
use crate::answer::{Answer, Changed};
use crate::auth::{ClientsRead, ClientsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, Filter, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{Fresh, IfMatchHeader};

/// Lists the notes about a client, newest first.
#[utoipa::path(
    get, path = "/{id}/notes", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = ClientNotes)),
)]
pub(super) async fn list_notes(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsRead, ClientId>,
    Filter(query): Filter<Fresh>,
) -> Result<Json<ClientNotes>, Problem> {
    must_exist(&state, caller.tenant, client_id).await?;
    state.reach(ClientNoteList::NAME, query.min_position).await?;
    let found = client_note_list::of_client(state.reads(), caller.tenant, client_id).await?;
    let rows = found.value;
    let sealed: Vec<_> = rows.iter().filter_map(|row| row.text.as_ref().map(|t| &t.0)).collect();
    let vault = state.door().vault();
    let opened = vault.open_all(caller.tenant, field::CLIENT_NOTE, &sealed).await;
    let opened = opened.map_err(billfold_app::Error::from)?;
    let items = rows.into_iter().zip(opened).filter_map(|(row, text)| {
        Some(ClientNote {
            no: row.note_no,
            text: text.clear()?,
            author: row.author,
            written_at: row.written_at,
            position: row.last_position,
        })
    });
    Ok(Json(ClientNotes { items: items.collect(), as_of_position: found.as_of_position }))
}

/// Writes a note about a client; the text is sealed before it is stored.
#[utoipa::path(
    post, path = "/{id}/notes", tag = "clients", request_body = NewClientNote,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = NoteWritten)),
)]
pub(super) async fn add_note(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    Body(new): Body<NewClientNote>,
) -> Result<Answer<NoteWritten>, Problem> {
    let mut check = Check::default();
    let text = new.text.trim().replace("\r\n", "\n");
    check.parts("", check_note(&text)).ok_or_else(|| check.problem())?;
    let done = state.command(&caller, &key, AddClientNote { client_id, text }).await?;
    let uuid = client_id.uuid();
    let body = NoteWritten { no: done.answer.no, changed: Changed::by(&done, client_id, uuid) };
    Ok(Answer::of(&done, uuid, body).made_at(format!("/api/v1/clients/{client_id}/notes")))
}

/// Takes a note about a client away.
///
/// Its text is shown nowhere any more; it stays sealed in the log until the client is erased.
#[utoipa::path(
    delete, path = "/{id}/notes/{no}", tag = "clients",
    params(
        ("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, minimum = 1, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn remove_note(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    Number(no): Number,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RemoveClientNote { client_id, no }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// The notes about a client.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientNotes {
    /// Newest first; 1,000 at most, and none once the client is erased.
    items: Vec<ClientNote>,
    /// The log position this list was built from.
    as_of_position: i64,
}

/// A note about a client.
#[derive(Serialize, ToSchema)]
struct ClientNote {
    /// Counted per client from 1.
    no: i64,
    /// What was noted.
    text: String,
    /// Who wrote it.
    #[schema(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    author: String,
    /// When.
    written_at: DateTime<Utc>,
    /// Its event's place in the log.
    position: i64,
}

/// A note to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClientNote {
    /// What, with line breaks where you want them.
    #[schema(example = "Calls on Fridays only.", min_length = 1, max_length = 4000)]
    text: String,
}

/// The note is written.
#[derive(Serialize, ToSchema)]
pub(super) struct NoteWritten {
    /// Its number.
    no: u32,
    /// The client as it is now.
    #[serde(flatten)]
    changed: Changed,
}

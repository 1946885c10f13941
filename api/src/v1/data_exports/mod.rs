//! Everything held about a person: asked for with a reason, which is an event, and then fetched
//! once or more within a day.
//!
//! Guarantees: nothing is fetched that was not asked for; the document is sent part by part, and
//! one that could not be built to its end is broken off on the wire, so that no part is taken for
//! the whole. Absent on purpose: copies; it is built anew each time.

use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use billfold_app::access::{Holder, OwnSession};
use billfold_app::commands::data_subjects::{AskForExport, Person};
use billfold_app::subject_export::{ExportError, SubjectExport};
use billfold_domain::data_subject::DataSubject;
use billfold_domain::kernel::{ClientId, StaffId};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed};
use crate::auth::{Caller, ClientsErase, May, StaffWrite, refused};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey, Ident, path_value};
use crate::state::ApiState;
use crate::v1::parameters::Reason;

/// Of clients, below `/clients`.
pub(super) fn of_clients() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(ask_for_client_data)).routes(routes!(fetch_client_data))
}

/// Of members of staff, below `/staff`.
pub(super) fn of_staff() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(ask_for_staff_data)).routes(routes!(fetch_staff_data))
}

/// Asks for everything held about a client.
///
/// Who asks and why is an event. The answer says where the document may be fetched within a day.
#[utoipa::path(
    post, path = "/{id}/data-exports", tag = "clients", request_body = Reason,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = DataExport)),
)]
async fn ask_for_client_data(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsErase>,
    Ident(id): Ident<ClientId>,
    key: IdempotencyKey,
    Body(reason): Body<Reason>,
) -> Result<Answer<DataExport>, Problem> {
    let place = format!("/api/v1/clients/{id}/data-exports");
    ask(&state, &caller, &key, Person::Client(id), id, reason, place).await
}

/// Fetches everything held about a client, as JSON: what is known now, and every event that speaks
/// of it, opened.
#[utoipa::path(
    get, path = "/{id}/data-exports/{no}", tag = "clients",
    params(
        ("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, minimum = 1, example = 1),
    ),
    responses((status = 200, content_type = "application/json", body = Object)),
)]
async fn fetch_client_data(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsErase>,
    Ident(id): Ident<ClientId>,
    Number(no): Number,
) -> Result<Response, Problem> {
    let holder = Holder::Client(id);
    let sessions = state.access().sessions_of(caller.tenant, holder).await.map_err(refused)?;
    fetch(&state, &caller, Person::Client(id), no, &sessions).await
}

/// Asks for everything held about a member of staff.
///
/// Who asks and why is an event. The answer says where the document may be fetched within a day.
#[utoipa::path(
    post, path = "/{id}/data-exports", tag = "staff", request_body = Reason,
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = DataExport)),
)]
async fn ask_for_staff_data(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(id): Ident<StaffId>,
    key: IdempotencyKey,
    Body(reason): Body<Reason>,
) -> Result<Answer<DataExport>, Problem> {
    let place = format!("/api/v1/staff/{id}/data-exports");
    ask(&state, &caller, &key, Person::Staff(id), id, reason, place).await
}

/// Fetches everything held about a member of staff, as JSON: what is known now, sessions, and every
/// event of theirs or about them, opened.
#[utoipa::path(
    get, path = "/{id}/data-exports/{no}", tag = "staff",
    params(
        ("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, minimum = 1, example = 1),
    ),
    responses((status = 200, content_type = "application/json", body = Object)),
)]
async fn fetch_staff_data(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Ident(id): Ident<StaffId>,
    Number(no): Number,
) -> Result<Response, Problem> {
    let holder = Holder::Staff(id);
    let sessions = state.access().sessions_of(caller.tenant, holder).await.map_err(refused)?;
    fetch(&state, &caller, Person::Staff(id), no, &sessions).await
}

async fn ask(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    person: Person,
    id: impl ToString,
    reason: Reason,
    place: String,
) -> Result<Answer<DataExport>, Problem> {
    let ask = AskForExport { person, reason: reason.read()? };
    let done = state.command(caller, key, ask).await?;
    let (no, until) = (done.answer.no, done.answer.until);
    let body = DataExport { no, until, changed: Changed::by(&done, id, person.uuid()) };
    Ok(Answer::of(&done, person.uuid(), body).made_at(format!("{place}/{no}")))
}

async fn fetch(
    state: &ApiState,
    caller: &Caller,
    person: Person,
    no: u32,
    sessions: &[OwnSession],
) -> Result<Response, Problem> {
    let tenant = caller.tenant;
    let (asked, _) = state.door().load::<DataSubject>(tenant, person.uuid()).await?;
    let now = state.door().now(tenant).await?;
    let asked = asked.exported().filter(|asked| asked.no == no && now < asked.until);
    asked.ok_or_else(Problem::not_found)?;
    let picture = state.pictures().avatar(tenant, person).await?.map(|avatar| avatar.png);
    let parts = (state.door(), state.reads());
    let begun = SubjectExport::begin(parts, tenant, person, sessions, picture.as_deref());
    let export = begun.await.map_err(fault)?;
    let body = Bytes::from_stream(stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (part, export))),
            Err(error) => {
                tracing::error!(%error, "an export of personal data broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    }));
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"personal-data.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

fn fault(error: ExportError) -> Problem {
    match error {
        ExportError::App(error) => error.into(),
        ExportError::Read(error) => error.into(),
        ExportError::Vault(error) => billfold_app::Error::from(error).into(),
    }
}

/// Where everything held about a person may be fetched.
#[derive(Serialize, ToSchema)]
struct DataExport {
    /// Counted per person from 1; `Location` is the address of the document.
    no: u32,
    /// Until when it may be fetched.
    until: DateTime<Utc>,
    #[serde(flatten)]
    changed: Changed,
}

/// Which export, as the path says it.
struct Number(u32);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let no: String = path_value(parts, state, "no").await?;
        no.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

//! Pictures of people: of clients, and of members of staff (CLI-04).
//!
//! Guarantees: a picture is drawn anew as a square and sealed under the key of the person, so that
//! erasing them takes it away; it is told to who may read the person, and to nobody else.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use billfold_app::commands::data_subjects::Person;
use billfold_domain::kernel::ClientId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed};
use crate::auth::{Caller, ClientsRead, ClientsWrite, OwnOr, StaffRead, StaffWrite, Within};
use crate::problem::Problem;
use crate::receive::{IdempotencyKey, IfMatch, Picture};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Of clients, below `/clients`.
pub(super) fn of_clients() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(
        read_client_avatar,
        set_client_avatar,
        remove_client_avatar
    ))
}

/// Of members of staff, below `/staff`.
pub(super) fn of_staff() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(read_staff_avatar, set_staff_avatar, remove_staff_avatar))
}

/// Reads the picture of a client: a PNG of at most 256 by 256 pixels. Not found if there is none.
#[utoipa::path(
    get, path = "/{id}/avatar", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, content_type = "image/png", body = String)),
)]
async fn read_client_avatar(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsRead, ClientId>,
) -> Result<Response, Problem> {
    read(&state, &caller, Person::Client(id)).await
}

/// Shows a picture of a client: a PNG, JPEG or WebP of at most 512 KiB, told by its content. It is
/// cut to a square, drawn anew so that nothing but its pixels is kept, and sealed.
#[utoipa::path(
    put, path = "/{id}/avatar", tag = "clients",
    request_body(content = String, content_type = "application/octet-stream"),
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn set_client_avatar(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Picture(sent): Picture,
) -> Result<Answer<Changed>, Problem> {
    let ask = caller.ask(&key, (Person::Client(id), sent)).expect(seen);
    let done = state.pictures().set_avatar(ask, None).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

/// Shows the initials of a client again.
#[utoipa::path(
    delete, path = "/{id}/avatar", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn remove_client_avatar(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let ask = caller.ask(&key, Person::Client(id)).expect(seen);
    let done = state.pictures().remove_avatar(ask, None).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

/// Reads the picture of a member of staff: a PNG of at most 256 by 256 pixels. Not found if there
/// is none. Everybody may read their own.
#[utoipa::path(
    get, path = "/{id}/avatar", tag = "staff",
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, content_type = "image/png", body = String)),
)]
async fn read_staff_avatar(
    State(state): State<ApiState>,
    OwnOr(caller, id, _): OwnOr<StaffRead>,
) -> Result<Response, Problem> {
    read(&state, &caller, Person::Staff(id)).await
}

/// Shows a picture of a member of staff, as that of a client. Everybody may change their own, and
/// who may change staff that of others who may do no more than they.
#[utoipa::path(
    put, path = "/{id}/avatar", tag = "staff",
    request_body(content = String, content_type = "application/octet-stream"),
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn set_staff_avatar(
    State(state): State<ApiState>,
    who: OwnOr<StaffWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Picture(sent): Picture,
) -> Result<Answer<Changed>, Problem> {
    let held = who.held();
    let OwnOr(caller, id, _) = who;
    let ask = caller.ask(&key, (Person::Staff(id), sent)).expect(seen);
    let done = state.pictures().set_avatar(ask, held).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

/// Shows the initials of a member of staff again.
#[utoipa::path(
    delete, path = "/{id}/avatar", tag = "staff",
    params(("id" = String, Path, example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn remove_staff_avatar(
    State(state): State<ApiState>,
    who: OwnOr<StaffWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let held = who.held();
    let OwnOr(caller, id, _) = who;
    let ask = caller.ask(&key, Person::Staff(id)).expect(seen);
    let done = state.pictures().remove_avatar(ask, held).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

async fn read(state: &ApiState, caller: &Caller, person: Person) -> Result<Response, Problem> {
    let found = state.pictures().avatar(caller.tenant, person).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        // A picture of a person is kept by no cache.
        (CACHE_CONTROL, "no-store".to_owned()),
        (ETAG, format!("\"{}\"", found.version)),
    ];
    Ok((headers, found.png).into_response())
}

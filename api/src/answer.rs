//! How commands and reads are answered.
//!
//! Guarantees: the answer to a command carries the position to read from and the version to change
//! next, in the body and as `ETag`; a stored answer says so with `Idempotent-Replayed`.

use axum::Json;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use billfold_app::commands::Done;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What every command answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Stamp, example = json!({"version": 3, "position": 1842}))]
pub(crate) struct Stamp {
    /// The version of the thing now; send it as `If-Match` with the next change. Null if nothing
    /// changed.
    version: Option<i64>,
    /// The log position of the last event; reads take it as `min_position`. Null if nothing
    /// changed.
    position: Option<i64>,
}

/// The answer to a command that has nothing more to say.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Done, example = json!({
    "id": "inv_01kchkq7w7fc9r6a8b9c0d1e2f", "version": 3, "position": 1842,
}))]
pub(crate) struct Changed {
    /// What was made or changed.
    id: String,
    /// The version of the thing now; send it as `If-Match` with the next change. Null if nothing
    /// changed.
    version: Option<i64>,
    /// The log position of the last event; reads take it as `min_position`. Null if nothing
    /// changed.
    position: Option<i64>,
}

impl Changed {
    /// The plain answer of a command about the thing `id`.
    pub(crate) fn by<A>(done: &Done<A>, id: impl ToString, uuid: Uuid) -> Self {
        let Stamp { version, position } = Stamp::of(done, uuid);
        Self { id: id.to_string(), version, position }
    }
}

impl Stamp {
    /// The version and position after a command about the thing `uuid`.
    pub(crate) fn of<A>(done: &Done<A>, uuid: Uuid) -> Self {
        Self { version: done.version_of(uuid), position: done.position }
    }
}

/// A command's answer: 200, or 201 with the address of what it made.
pub(crate) struct Answer<T> {
    body: T,
    version: Option<i64>,
    replayed: bool,
    made: Option<String>,
}

impl<T: Serialize> Answer<T> {
    /// The answer of a command about the thing `uuid`.
    pub(crate) fn of<A>(done: &Done<A>, uuid: Uuid, body: T) -> Self {
        Self { body, version: done.version_of(uuid), replayed: done.replayed, made: None }
    }

    /// The same, for something that was made and is now found at `path`.
    pub(crate) fn made_at(mut self, path: String) -> Self {
        self.made = Some(path);
        self
    }
}

impl Answer<Changed> {
    /// The plain answer of a command about the thing `id`.
    pub(crate) fn plain<A>(done: &Done<A>, id: impl ToString, uuid: Uuid) -> Self {
        Self::of(done, uuid, Changed::by(done, id, uuid))
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        let headers = response.headers_mut();
        put_tag(headers, self.version);
        if self.replayed {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        if let Some(path) = self.made.and_then(|path| HeaderValue::try_from(path).ok()) {
            headers.insert(LOCATION, path);
            *response.status_mut() = StatusCode::CREATED;
        }
        response
    }
}

/// A thing as it was read, with its version as `ETag`.
pub(crate) struct Versioned<T> {
    pub(crate) body: T,
    pub(crate) version: i64,
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        put_tag(response.headers_mut(), Some(self.version));
        response
    }
}

fn put_tag(headers: &mut axum::http::HeaderMap, version: Option<i64>) {
    let tag = version.map(|version| HeaderValue::try_from(format!("\"{version}\"")));
    if let Some(Ok(tag)) = tag {
        headers.insert(ETAG, tag);
    }
}

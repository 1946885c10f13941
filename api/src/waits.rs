//! What is answered when a second person is needed: 202, and where the question stands.
//!
//! Guarantees that every route says it alike, since it is made where errors of the door become
//! answers; no handler can forget it.

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use billfold_app::Waiting;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::WireMoney;

/// Nothing was done yet: above the limit of one person, a second one has to agree.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ApprovalNeeded)]
pub(crate) struct ApprovalNeeded {
    /// What waits; read it at `/api/v1/approvals/{id}`, as `Location` says.
    #[schema(example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f")]
    approval_id: String,
    /// What it is about.
    #[schema(pattern = "^[a-z_]+$", example = "refund")]
    kind: String,
    /// How much.
    amount: WireMoney,
    /// The log position of the question; reads take it as `min_position`. Null if the very same
    /// waited already.
    position: Option<i64>,
    #[serde(skip)]
    replayed: bool,
}

impl From<Waiting> for ApprovalNeeded {
    fn from(waiting: Waiting) -> Self {
        Self {
            approval_id: waiting.approval_id.to_string(),
            kind: waiting.kind.slug().to_owned(),
            amount: waiting.amount.into(),
            position: waiting.position,
            replayed: waiting.replayed,
        }
    }
}

impl IntoResponse for ApprovalNeeded {
    fn into_response(self) -> Response {
        let at = HeaderValue::try_from(format!("/api/v1/approvals/{}", self.approval_id));
        let replayed = self.replayed;
        let mut response = (StatusCode::ACCEPTED, Json(self)).into_response();
        if let Ok(at) = at {
            response.headers_mut().insert(LOCATION, at);
        }
        if replayed {
            let there = HeaderValue::from_static("true");
            response.headers_mut().insert("idempotent-replayed", there);
        }
        response
    }
}

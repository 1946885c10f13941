//! What load balancers and monitoring ask.
//!
//! Guarantees: `/livez` needs nothing but the process; `/readyz`, which is also `/health`, says yes
//! only if the database answers and no read model is further behind than its limit; nothing here
//! tells of tenants' data.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// How many positions a read model may be behind before this node takes no traffic.
const MOST_BEHIND: i64 = 100_000;

/// `/livez`, `/readyz`, `/health` and `/metrics`.
pub(crate) fn router() -> Router<ApiState> {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/health", get(ready))
        .route("/metrics", get(figures))
}

async fn ready(State(state): State<ApiState>) -> Result<&'static str, Problem> {
    let models = state.oversight().read_models().await?;
    let behind = models
        .iter()
        .find(|model| model.live.as_ref().is_none_or(|live| live.lag_events > MOST_BEHIND));
    match behind {
        None => Ok("ready\n"),
        Some(model) => {
            let detail = format!("the read model {} is not built or too far behind", model.name);
            Err(Problem::new(Kind::Unavailable, "behind", detail))
        }
    }
}

async fn figures(State(state): State<ApiState>) -> Result<Response, Problem> {
    let figures = state.figures().ok_or_else(Problem::not_found)?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], figures).into_response())
}

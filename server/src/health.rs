//! What a load balancer asks: is the process alive, may it get requests?
//!
//! Absent on purpose: anything about the tenants' data; both pages are open to everybody.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use sqlx::postgres::PgPool;

/// `/livez` and `/readyz`.
pub(crate) fn routes(pool: PgPool) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .with_state(pool)
}

/// Ready means that the database answers and holds a log.
async fn ready(State(pool): State<PgPool>) -> (StatusCode, &'static str) {
    let head = sqlx::query("select 1 from log_heads").fetch_optional(&pool).await;
    match head {
        Ok(Some(_)) => (StatusCode::OK, "ready\n"),
        Ok(None) => (StatusCode::SERVICE_UNAVAILABLE, "the database has no log\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

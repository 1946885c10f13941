//! How many requests at a time, and for how long.
//!
//! Guarantees: what does not fit is answered at once with 503, so that a queue never grows unseen.
//! A write that is cut off here may still be done: its key makes asking again safe.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::{Kind, Problem};

/// The places for requests being answered.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn of(requests: usize) -> Self {
        Self(Arc::new(Semaphore::new(requests.min(Semaphore::MAX_PERMITS))))
    }
}

/// Takes a place for the time of the request, or refuses.
pub(super) async fn hold_room(State(room): State<Room>, request: Request, next: Next) -> Response {
    match room.0.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Problem::new(
            Kind::Unavailable,
            "busy",
            "as many requests as this server takes are being answered; ask again shortly",
        )
        .retry_after(Duration::from_secs(1))
        .into_response(),
    }
}

/// Gives up on a request that takes longer than `limit`.
pub(super) async fn stop_in_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Kind::Unknown,
            "timed_out",
            "it took too long; a write may still be done, so ask again with the same key",
        )
        .retry_after(Duration::from_secs(1))
        .into_response(),
    }
}

//! Webhook endpoints: which there are, one with what was sent to it, and what may be done.
//!
//! Guarantees: a secret is shown to whoever made it, once; only an address of the public internet
//! is taken. Absent on purpose: sending, which runs beside requests.

mod actions;
pub(crate) mod endpoint;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod secret;

use axum::Router;
use billfold_domain::webhook_endpoint::{PauseReason, Standing};

use crate::state::WebState;
use crate::view::{Badge, Tone};

/// The list's address.
const PATH: &str = "/admin/webhooks";

/// The addresses of all of them.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(list::routes())
        .merge(form::routes())
        .merge(endpoint::routes())
        .merge(secret::routes())
        .merge(actions::routes())
}

fn standing(standing: Standing) -> Badge {
    match standing {
        Standing::Active => Badge::new(Tone::Green, "Active"),
        Standing::Paused(PauseReason::Asked) => Badge::new(Tone::Grey, "Paused"),
        Standing::Paused(PauseReason::Failing) => Badge::new(Tone::Red, "Paused: failing"),
        Standing::Paused(PauseReason::Gone) => Badge::new(Tone::Red, "Paused: gone"),
    }
}

/// What an endpoint is told, for people.
fn told(types: &[String]) -> String {
    if types.is_empty() { "Everything".to_owned() } else { types.join(", ") }
}

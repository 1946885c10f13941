//! What may be done with a client: suspend, activate, erase; each asks first and wants a reason.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::Scope;
use billfold_app::commands::clients::{ActivateClient, EraseClient, SuspendClient};
use billfold_domain::client::Client;
use billfold_domain::kernel::ClientId;
use billfold_projections::Projection as _;
use billfold_projections::client_list::{ClientList, ClientStatus};

use crate::admin::confirm::{Action, Confirm};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The addresses of the three.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/clients/{id}/{verb}", get(question).post(answer))
}

/// What may be done with a client in this state.
pub(super) fn actions(href: &str, status: ClientStatus) -> Vec<Action> {
    let action = |verb, label, icon| Action::new(format!("{href}/{verb}"), label, icon);
    let erase = action("erase", "Erase", "trash-2").class("danger");
    match status {
        ClientStatus::Active => vec![action("suspend", "Suspend", "ban"), erase],
        ClientStatus::Suspended => vec![action("activate", "Activate", "play"), erase],
        ClientStatus::Erased => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Suspend,
    Activate,
    Erase,
}

impl Verb {
    fn parse(text: &str) -> Result<Verb, PageError> {
        match text {
            "suspend" => Ok(Verb::Suspend),
            "activate" => Ok(Verb::Activate),
            "erase" => Ok(Verb::Erase),
            _ => Err(PageError::NotFound),
        }
    }
}

async fn question(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, verb)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (id, verb) = (parse(&id)?, Verb::parse(&verb)?);
    let sent = Fields::default();
    confirm(&state, &visitor, id, verb, &sent, &Wrong::default()).await?.ask(visitor.partial)
}

async fn answer(
    State(state): State<WebState>,
    Path((id, verb)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Scope::ClientsWrite)?;
    let (client_id, verb) = (parse(&id)?, Verb::parse(&verb)?);
    let (key, reason) = (fields.key()?, fields.one("reason").to_owned());
    let wait = [ClientList::NAME];
    let (done, word) = match verb {
        Verb::Suspend => {
            let command = SuspendClient { client_id, reason };
            (state.command(visitor.ask(&key, command), &wait).await.map(|it| it.1), "suspended")
        }
        Verb::Activate => {
            let command = ActivateClient { client_id };
            (state.command(visitor.ask(&key, command), &wait).await.map(|it| it.1), "activated")
        }
        Verb::Erase => {
            let command = EraseClient { client_id, reason };
            (state.command(visitor.ask(&key, command), &wait).await.map(|it| it.1), "erased")
        }
    };
    match done {
        Ok(seen) => {
            let href = format!("/admin/clients/{client_id}");
            Ok(go(&address(&href, &[("done", seen.word(word))])))
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            confirm(&state, &visitor, client_id, verb, &fields, &wrong).await?.again()
        }
    }
}

async fn confirm(
    state: &WebState,
    visitor: &Visitor,
    id: ClientId,
    verb: Verb,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Scope::ClientsWrite)?;
    let (known, version) = state.door().load::<Client>(visitor.tenant(), id.uuid()).await?;
    if matches!(known, Client::Absent) {
        return Err(PageError::NotFound);
    }
    let head = *state.operations().head().borrow();
    let back = format!("/admin/clients/{id}");
    let (path, title, text, word) = match verb {
        Verb::Suspend => (
            "suspend",
            "Suspend this client?",
            "Nothing new is sold to a suspended client. What is owed stays owed.",
            "Suspend client",
        ),
        Verb::Activate => {
            ("activate", "Activate this client?", "The client may buy again.", "Activate client")
        }
        Verb::Erase => (
            "erase",
            "Erase the personal data?",
            "The key to name, address and mail is destroyed and nobody can read them again. \
             Amounts, documents and the chain stay; the buyer on issued invoices stays readable \
             until the law's retention ends.",
            "Erase for ever",
        ),
    };
    let reason = Field::input("reason", "Reason", "text")
        .with(sent.one("reason"))
        .hint("For the audit log; no personal data")
        .required()
        .wrong(wrong.of("reason"));
    Ok(Confirm {
        shell: visitor.shell(state, "/admin/clients", head).await?,
        title: title.to_owned(),
        text: text.to_owned(),
        action: format!("{back}/{path}"),
        back,
        verb: word,
        danger: verb == Verb::Erase,
        key: new_key(),
        version: version.to_string(),
        fields: if verb == Verb::Activate { Vec::new() } else { vec![reason] },
        error: wrong.whole.clone(),
    })
}

/// The client an address names.
pub(super) fn parse(id: &str) -> Result<ClientId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

//! What may be done with a client: suspend, activate, erase; each asks first.

use axum::Router;
use billfold_app::access::Scope;
use billfold_app::commands::clients::{ActivateClient, EraseClient, SuspendClient};
use billfold_domain::client::Client;
use billfold_domain::kernel::ClientId;
use billfold_projections::Projection as _;
use billfold_projections::client_list::{ClientList, ClientStatus};

use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::state::{Seen, WebState};

/// The addresses of the three.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a client in this state.
pub(super) fn actions(href: &str, status: ClientStatus) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let erase = action(Verb::Erase, "Erase", "trash-2").class("danger");
    match status {
        ClientStatus::Active => vec![action(Verb::Suspend, "Suspend", "ban"), erase],
        ClientStatus::Suspended => vec![action(Verb::Activate, "Activate", "play"), erase],
        ClientStatus::Erased => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Suspend,
    Activate,
    Erase,
}

impl Deed for Verb {
    type Id = ClientId;
    const PAGE: &'static str = "/admin/clients";
    const SCOPE: Scope = Scope::ClientsWrite;
    const ALL: &'static [Verb] = &[Verb::Suspend, Verb::Activate, Verb::Erase];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Suspend => ("suspend", "Suspend client", "suspended"),
            Verb::Activate => ("activate", "Activate client", "activated"),
            Verb::Erase => ("erase", "Erase for ever", "erased"),
        };
        Words { path, button, done, danger: self == Verb::Erase }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (known, version) = asked.state.door().load::<Client>(tenant, asked.id.uuid()).await?;
        if matches!(known, Client::Absent) {
            return Err(PageError::NotFound);
        }
        let (title, text) = match self {
            Verb::Suspend => (
                "Suspend this client?",
                "Nothing new is sold to a suspended client. What is owed stays owed.",
            ),
            Verb::Activate => ("Activate this client?", "The client may buy again."),
            Verb::Erase => (
                "Erase the personal data?",
                "The key to name, address and mail is destroyed and nobody can read them again. \
                 Amounts, documents and the chain stay; the buyer on issued invoices stays \
                 readable until the law's retention ends.",
            ),
        };
        let reason = deed::reason(asked, "For the audit log; no personal data");
        Ok(Question {
            title: title.to_owned(),
            text: text.to_owned(),
            version: Some(version),
            fields: if self == Verb::Activate { Vec::new() } else { vec![reason] },
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (client_id, reason) = (asked.id, asked.sent.one("reason").to_owned());
        let read = [ClientList::NAME];
        match self {
            Verb::Suspend => asked.command(SuspendClient { client_id, reason }, &read).await,
            Verb::Activate => asked.command(ActivateClient { client_id }, &read).await,
            Verb::Erase => asked.command(EraseClient { client_id, reason }, &read).await,
        }
    }
}

/// The client an address names.
pub(super) fn parse(id: &str) -> Result<ClientId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

//! What may be done with a client: suspend, activate, erase; each asks first.

use axum::Router;
use billfold_app::access::Scope;
use billfold_app::commands::client_groups::{AssignGroup, group_of_client};
use billfold_app::commands::clients::{ActivateClient, EraseClient, SuspendClient};
use billfold_domain::client::Client;
use billfold_domain::kernel::ClientId;
use billfold_projections::client_group_list::{self, ClientGroupList, ClientGroupRow};
use billfold_projections::client_list::{ClientList, ClientStatus};
use billfold_projections::{Projection as _, Wanted};

use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
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
        ClientStatus::Active => {
            let group = action(Verb::Group, "Set group", "wallet");
            vec![group, action(Verb::Suspend, "Suspend", "ban"), erase]
        }
        ClientStatus::Suspended => vec![action(Verb::Activate, "Activate", "play"), erase],
        ClientStatus::Erased => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Suspend,
    Activate,
    Group,
    Erase,
}

impl Deed for Verb {
    type Id = ClientId;
    const PAGE: &'static str = "/admin/clients";
    const SCOPE: Scope = Scope::ClientsWrite;
    const ALL: &'static [Verb] = &[Verb::Suspend, Verb::Activate, Verb::Group, Verb::Erase];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Suspend => ("suspend", "Suspend client", "suspended"),
            Verb::Activate => ("activate", "Activate client", "activated"),
            Verb::Group => ("group", "Set group", "grouped"),
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
            Verb::Group => (
                "Which group's prices does this client pay?",
                "It counts for new sales. What was sold already keeps its price.",
            ),
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
            fields: match self {
                Verb::Activate => Vec::new(),
                Verb::Group => vec![group_field(asked).await?],
                Verb::Suspend | Verb::Erase => vec![reason],
            },
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (client_id, reason) = (asked.id, asked.sent.one("reason").to_owned());
        let read = [ClientList::NAME];
        match self {
            Verb::Suspend => asked.command(SuspendClient { client_id, reason }, &read).await,
            Verb::Activate => asked.command(ActivateClient { client_id }, &read).await,
            Verb::Group => {
                let client_group_id = match asked.sent.some("client_group_id") {
                    None => None,
                    Some(id) => Some(id.parse().map_err(|_| PageError::NotFound)?),
                };
                let assign = AssignGroup { client_id, client_group_id };
                asked.command_on_seen(assign, &[ClientGroupList::NAME]).await
            }
            Verb::Erase => asked.command(EraseClient { client_id, reason }, &read).await,
        }
    }
}

/// The groups to choose from; more than fit a choice are named by id.
async fn group_field(asked: &Asked<'_, Verb>) -> Result<Field, PageError> {
    /// Groups offered in the list.
    const OFFERED: u32 = 200;
    let (state, tenant) = (asked.state, asked.visitor.tenant());
    let known = group_of_client(state.door(), tenant, asked.id).await?;
    let known = known.map(|(id, _)| id.to_string()).unwrap_or_default();
    let value = asked.sent.some("client_group_id").unwrap_or(known);
    let wanted = Wanted { limit: OFFERED, ..Wanted::default() };
    let groups = client_group_list::page(state.reads(), tenant, &wanted).await?.value;
    let field = if groups.next.is_some() {
        Field::input("client_group_id", "Group", "text").hint("The id of a group: grp_…")
    } else {
        let option = |row: &ClientGroupRow| (row.client_group_id.to_string(), row.name.clone());
        let none = (String::new(), "None: the list prices".to_owned());
        let choices = std::iter::once(none).chain(groups.rows.iter().map(option));
        Field::choice("client_group_id", "Group", choices.collect())
    };
    Ok(field.with(value).wrong(asked.wrong.of("client_group_id")))
}

/// The client an address names.
pub(super) fn parse(id: &str) -> Result<ClientId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

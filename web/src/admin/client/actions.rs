//! What may be done with a client: suspend, activate, set what it pays, erase, make an affiliate,
//! record who brought them; each asks first.

use axum::Router;
use billfold_app::commands::affiliates::{EnrolAffiliate, ReferClient};
use billfold_app::commands::client_groups::AssignGroup;
use billfold_app::commands::clients::{
    ActivateClient, DeactivateClient, EraseClient, SetClientTaxFacts, SuspendClient,
};
use billfold_domain::client::Client;
use billfold_domain::kernel::ClientId;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::affiliate_list::AffiliateList;
use billfold_projections::client_group_list::ClientGroupList;
use billfold_projections::client_list::{ClientList, ClientStatus};

use super::terms;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::admin::list::day;
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::reach::Needs;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a client in this state.
pub(super) fn actions(href: &str, status: ClientStatus) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let erase = action(Verb::Erase, "Erase", "trash-2").class("danger");
    match status {
        ClientStatus::Active => vec![
            action(Verb::Group, "Set group", "wallet"),
            action(Verb::TaxFacts, "Set tax facts", "sigma"),
            action(Verb::Enrol, "Make an affiliate", "user-plus"),
            action(Verb::Refer, "Record who brought them", "users"),
            Action::new(format!("{href}/access"), "Access", "key-round")
                .on_a_page()
                .needs(super::access::NEEDS),
            action(Verb::Suspend, "Suspend", "ban"),
            action(Verb::Deactivate, "Deactivate", "log-out"),
            erase,
        ],
        ClientStatus::Suspended => {
            let leave = action(Verb::Deactivate, "Deactivate", "log-out");
            vec![action(Verb::Activate, "Activate", "play"), leave, erase]
        }
        ClientStatus::Inactive => vec![action(Verb::Activate, "Activate", "play"), erase],
        ClientStatus::Erased => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Suspend,
    Deactivate,
    Activate,
    Group,
    TaxFacts,
    Erase,
    Enrol,
    Refer,
}

impl Deed for Verb {
    type Id = ClientId;
    const PAGE: &'static str = "/admin/clients";
    const NEEDS: Permission = Permission::ClientsWrite;
    const ALL: &'static [Verb] = &[
        Verb::Suspend,
        Verb::Deactivate,
        Verb::Activate,
        Verb::Group,
        Verb::TaxFacts,
        Verb::Erase,
        Verb::Enrol,
        Verb::Refer,
    ];

    fn needs(self) -> Needs {
        match self {
            Verb::Suspend | Verb::Deactivate | Verb::Activate => {
                Needs::of_own(Permission::ClientsWrite)
            }
            Verb::Erase => Needs::of_own(Permission::ClientsErase),
            Verb::Group | Verb::TaxFacts => Needs::of_all(Permission::ClientsWrite),
            Verb::Enrol | Verb::Refer => Needs::of_all(Permission::AffiliatesWrite),
        }
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        id: &ClientId,
    ) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), *id).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Suspend => ("suspend", "Suspend client", "suspended"),
            Verb::Deactivate => ("deactivate", "Deactivate client", "deactivated"),
            Verb::Activate => ("activate", "Activate client", "activated"),
            Verb::Group => ("group", "Set group", "grouped"),
            Verb::TaxFacts => ("tax-facts", "Set tax facts", "tax-facts"),
            Verb::Erase => ("erase", "Erase for ever", "erased"),
            Verb::Enrol => ("affiliate", "Make an affiliate", "affiliate"),
            Verb::Refer => ("referral", "Record", "referred"),
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
            Verb::Deactivate => (
                "Has this client left?",
                "Nothing new is sold to an inactive client, who signs in no longer. What is owed \
                 stays owed.",
            ),
            Verb::Activate => ("Activate this client?", "The client may buy again."),
            Verb::Group => (
                "Which group's prices does this client pay?",
                "It counts for new sales. What was sold already keeps its price.",
            ),
            Verb::TaxFacts => (
                "What is known of this client's taxes?",
                "It counts where the tax rates decide. What was issued stays as it was.",
            ),
            Verb::Erase => (
                "Erase the personal data?",
                "The key to name, address and mail is destroyed and nobody can read them again. \
                 Amounts, documents and the chain stay; the buyer on issued invoices stays \
                 readable until the law's retention ends.",
            ),
            Verb::Enrol => (
                "Make this client an affiliate?",
                "Once approved, the affiliate earns a part of what the clients pay whom it brings.",
            ),
            Verb::Refer => (
                "Who brought this client?",
                "The affiliate whose link the client clicked, within the days a click counts.",
            ),
        };
        let fields = match self {
            Verb::Activate => Vec::new(),
            Verb::Group => vec![terms::group_field(asked).await?],
            Verb::TaxFacts => terms::tax_fields(asked, &known),
            Verb::Suspend | Verb::Deactivate | Verb::Erase => {
                vec![deed::reason(asked, "For the audit log; no personal data")]
            }
            Verb::Enrol | Verb::Refer => self.link(asked),
        };
        Ok(Question {
            title: title.to_owned(),
            text: text.to_owned(),
            version: Some(version),
            fields,
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (client_id, reason) = (asked.id, asked.sent.one("reason").to_owned());
        let read = [ClientList::NAME, AffiliateList::NAME];
        let code = asked.sent.one("code").to_owned();
        match self {
            Verb::Deactivate => asked.command(DeactivateClient { client_id, reason }, &read).await,
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
            Verb::TaxFacts => {
                let tax = terms::tax_facts(asked.sent);
                asked.command_on_seen(SetClientTaxFacts { client_id, tax }, &read).await
            }
            Verb::Erase => asked.command(EraseClient { client_id, reason }, &read).await,
            Verb::Enrol => asked.command(EnrolAffiliate { client_id, code }, &read).await,
            Verb::Refer => {
                let clicked_on = day(asked.sent.one("clicked_on"))?;
                asked.command(ReferClient { client_id, code, clicked_on }, &read).await
            }
        }
    }
}

impl Verb {
    /// The fields of a link: its code and, for one that was clicked, the day.
    fn link(self, asked: &Asked<'_, Verb>) -> Vec<Field> {
        let code = Field::input("code", "Code of the links", "text")
            .with(asked.sent.one("code"))
            .required()
            .hint("Lower case letters, digits, - and _")
            .wrong(asked.wrong.of("code"));
        let clicked_on = Field::input("clicked_on", "Clicked on", "date")
            .with(asked.sent.one("clicked_on"))
            .hint("Empty: today")
            .wrong(asked.wrong.of("clicked_on"));
        if self == Verb::Refer { vec![code, clicked_on] } else { vec![code] }
    }
}

/// The client an address names.
pub(super) fn parse(id: &str) -> Result<ClientId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

//! One of several things kept about a client: a contact is changed or removed, a note is taken
//! away.

use std::fmt;
use std::str::FromStr;

use axum::Router;
use billfold_app::commands::clients::{RemoveClientContact, RemoveClientNote, SetClientContact};
use billfold_app::vault::field;
use billfold_domain::client::Client;
use billfold_domain::kernel::{ClientId, Country};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::client_note_list::ClientNoteList;

use super::keep::{kinds, person_fields};
use super::record;
use crate::admin::client_form::contact;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::reach::Needs;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

/// Where they are asked about.
pub(super) const PAGE: &str = "/admin/client-parts";

pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a contact.
pub(super) fn of_contact(base: &str) -> Vec<Action> {
    vec![
        deed::action(Verb::ChangeContact, base, "Change", "pencil"),
        deed::action(Verb::RemoveContact, base, "Remove", "trash-2"),
    ]
}

/// A thing kept about a client, by its number: `cli_….3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PartOf {
    client: ClientId,
    no: u32,
}

impl FromStr for PartOf {
    type Err = PageError;

    fn from_str(text: &str) -> Result<Self, PageError> {
        let (client, no) = text.split_once('.').ok_or(PageError::NotFound)?;
        let client = client.parse().map_err(|_| PageError::NotFound)?;
        Ok(Self { client, no: no.parse().map_err(|_| PageError::NotFound)? })
    }
}

impl fmt::Display for PartOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.client, self.no)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    ChangeContact,
    RemoveContact,
    RemoveNote,
}

impl Deed for Verb {
    type Id = PartOf;
    const PAGE: &'static str = PAGE;
    const NEEDS: Permission = Permission::ClientsWrite;
    const ALL: &'static [Verb] = &[Verb::ChangeContact, Verb::RemoveContact, Verb::RemoveNote];

    fn needs(self) -> Needs {
        Needs::of_own(Self::NEEDS)
    }

    async fn must(self, state: &WebState, visitor: &Visitor, id: &PartOf) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), id.client).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::ChangeContact => ("contact", "Save contact", "contact-set"),
            Verb::RemoveContact => ("remove-contact", "Remove contact", "contact-removed"),
            Verb::RemoveNote => ("remove-note", "Remove note", "note-removed"),
        };
        Words { path, button, done, danger: self != Verb::ChangeContact }
    }

    fn back(id: &PartOf) -> String {
        record::href(id.client)
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let (tenant, PartOf { client, no }) = (asked.visitor.tenant(), asked.id);
        let (client, version) = asked.state.door().load::<Client>(tenant, client.uuid()).await?;
        let profile = client.profile().ok_or(PageError::NotFound)?;
        let known = profile.contacts.iter().find(|contact| contact.no == no);
        let (title, text, fields) = match (self, known) {
            (Verb::ChangeContact, Some(contact)) => {
                let vault = asked.state.door().vault();
                let person = vault.open(tenant, field::CLIENT_PERSON, &contact.person).await?;
                let person = person.clear().unwrap_or_default();
                let fields = person_fields(asked.sent, &contact.kinds, &person, &asked.wrong);
                ("Who is to be reached?", "It counts from now on.", fields)
            }
            (Verb::RemoveContact, Some(_)) => {
                ("Remove this contact?", "Nobody is to be reached there any more.", Vec::new())
            }
            (Verb::RemoveNote, _) if profile.notes.contains(&no) => (
                "Remove this note?",
                "It is shown nowhere any more. That it was there stays in the audit log.",
                Vec::new(),
            ),
            _ => return Err(PageError::NotFound),
        };
        Ok(Question {
            title: title.to_owned(),
            text: text.to_owned(),
            version: Some(version),
            fields,
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (PartOf { client: client_id, no }, sent) = (asked.id, asked.sent);
        match self {
            Verb::ChangeContact => {
                let person = contact(sent, Country::parse(sent.one("country")).ok());
                let set = SetClientContact { client_id, no: Some(no), kinds: kinds(sent), person };
                asked.command_on_seen(set, &[ClientList::NAME]).await
            }
            Verb::RemoveContact => {
                asked.command(RemoveClientContact { client_id, no }, &[ClientList::NAME]).await
            }
            Verb::RemoveNote => {
                asked.command(RemoveClientNote { client_id, no }, &[ClientNoteList::NAME]).await
            }
        }
    }
}

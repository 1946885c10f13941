//! Keeps something about a client: the contact details, a further contact, a note, the seller's own
//! fields.

use std::collections::BTreeMap;

use axum::Router;
use billfold_app::commands::clients::{
    AddClientNote, ChangeClientContact, SetClientContact, SetClientCustomFields,
};
use billfold_app::vault::field;
use billfold_domain::client::{
    Client, ContactCard, ContactKind, CustomField, CustomFieldKind, CustomValues,
};
use billfold_domain::kernel::{ClientId, Country};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::client_note_list::ClientNoteList;

use super::record;
use crate::admin::client_form::{card_fields, contact};
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::reach::Needs;
use crate::show;
use crate::state::Seen;
use crate::state::WebState;
use crate::visitor::Visitor;

pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be kept about a client that is not erased.
pub(super) fn actions(base: &str) -> Vec<Action> {
    let page = base.replacen("/admin/clients/", &format!("{}/", Verb::PAGE), 1);
    let action = |verb, label, icon| deed::action(verb, &page, label, icon);
    vec![
        action(Verb::Details, "Edit details", "pencil"),
        action(Verb::Contact, "Add contact", "user-plus"),
        action(Verb::Note, "Write note", "file-text"),
        action(Verb::CustomFields, "Set custom fields", "list-filter"),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Details,
    Contact,
    Note,
    CustomFields,
}

impl Deed for Verb {
    type Id = ClientId;
    const PAGE: &'static str = "/admin/client-records";
    const NEEDS: Permission = Permission::ClientsWrite;
    const ALL: &'static [Verb] = &[Verb::Details, Verb::Contact, Verb::Note, Verb::CustomFields];

    fn needs(self) -> Needs {
        Needs::of_own(Self::NEEDS)
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
            Verb::Details => ("details", "Save details", "details"),
            Verb::Contact => ("contact", "Add contact", "contact"),
            Verb::Note => ("note", "Write note", "note"),
            Verb::CustomFields => ("custom-fields", "Save", "custom-fields"),
        };
        Words { path, button, done, danger: false }
    }

    fn back(id: &ClientId) -> String {
        record::href(*id)
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (client, version) = asked.state.door().load::<Client>(tenant, asked.id.uuid()).await?;
        let profile = client.profile().ok_or(PageError::NotFound)?;
        let (title, text) = match self {
            Verb::Details => (
                "What are the client's details?",
                "They count from now on. Documents that were issued keep what they say.",
            ),
            Verb::Contact => (
                "Who else is to be reached?",
                "Sealed under the client's key, and gone when the client is erased.",
            ),
            Verb::Note => ("What should colleagues know?", "Only staff sees notes."),
            Verb::CustomFields => (
                "What is known of this client?",
                "Sealed under the client's key. An empty field is removed.",
            ),
        };
        let fields = match self {
            Verb::Details => {
                let vault = asked.state.door().vault();
                let known = vault.open(tenant, field::CLIENT_CONTACT, &profile.contact).await?;
                card_fields(asked.sent, &known.clear().unwrap_or_default(), &asked.wrong, "contact")
            }
            Verb::Contact => person_fields(asked.sent, &[], &ContactCard::default(), &asked.wrong),
            Verb::Note => vec![
                Field::lines("text", "Note", 5)
                    .with(asked.sent.one("text"))
                    .required()
                    .wrong(asked.wrong.of("text")),
            ],
            Verb::CustomFields => {
                let values = record::values(asked.state, tenant, &client).await?;
                let fields = record::fields(asked.state, tenant).await?;
                fields.iter().map(|field| custom_field(asked, field, &values)).collect()
            }
        };
        Ok(Question {
            title: title.to_owned(),
            text: text.to_owned(),
            version: Some(version),
            fields,
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (client_id, sent) = (asked.id, asked.sent);
        let read = [ClientList::NAME];
        match self {
            Verb::Details => {
                let contact = contact(sent, Country::parse(sent.one("country")).ok());
                let change = ChangeClientContact { client_id, contact, country: None };
                asked.command_on_seen(change, &read).await
            }
            Verb::Contact => {
                let kinds = kinds(sent);
                let person = contact(sent, Country::parse(sent.one("country")).ok());
                let add = SetClientContact { client_id, no: None, kinds, person };
                asked.command(add, &read).await
            }
            Verb::Note => {
                let text = sent.one("text").to_owned();
                asked.command(AddClientNote { client_id, text }, &[ClientNoteList::NAME]).await
            }
            Verb::CustomFields => {
                let known = record::fields(asked.state, asked.visitor.tenant()).await?;
                let given = known.into_iter().filter_map(|field| {
                    let value = sent.some(&format!("custom-{}", field.key))?;
                    Some((field.key, value))
                });
                let values = CustomValues(given.collect::<BTreeMap<_, _>>());
                let set = SetClientCustomFields { client_id, values };
                asked.command_on_seen(set, &read).await
            }
        }
    }
}

/// The kinds that were chosen; a form shows two of them and carries the others along.
pub(super) fn kinds(sent: &Fields) -> Vec<ContactKind> {
    let chosen = [sent.one("kinds"), sent.one("also")].into_iter();
    chosen.chain(sent.one("more").split(',')).filter_map(ContactKind::parse).collect()
}

/// What a further contact is asked about, and who it is.
pub(super) fn person_fields(
    sent: &Fields,
    known: &[ContactKind],
    person: &ContactCard,
    wrong: &Wrong,
) -> Vec<Field> {
    let word = |at: usize, usual: &'static str| known.get(at).map_or(usual, |kind| kind.word());
    let kinds = ContactKind::ALL.map(|kind| (kind.word().to_owned(), show::words(kind.word())));
    let none = (String::new(), "Nothing else".to_owned());
    let also = std::iter::once(none).chain(kinds.clone()).collect();
    let more: Vec<&str> = known.iter().skip(2).map(|kind| kind.word()).collect();
    let chosen = |name: &str, usual: &str| sent.some(name).unwrap_or_else(|| usual.to_owned());
    let mut fields = vec![
        Field::choice("kinds", "Asked about", kinds.to_vec())
            .with(chosen("kinds", word(0, "billing")))
            .wrong(wrong.of("kinds")),
        Field::choice("also", "And about", also).with(chosen("also", word(1, ""))),
        Field::input("more", "More", "hidden").with(chosen("more", &more.join(","))),
    ];
    fields.extend(card_fields(sent, person, wrong, "person"));
    fields
}

fn custom_field(asked: &Asked<'_, Verb>, field: &CustomField, known: &CustomValues) -> Field {
    let name = format!("custom-{}", field.key);
    let shown = match field.kind {
        CustomFieldKind::Text => Field::input(&name, &field.label, "text"),
        CustomFieldKind::Number => Field::input(&name, &field.label, "text").decimal(),
        CustomFieldKind::Date => Field::input(&name, &field.label, "date"),
        CustomFieldKind::Flag => Field::choice(&name, &field.label, options(&["yes", "no"])),
        CustomFieldKind::Choice => {
            let choices: Vec<&str> = field.choices.iter().map(String::as_str).collect();
            Field::choice(&name, &field.label, options(&choices))
        }
    };
    let known = known.0.get(&field.key).cloned().unwrap_or_default();
    let value = asked.sent.some(&name).unwrap_or(known);
    let wrong = asked.wrong.of(&format!("values/{}", field.key));
    let shown = shown.with(value).wrong(wrong);
    if field.required { shown.required() } else { shown }
}

fn options(words: &[&str]) -> Vec<(String, String)> {
    let own = words.iter().map(|word| ((*word).to_owned(), (*word).to_owned()));
    std::iter::once((String::new(), "–".to_owned())).chain(own).collect()
}

//! Objects: made after Stripe's own fixtures, which are newer than the version we name, so that
//! every one has members that nobody here knows.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::World;
use super::answer::Answer;

static FIXTURES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../adapters/fixtures/stripe/fixtures.json");
    serde_json::from_str(text).expect("fixtures in JSON")
});

/// What a card does when it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// It pays.
    Pays,
    /// Its bank says no, by this code.
    Declines(&'static str),
    /// Its bank wants the client to be there.
    WantsClient,
    /// Its bank takes days.
    TakesDays,
}

impl World {
    /// A new object of a kind, with these members over those of the fixture.
    pub(super) fn make(&mut self, kind: &'static str, prefix: &str, members: Value) -> Value {
        self.made += 1;
        let mut object = FIXTURES.get(kind).cloned().unwrap_or_else(|| json!({}));
        let into = object.as_object_mut().expect("an object");
        into.insert("id".to_owned(), json!(format!("{prefix}_{:06}", self.made)));
        into.insert("created".to_owned(), json!(self.now.timestamp()));
        into.insert("livemode".to_owned(), json!(self.is_live));
        into.extend(members.as_object().expect("an object").clone());
        self.objects.entry(kind).or_default().push(object.clone());
        object
    }

    /// An object by its name.
    pub(super) fn find(&self, id: &str) -> Option<&Value> {
        self.objects.values().flatten().find(|object| object["id"] == *id)
    }

    /// An object that must be there.
    pub(super) fn known(&self, id: &str) -> Value {
        self.find(id).unwrap_or_else(|| panic!("{id} is not there")).clone()
    }

    /// Changes an object; answers it as it is now.
    pub(super) fn change(&mut self, id: &str, members: Value) -> Value {
        let mut all = self.objects.values_mut().flatten();
        let object = all.find(|object| object["id"] == *id).expect("an object to change");
        let into = object.as_object_mut().expect("an object");
        into.extend(members.as_object().expect("an object").clone());
        object.clone()
    }

    /// One object, by its name.
    pub(super) fn read(&mut self, kind: &str, id: &str) -> Answer {
        match self.find(id).filter(|object| object["object"] == *kind) {
            Some(object) => Answer::yes(object.clone()),
            None => Answer::missing(&format!("{kind}: '{id}'")),
        }
    }

    /// A page of a list, newest first.
    pub(super) fn list(&mut self, kind: &str, query: &Value) -> Answer {
        let number = |name: &str| query[name].as_str().and_then(|text| text.parse::<i64>().ok());
        let fits = |object: &&Value| {
            let created = object["created"].as_i64().unwrap_or_default();
            let same = |name: &str| query[name].is_null() || query[name] == object[name];
            number("created[gte]").is_none_or(|from| created >= from)
                && number("created[lte]").is_none_or(|to| created <= to)
                && same("customer")
                && same("payment_intent")
                && same("charge")
        };
        let all = self.objects.get(kind).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<&Value> = all.iter().rev().filter(fits).collect();
        if let Some(after) = query["starting_after"].as_str() {
            let at = found.iter().position(|object| object["id"] == *after);
            let Some(at) = at else { return Answer::invalid("resource_missing", "starting_after") };
            found.drain(..=at);
        }
        let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10);
        let has_more = found.len() > limit;
        found.truncate(limit);
        Answer::yes(json!({"object": "list", "data": found, "has_more": has_more, "url": "/v1"}))
    }

    /// What a card does: test tokens say it themselves.
    pub(super) fn card(&self, token: &str) -> Option<Card> {
        match token {
            "pm_card_visa" => Some(Card::Pays),
            "pm_declined_insufficient" => Some(Card::Declines("insufficient_funds")),
            "pm_authentication_required" => Some(Card::WantsClient),
            "pm_processing" => Some(Card::TakesDays),
            _ => self.cards.get(token).copied(),
        }
    }

    /// Keeps a card for a customer.
    pub(super) fn keep_card(&mut self, customer: &Value, card: Card) -> Value {
        let method = self.make(
            "payment_method",
            "pm",
            json!({"customer": customer, "type": "card", "metadata": {}}),
        );
        let token = method["id"].as_str().expect("an id").to_owned();
        self.cards.insert(token, card);
        method
    }
}

//! A row of the table: a use case, and which id of another it is asked with.

use std::fmt;
use std::pin::Pin;

use billfold_app::commands::{Ask, UseCase};
use billfold_app::{Error, Kind};

use crate::world::{Seller, Things, World};

/// The answer to a row, without what it tells.
pub(crate) type Asking = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// How a row's command is asked: by whom, under which key, with whose things.
type How = dyn Fn(&World, &Seller, String, &Things, &Things) -> Asking;

/// One command with one id.
pub(crate) struct Row {
    /// The use case.
    pub(crate) name: &'static str,
    /// What of another it names.
    pub(crate) about: About,
    clients: bool,
    more: bool,
    how: Option<Box<How>>,
}

/// What a row is about.
#[derive(Debug)]
pub(crate) enum About {
    /// A field with an id; behind a dot, where in it.
    Id(&'static str),
    /// A field with a word that names something once per seller, which is asked for by people: it
    /// is refused as a wrong word, by a rule.
    Word(&'static str),
    /// A field with the id of what would have to belong to the main thing, and does not: it is
    /// refused in whatever way anything else is that does not.
    Part(&'static str),
    /// A field with the id of what is to begin, which is the seller's own whatever others have.
    Begun(&'static str),
    /// No id at all, and why.
    Nothing(&'static str),
    /// Ids that no caller chooses, and where they come from.
    Aside(&'static str),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Id(text)
        | Self::Word(text)
        | Self::Part(text)
        | Self::Begun(text)
        | Self::Nothing(text)
        | Self::Aside(text)) = self;
        f.write_str(text)
    }
}

/// A command with an id of another.
pub(crate) fn id<U: UseCase>(field: &'static str, build: fn(&Things, &Things) -> U) -> Row {
    asked(About::Id(field), build)
}

/// A command with a word that names something of another.
pub(crate) fn word<U: UseCase>(field: &'static str, build: fn(&Things, &Things) -> U) -> Row {
    asked(About::Word(field), build)
}

/// A command that takes from the main thing what is no part of it.
pub(crate) fn part<U: UseCase>(field: &'static str, build: fn(&Things, &Things) -> U) -> Row {
    asked(About::Part(field), build)
}

/// A command that begins something under an id that another seller has, too. What another client
/// of the same seller has is taken, and begins nothing.
pub(crate) fn begun<U: UseCase>(field: &'static str, build: fn(&Things, &Things) -> U) -> Row {
    asked(About::Begun(field), build).or_of_another_client()
}

/// A command without any id.
pub(crate) fn alone<U: UseCase>(reason: &'static str) -> Row {
    aside_as(U::NAME, About::Nothing(reason))
}

/// A command that only the application itself makes, with ids it just read of the same seller.
pub(crate) fn aside(name: &'static str, reason: &'static str) -> Row {
    aside_as(name, About::Aside(reason))
}

/// A command that is asked for through something else.
pub(crate) fn through(
    name: &'static str,
    field: &'static str,
    how: impl Fn(&World, &Seller, String, &Things, &Things) -> Asking + 'static,
) -> Row {
    Row { how: Some(Box::new(how)), ..aside_as(name, About::Id(field)) }
}

fn aside_as(name: &'static str, about: About) -> Row {
    Row { name, about, clients: false, more: false, how: None }
}

fn asked<U: UseCase>(about: About, build: fn(&Things, &Things) -> U) -> Row {
    let how = move |world: &World, seller: &Seller, key: String, own: &Things, others: &Things| {
        let ask = Ask::new(seller.tenant, world.actor.clone(), key, build(own, others));
        let door = world.till.door.clone();
        let asking: Asking = Box::pin(async move { door.execute(ask).await.map(drop) });
        asking
    };
    Row { how: Some(Box::new(how)), ..aside_as(U::NAME, about) }
}

impl Row {
    /// The same is refused with the id of another client of the same seller.
    pub(crate) fn or_of_another_client(self) -> Self {
        Self { clients: true, ..self }
    }

    /// What it names is no client's.
    pub(crate) fn of_no_client(self) -> Self {
        Self { clients: false, ..self }
    }

    /// With own ids it misses something that the world does not hold, such as a part with a number.
    pub(crate) fn and_more(self) -> Self {
        Self { more: true, ..self }
    }

    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.about, About::Id(_) | About::Word(_) | About::Part(_))
    }

    /// The kinds of refusal that tell nothing.
    pub(crate) fn kinds(&self) -> &'static [Kind] {
        match self.about {
            About::Word(_) => &[Kind::Rule],
            About::Part(_) => &[Kind::Missing, Kind::Rule, Kind::State],
            _ => &[Kind::Missing],
        }
    }

    pub(crate) fn begins(&self) -> bool {
        matches!(self.about, About::Begun(_))
    }

    pub(crate) fn of_clients(&self) -> bool {
        self.clients
    }

    pub(crate) fn needs_more(&self) -> bool {
        self.more
    }

    /// The field of the command.
    pub(crate) fn field(&self) -> Option<&'static str> {
        match self.about {
            About::Id(field) | About::Word(field) | About::Part(field) | About::Begun(field) => {
                field.split('.').next()
            }
            About::Nothing(_) | About::Aside(_) => None,
        }
    }

    /// Asks.
    pub(crate) fn ask(
        &self,
        world: &World,
        seller: &Seller,
        key: String,
        own: &Things,
        others: &Things,
    ) -> Asking {
        let how = self.how.as_ref().expect("a row that is asked");
        how(world, seller, key, own, others)
    }
}

//! Who asked: the one thing every command and every event names.
//!
//! Guarantees a text form that reads back to the same actor: `staff:<uuid>`, `key:<uuid>`,
//! `client:<uuid>`, `system:<name>`, `import:<name>`. Absent on purpose: names and addresses of
//! people, and what an actor may do.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::kernel::id::{ApiKeyId, ClientId, StaffId};
use crate::kernel::refusal::Invalid;
use crate::kernel::text::{check_key, serde_as_text};

/// Who or what asked for a change.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A person who works for the seller.
    Staff(StaffId),
    /// A program of the seller, by its API key.
    ApiKey(ApiKeyId),
    /// A person who buys, in the portal.
    Client(ClientId),
    /// A part of Billfold itself, such as a policy or a schedule.
    System(ActorName),
    /// An import from another system.
    Import(ActorName),
}

/// The name of a program: lower case letters, digits, `_` and `-`, 1 to 40 of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorName(String);

impl ActorName {
    /// Checks the characters and the length.
    pub fn try_new(name: impl Into<String>) -> Result<Self, Invalid> {
        let name = name.into();
        check_key("actor", &name)?;
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Actor {
    /// A part of Billfold, by its name.
    pub fn system(name: &str) -> Result<Self, Invalid> {
        ActorName::try_new(name).map(Self::System)
    }

    /// An import, by the name of the system it reads from.
    pub fn import(name: &str) -> Result<Self, Invalid> {
        ActorName::try_new(name).map(Self::Import)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(id) => write!(f, "staff:{}", id.uuid()),
            Self::ApiKey(id) => write!(f, "key:{}", id.uuid()),
            Self::Client(id) => write!(f, "client:{}", id.uuid()),
            Self::System(name) => write!(f, "system:{}", name.as_str()),
            Self::Import(name) => write!(f, "import:{}", name.as_str()),
        }
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Actor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || {
            let detail = "use staff:, key: or client: and a UUID, or system: or import: and a name";
            Invalid::one("actor", "actor.malformed", detail)
        };
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        let uuid = || Uuid::try_parse(rest).map_err(|_| unknown());
        match kind {
            "staff" => Ok(Self::Staff(StaffId::new(uuid()?))),
            "key" => Ok(Self::ApiKey(ApiKeyId::new(uuid()?))),
            "client" => Ok(Self::Client(ClientId::new(uuid()?))),
            "system" => Self::system(rest),
            "import" => Self::import(rest),
            _ => Err(unknown()),
        }
    }
}

serde_as_text!(Actor);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_actor_reads_back_from_its_text() {
        let uuid = Uuid::from_u128(7);
        let actors = [
            Actor::Staff(StaffId::new(uuid)),
            Actor::ApiKey(ApiKeyId::new(uuid)),
            Actor::Client(ClientId::new(uuid)),
            Actor::system("renewals").unwrap(),
            Actor::import("whmcs").unwrap(),
        ];
        for actor in actors {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
    }

    #[test]
    fn an_unknown_kind_and_a_free_name_are_refused() {
        for text in ["", "staff", "staff:me", "root:1", "system:", "import:Old System"] {
            assert!(text.parse::<Actor>().is_err(), "{text}");
        }
    }
}

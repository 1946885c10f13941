//! Somebody to reach at a client besides the client itself: who gets the bills, who is called when
//! a server is down.
//!
//! Guarantees that who it is stays sealed; what the person is for is not personal and lies open.

use serde::{Deserialize, Serialize};

use crate::client::ContactCard;
use crate::kernel::Pii;

/// What a person is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// Invoices and payments.
    Billing,
    /// Servers and domains.
    Technical,
    /// Contracts, and who may do what.
    Administrative,
    /// Complaints about what the client's services do.
    Abuse,
}

impl ContactKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Billing, Self::Technical, Self::Administrative, Self::Abuse];

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Technical => "technical",
            Self::Administrative => "administrative",
            Self::Abuse => "abuse",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A further contact of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPerson {
    /// Counted per client from 1; never used again.
    pub no: u32,
    /// What the person is asked about; sorted, each once.
    pub kinds: Vec<ContactKind>,
    /// Who it is, sealed.
    pub person: Pii<ContactCard>,
}

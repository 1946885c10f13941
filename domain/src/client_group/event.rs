//! What can have happened to a group of clients.

use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody, Percent};

/// A fact about a group of clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientGroupEvent {
    /// The group was made.
    Created {
        /// Unique name for machines.
        code: String,
        /// Name for people.
        name: String,
    },
    /// Members pay so much less from now on.
    DiscountSet {
        /// The share that comes off.
        discount: Percent,
    },
    /// Members pay the prices of a tier from now on.
    PriceTierSet {
        /// Its key; nothing for the list price.
        tier: Option<String>,
    },
    /// A client belongs to the group.
    ClientJoined {
        /// The client.
        client_id: ClientId,
    },
    /// A client belongs to it no longer.
    ClientLeft {
        /// The client.
        client_id: ClientId,
    },
}

name_events!(ClientGroupEvent {
    Created => "client_group.created" v "1",
    DiscountSet => "client_group.discount_set" v "1",
    PriceTierSet => "client_group.price_tier_set" v "1",
    ClientJoined => "client_group.client_joined" v "1",
    ClientLeft => "client_group.client_left" v "1",
});

impl ClientGroupEvent {
    /// Scope of the claim on a group's code.
    pub const CODE_SCOPE: &'static str = "client_group.code";
    /// Scope of the claim that a client is in one group.
    pub const MEMBER_SCOPE: &'static str = "client_group.member";
}

impl EventBody for ClientGroupEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Created { code, .. } => {
                vec![Claim::Take { scope: Self::CODE_SCOPE, key: code.clone() }]
            }
            Self::ClientJoined { client_id } => {
                vec![Claim::Take { scope: Self::MEMBER_SCOPE, key: client_id.to_string() }]
            }
            Self::ClientLeft { client_id } => {
                vec![Claim::Release { scope: Self::MEMBER_SCOPE, key: client_id.to_string() }]
            }
            Self::DiscountSet { .. } | Self::PriceTierSet { .. } => Vec::new(),
        }
    }
}

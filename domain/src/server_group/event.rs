//! What can have happened to a group of servers.

use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody, ServerId, ServiceId};
use crate::server_group::{FillMethod, PickReason};

/// A fact about a group of servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerGroupEvent {
    /// It was made, without servers.
    Created {
        /// What people call it.
        name: String,
        /// By which rule servers are picked.
        fill: FillMethod,
    },
    /// It is called something else.
    Renamed {
        /// What it was called.
        name_before: String,
        /// What people call it.
        name: String,
    },
    /// Servers are picked by another rule.
    FillSet {
        /// The rule.
        fill: FillMethod,
    },
    /// A server joined, as the last.
    ServerAdded {
        /// Which.
        server_id: ServerId,
    },
    /// A server left.
    ServerRemoved {
        /// Which.
        server_id: ServerId,
    },
    /// A server was picked for an account.
    ServerPicked {
        /// Which.
        server_id: ServerId,
        /// Whose account.
        service_id: ServiceId,
        /// Why this one.
        because: PickReason,
    },
}

name_events!(ServerGroupEvent {
    Created => "server_group.created" v "1",
    Renamed => "server_group.renamed" v "1",
    FillSet => "server_group.fill_set" v "1",
    ServerAdded => "server_group.server_added" v "1",
    ServerRemoved => "server_group.server_removed" v "1",
    ServerPicked => "server_group.server_picked" v "1",
});

impl ServerGroupEvent {
    /// Scope of the claim on a name, in lower case.
    pub const NAME_SCOPE: &'static str = "server_group.name";
    /// Scope of the claim that a server is in one group.
    pub const MEMBER_SCOPE: &'static str = "server_group.member";

    /// The key under which a name is claimed.
    pub fn name_key(name: &str) -> String {
        name.trim().to_lowercase()
    }

    /// The key under which a server is claimed.
    pub fn member_key(server_id: ServerId) -> String {
        server_id.uuid().to_string()
    }
}

impl EventBody for ServerGroupEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let take = |scope, key| Claim::Take { scope, key };
        let release = |scope, key| Claim::Release { scope, key };
        match self {
            Self::Created { name, .. } => vec![take(Self::NAME_SCOPE, Self::name_key(name))],
            Self::Renamed { name_before, name } => {
                let (before, after) = (Self::name_key(name_before), Self::name_key(name));
                if before == after {
                    return Vec::new();
                }
                vec![release(Self::NAME_SCOPE, before), take(Self::NAME_SCOPE, after)]
            }
            Self::ServerAdded { server_id } => {
                vec![take(Self::MEMBER_SCOPE, Self::member_key(*server_id))]
            }
            Self::ServerRemoved { server_id } => {
                vec![release(Self::MEMBER_SCOPE, Self::member_key(*server_id))]
            }
            Self::FillSet { .. } | Self::ServerPicked { .. } => Vec::new(),
        }
    }
}

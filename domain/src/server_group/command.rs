//! What may be asked of a group of servers.

use crate::kernel::{ServerId, ServiceId};
use crate::server_group::{Candidate, FillMethod};

/// A request about a group of servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerGroupCommand {
    /// Make a group without servers.
    Form {
        /// What people call it, 1 to 100 characters; unique among the seller's.
        name: String,
        /// By which rule servers are picked.
        fill: FillMethod,
    },
    /// Call it something else.
    Rename {
        /// What people call it, 1 to 100 characters.
        name: String,
    },
    /// Pick servers by another rule from now on.
    SetFill {
        /// The rule.
        fill: FillMethod,
    },
    /// Let a server join, as the last.
    AddServer {
        /// The server.
        server_id: ServerId,
    },
    /// Let a server leave; the accounts on it stay.
    RemoveServer {
        /// The server.
        server_id: ServerId,
    },
    /// Pick a server for an account.
    Pick {
        /// Whose account.
        service_id: ServiceId,
        /// What is known of the group's servers; who is not among them is not picked.
        candidates: Vec<Candidate>,
    },
}

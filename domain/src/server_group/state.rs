//! What is known of a group of servers.

use serde::{Deserialize, Serialize};

use crate::kernel::ServerId;
use crate::server_group::{FillMethod, ServerGroupEvent};

/// A group of servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerGroup {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    Formed(FormedGroup),
}

/// What it is, and which servers are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormedGroup {
    /// What people call it.
    pub name: String,
    /// By which rule servers are picked.
    pub fill: FillMethod,
    /// Its servers, in the order in which they joined.
    pub servers: Vec<ServerId>,
    /// The one that was picked last; once that one left, who joined before it.
    pub last: Option<ServerId>,
}

impl ServerGroup {
    /// What it is, once it was formed.
    pub fn formed(&self) -> Option<&FormedGroup> {
        match self {
            Self::Absent => None,
            Self::Formed(group) => Some(group),
        }
    }

    pub(super) fn take(&mut self, event: &ServerGroupEvent) {
        match (self, event) {
            (this, ServerGroupEvent::Created { name, fill }) => {
                let (name, fill) = (name.clone(), *fill);
                *this = Self::Formed(FormedGroup { name, fill, servers: Vec::new(), last: None });
            }
            (Self::Formed(group), event) => group.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl FormedGroup {
    fn take(&mut self, event: &ServerGroupEvent) {
        match event {
            ServerGroupEvent::Renamed { name, .. } => self.name.clone_from(name),
            ServerGroupEvent::FillSet { fill } => self.fill = *fill,
            ServerGroupEvent::ServerAdded { server_id } => self.servers.push(*server_id),
            ServerGroupEvent::ServerRemoved { server_id } => self.lose(*server_id),
            ServerGroupEvent::ServerPicked { server_id, .. } => self.last = Some(*server_id),
            ServerGroupEvent::Created { .. } => {}
        }
    }

    /// Whose turn it is stays as it was.
    fn lose(&mut self, server_id: ServerId) {
        if self.last == Some(server_id) {
            let earlier = self.servers.iter().take_while(|known| **known != server_id);
            self.last = earlier.last().copied();
        }
        self.servers.retain(|known| *known != server_id);
    }
}

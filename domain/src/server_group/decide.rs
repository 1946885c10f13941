//! What may happen to a group of servers in which state.

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Issued, ServerId, ServiceId};
use crate::server::ServerStatus;
use crate::server_group::{
    Candidate, FillMethod, FormedGroup, Pick, ServerGroup, ServerGroupCommand, ServerGroupEvent,
    ServerGroupRefusal, pick,
};

/// How many servers a group may hold.
const MOST_SERVERS: usize = 1_000;

impl Aggregate for ServerGroup {
    const TYPE: &'static str = "server_group";
    type Command = ServerGroupCommand;
    type Event = ServerGroupEvent;
    type Refusal = ServerGroupRefusal;

    fn decide(&self, ask: &Issued<ServerGroupCommand>) -> Decision {
        use ServerGroupCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Form { name, fill }) => {
                check_line("name", name, 100)?;
                Ok(vec![ServerGroupEvent::Created { name: name.clone(), fill: *fill }])
            }
            (Self::Absent, _) => Err(ServerGroupRefusal::Absent),
            (Self::Formed(group), Ask::Form { name, fill }) => form_again(group, name, *fill),
            (Self::Formed(group), Ask::Rename { name }) => rename(group, name),
            (Self::Formed(group), Ask::SetFill { fill }) => {
                let set = ServerGroupEvent::FillSet { fill: *fill };
                Ok(if group.fill == *fill { Vec::new() } else { vec![set] })
            }
            (Self::Formed(group), Ask::AddServer { server_id }) => add(group, *server_id),
            (Self::Formed(group), Ask::RemoveServer { server_id }) => {
                if !group.servers.contains(server_id) {
                    return Err(ServerGroupRefusal::NotAMember);
                }
                Ok(vec![ServerGroupEvent::ServerRemoved { server_id: *server_id }])
            }
            (Self::Formed(group), Ask::Pick { service_id, candidates }) => {
                pick_one(group, *service_id, candidates)
            }
        }
    }

    fn apply(&mut self, event: &ServerGroupEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.formed().map_or(0, |group| {
            group.name.len().saturating_add(size_of_val(group.servers.as_slice()))
        });
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(ServerGroup);

type Decision = Result<Vec<ServerGroupEvent>, ServerGroupRefusal>;

/// The same group formed again.
fn form_again(group: &FormedGroup, name: &str, fill: FillMethod) -> Decision {
    let same = (group.name.as_str(), group.fill) == (name, fill);
    if same { Ok(Vec::new()) } else { Err(ServerGroupRefusal::AlreadyCreated) }
}

fn rename(group: &FormedGroup, name: &str) -> Decision {
    check_line("name", name, 100)?;
    if group.name == name {
        return Ok(Vec::new());
    }
    let (name_before, name) = (group.name.clone(), name.to_owned());
    Ok(vec![ServerGroupEvent::Renamed { name_before, name }])
}

fn add(group: &FormedGroup, server_id: ServerId) -> Decision {
    if group.servers.contains(&server_id) {
        return Ok(Vec::new());
    }
    if group.servers.len() >= MOST_SERVERS {
        return Err(ServerGroupRefusal::TooMany { most: MOST_SERVERS });
    }
    Ok(vec![ServerGroupEvent::ServerAdded { server_id }])
}

fn pick_one(group: &FormedGroup, service_id: ServiceId, candidates: &[Candidate]) -> Decision {
    // Whoever nothing is known of keeps its place, so that the turns of the others stay theirs.
    let known = |server_id: &ServerId| {
        let unknown = || Candidate {
            server_id: *server_id,
            used: 0,
            capacity: 0,
            status: ServerStatus::Offline,
            fits: false,
        };
        let told = candidates.iter().find(|candidate| candidate.server_id == *server_id);
        told.cloned().unwrap_or_else(unknown)
    };
    let members: Vec<Candidate> = group.servers.iter().map(known).collect();
    let Pick { server_id, because } = pick(group.fill, group.last, &members)?;
    Ok(vec![ServerGroupEvent::ServerPicked { server_id, service_id, because }])
}

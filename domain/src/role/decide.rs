//! What may happen to a role in which state.

use super::{
    NewRole, Permissions, Rights, Role, RoleCommand, RoleEvent, RoleFacts, RoleRefusal, SystemRole,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Aggregate, Invalid, Issued, StaffId};

/// How many members of staff may have one role.
const HOLDER_LIMIT: usize = 10_000;

impl Aggregate for Role {
    const TYPE: &'static str = "role";
    type Command = RoleCommand;
    type Event = RoleEvent;
    type Refusal = RoleRefusal;

    fn decide(&self, ask: &Issued<RoleCommand>) -> Decision {
        use RoleCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Establish { system }) => {
                Ok(vec![RoleEvent::Established { system: *system }])
            }
            (Self::Absent, Ask::Create { role, held }) => create(role, *held),
            (Self::Absent | Self::Deleted, _) => Err(RoleRefusal::Absent),
            (Self::Kept(facts), Ask::Establish { system }) => establish_again(facts, *system),
            (Self::Kept(facts), Ask::Create { role, .. }) => create_again(facts, role),
            (Self::Kept(facts), Ask::Change { role, held }) => change(facts, role, *held),
            (Self::Kept(facts), Ask::Assign { staff_id, held }) => assign(facts, *staff_id, *held),
            (Self::Kept(facts), Ask::Withdraw { staff_id }) => withdraw(facts, *staff_id),
            (Self::Kept(facts), Ask::Delete) => delete(facts),
        }
    }

    fn apply(&mut self, event: &RoleEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let Some(facts) = self.facts() else { return size_of::<Self>() };
        let texts = facts.name.len().saturating_add(facts.description.len());
        let holders = facts.holders.len().saturating_mul(size_of::<StaffId>());
        size_of::<Self>().saturating_add(texts).saturating_add(holders)
    }
}

bridge_to_cqrs_es!(Role);

type Decision = Result<Vec<RoleEvent>, RoleRefusal>;

fn establish_again(facts: &RoleFacts, system: SystemRole) -> Decision {
    if facts.system == Some(system) {
        return Ok(Vec::new());
    }
    Err(RoleRefusal::AlreadyCreated { name: facts.name.clone() })
}

fn create(role: &NewRole, held: Rights) -> Decision {
    check(role)?;
    covers(held, rights(role))?;
    let NewRole { name, description, permissions, reach } = role.clone();
    Ok(vec![RoleEvent::Created { name, description, permissions, reach }])
}

fn create_again(facts: &RoleFacts, role: &NewRole) -> Decision {
    let texts = facts.name == role.name && facts.description == role.description;
    if facts.system.is_none() && texts && facts.rights() == rights(role) {
        return Ok(Vec::new());
    }
    Err(RoleRefusal::AlreadyCreated { name: facts.name.clone() })
}

fn change(facts: &RoleFacts, role: &NewRole, held: Rights) -> Decision {
    own(facts)?;
    check(role)?;
    let (before, after) = (facts.rights(), rights(role));
    let mut events = Vec::new();
    if facts.name != role.name || facts.description != role.description {
        events.push(RoleEvent::Renamed {
            before: facts.name.clone(),
            name: role.name.clone(),
            description: role.description.clone(),
        });
    }
    if before != after {
        let wider = after.reach > before.reach;
        let kept = if wider { Permissions::NONE } else { before.permissions };
        covers(held, Rights { permissions: after.permissions.beyond(kept), ..after })?;
        let Rights { permissions, reach } = after;
        events.push(RoleEvent::PermissionsSet { permissions, reach });
    }
    Ok(events)
}

fn assign(facts: &RoleFacts, staff_id: StaffId, held: Rights) -> Decision {
    if facts.holders.contains(&staff_id) {
        return Ok(Vec::new());
    }
    covers(held, facts.rights())?;
    if facts.holders.len() >= HOLDER_LIMIT {
        return Err(RoleRefusal::Full { limit: HOLDER_LIMIT });
    }
    Ok(vec![RoleEvent::Assigned { staff_id }])
}

fn withdraw(facts: &RoleFacts, staff_id: StaffId) -> Decision {
    if !facts.holders.contains(&staff_id) {
        return Err(RoleRefusal::NotHolder { staff_id });
    }
    if facts.system == Some(SystemRole::Admin) && facts.holders.len() == 1 {
        return Err(RoleRefusal::LastAdmin { staff_id });
    }
    Ok(vec![RoleEvent::Withdrawn { staff_id }])
}

fn delete(facts: &RoleFacts) -> Decision {
    own(facts)?;
    if !facts.holders.is_empty() {
        return Err(RoleRefusal::Held { holders: facts.holders.len() });
    }
    Ok(vec![RoleEvent::Deleted { name: facts.name.clone() }])
}

fn own(facts: &RoleFacts) -> Result<(), RoleRefusal> {
    match facts.system {
        Some(_) => Err(RoleRefusal::BuiltIn { name: facts.name.clone() }),
        None => Ok(()),
    }
}

fn check(role: &NewRole) -> Result<(), RoleRefusal> {
    let some = match role.permissions.is_empty() {
        true => Err(Invalid::one("permissions", "role.empty", "choose at least one permission")),
        false => Ok(()),
    };
    let name = check_line("name", &role.name, 100);
    let description = Some(role.description.as_str()).filter(|text| !text.is_empty());
    let description = check_optional_line("description", description, 500);
    Invalid::gather([name, description, some])?;
    let key = RoleEvent::name_key(&role.name);
    let built_in = SystemRole::ALL.iter().chain(&[SystemRole::Client]);
    if built_in.into_iter().any(|system| system.slug() == key) {
        return Err(RoleRefusal::NameReserved { name: role.name.clone() });
    }
    Ok(())
}

fn covers(held: Rights, given: Rights) -> Result<(), RoleRefusal> {
    match held.lacks(given) {
        Some(permission) => Err(RoleRefusal::Lacking { permission }),
        None => Ok(()),
    }
}

fn rights(role: &NewRole) -> Rights {
    Rights { permissions: role.permissions, reach: role.reach }
}

//! The roles of a seller, and what somebody may do by them.
//!
//! Guarantees: read from the log itself, so that signing in depends on no read model; two questions
//! for all roles of a seller, whose states are cached. A seller has few of them, by a limit.

use billfold_domain::kernel::{RoleId, StaffId, TenantId};
use billfold_domain::role::{Rights, Role, RoleEvent, RoleFacts, SystemRole};
use uuid::Uuid;

use crate::commands::{Door, Room};
use crate::error::{Error, Kind, Refused};

/// A role and what is known of it.
#[derive(Clone, Debug)]
pub struct KeptRole {
    /// Its id.
    pub role_id: RoleId,
    /// Name, permissions and holders.
    pub facts: RoleFacts,
    /// The version it has; 0 for a built-in role that nobody has had yet.
    pub version: i64,
}

/// Every role of a seller: the built-in ones in their order, then those of its own by name.
///
/// # Errors
/// The database does not answer.
pub async fn roles(door: &Door, tenant: TenantId) -> Result<Vec<KeptRole>, Error> {
    let own = door.holders(tenant, RoleEvent::NAME_SCOPE, "").await?;
    let ids = ids(tenant, own);
    let loaded = door.load_many::<Role>(tenant, ids.clone()).await?;
    let kept = ids.into_iter().zip(loaded).filter_map(|(id, loaded)| {
        let role_id = RoleId::new(id);
        let facts = facts(tenant, role_id, &loaded.state.0)?;
        Some(KeptRole { role_id, facts, version: loaded.version })
    });
    Ok(kept.collect())
}

/// The built-in role of clients: shown beside the others, and nobody of the staff is given it.
#[must_use]
pub fn role_of_clients(tenant: TenantId) -> KeptRole {
    let system = SystemRole::Client;
    KeptRole { role_id: system.id(tenant), facts: RoleFacts::built_in(system), version: 0 }
}

/// One role; nothing when there is none under this id.
///
/// # Errors
/// The database does not answer.
pub async fn role(door: &Door, tenant: TenantId, id: RoleId) -> Result<Option<KeptRole>, Error> {
    let of_clients = role_of_clients(tenant);
    if of_clients.role_id == id {
        return Ok(Some(of_clients));
    }
    let (role, version) = door.load::<Role>(tenant, id.uuid()).await?;
    let facts = facts(tenant, id, &role);
    Ok(facts.map(|facts| KeptRole { role_id: id, facts, version }))
}

/// What somebody may do: all that their roles allow. Nothing once they were stopped, which takes
/// their roles.
///
/// # Errors
/// The database does not answer.
pub async fn rights_of(door: &Door, tenant: TenantId, staff: StaffId) -> Result<Rights, Error> {
    let own = door.holders(tenant, RoleEvent::NAME_SCOPE, "").await?;
    let loaded = door.load_many::<Role>(tenant, ids(tenant, own)).await?;
    let held = loaded.iter().filter_map(|loaded| loaded.state.0.facts());
    let held = held.filter(|facts| facts.holders.contains(&staff));
    Ok(held.fold(Rights::NONE, |rights, facts| rights.and(facts.rights())))
}

/// What somebody could do at a moment of the past, by the roles they had then: the built-in ones
/// and those of `own`, which the seller had then.
///
/// # Errors
/// The database does not answer.
pub async fn rights_as_of(
    door: &Door,
    tenant: TenantId,
    staff: StaffId,
    own: Vec<Uuid>,
    position: i64,
) -> Result<Vec<KeptRole>, Error> {
    let mut held = Vec::new();
    for id in ids(tenant, own) {
        let (role, version) = door.load_as_of::<Role>(tenant, id, position).await?;
        if let Some(facts) = role.facts().filter(|facts| facts.holders.contains(&staff)) {
            held.push(KeptRole { role_id: RoleId::new(id), facts: facts.clone(), version });
        }
    }
    Ok(held)
}

/// Refuses to touch the account of somebody who may do more than `held`: a new password would hand
/// it over.
///
/// # Errors
/// They may do more, or the database does not answer.
pub(crate) async fn must_cover(
    door: &Door,
    tenant: TenantId,
    held: Rights,
    staff: StaffId,
) -> Result<(), Error> {
    match held.lacks(rights_of(door, tenant, staff).await?) {
        None => Ok(()),
        Some(permission) => {
            let detail = format!("they may do more than you: {permission}");
            Err(Refused::new("staff_member.outranks", Kind::Forbidden, detail).into())
        }
    }
}

/// The streams of roles: the built-in ones, then those of the seller's own.
pub(in crate::commands) fn ids(tenant: TenantId, own: Vec<Uuid>) -> Vec<Uuid> {
    SystemRole::ALL.iter().map(|system| system.id(tenant).uuid()).chain(own).collect()
}

/// The roles of the seller's own, as a plan sees them.
pub(super) async fn own(room: &Room<'_>) -> Result<Vec<Uuid>, Error> {
    room.holders(RoleEvent::NAME_SCOPE, "").await
}

/// What is known of a role; a built-in one exists before anybody has it.
fn facts(tenant: TenantId, id: RoleId, role: &Role) -> Option<RoleFacts> {
    let built_in = || super::system_role(tenant, id).map(RoleFacts::built_in);
    role.facts().cloned().or_else(built_in)
}

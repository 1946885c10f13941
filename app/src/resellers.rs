//! Who of the staff are resellers: they look after clients of their own and see no others (RBA-11).
//!
//! Guarantees: somebody is one because their roles reach only their own clients, or because clients
//! are entrusted to them; whoever may see every client and looks after none is not. Absent on
//! purpose: what a reseller earns, which the affiliate program tells.

use std::collections::BTreeMap;

use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::role::{Reach, Rights};
use billfold_projections::{Answer, Reads, client_list};

use crate::commands::Door;
use crate::commands::roles::roles;
use crate::commands::staff::{Colleague, colleagues};
use crate::error::Error;

/// A reseller.
#[derive(Clone, Debug)]
pub struct Reseller {
    /// The member of staff.
    pub colleague: Colleague,
    /// How many clients they look after, erased ones aside.
    pub clients: i64,
}

/// Why the resellers are not known.
#[derive(Debug, thiserror::Error)]
pub enum ResellersError {
    /// The client list does not answer.
    #[error(transparent)]
    Read(#[from] billfold_projections::Error),
    /// The log or the key table does not answer.
    #[error(transparent)]
    Door(#[from] Error),
}

/// The resellers of a seller, in the order they were hired.
///
/// # Errors
/// The database does not answer.
pub async fn resellers(
    door: &Door,
    reads: &Reads,
    tenant: TenantId,
) -> Result<Answer<Vec<Reseller>>, ResellersError> {
    let counted = client_list::by_reseller(reads, tenant).await?;
    let entrusted: BTreeMap<StaffId, i64> = counted.value.into_iter().collect();
    let mut rights: BTreeMap<StaffId, Rights> = BTreeMap::new();
    for role in roles(door, tenant).await? {
        for holder in &role.facts.holders {
            let held = rights.entry(*holder).or_insert(Rights::NONE);
            *held = held.and(role.facts.rights());
        }
    }
    let reseller = |colleague: Colleague| {
        let reach = rights.get(&colleague.staff_id).map(|rights| rights.reach);
        let clients = entrusted.get(&colleague.staff_id).copied().unwrap_or_default();
        let is_one = clients > 0 || reach == Some(Reach::OwnClients);
        is_one.then_some(Reseller { colleague, clients })
    };
    let value = colleagues(door, tenant).await?.into_iter().filter_map(reseller).collect();
    Ok(Answer { value, as_of_position: counted.as_of_position })
}

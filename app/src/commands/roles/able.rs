//! Who may do something, or could at a moment of the past (EVT-35): staff by their roles, programs
//! by the scopes of their keys.
//!
//! Guarantees: computed from the log, as what one person may do is. Absent on purpose: keys that
//! were made before their making was an event, of which the log knows the end only; and clients,
//! who reach their own account whatever anybody allows.

use std::collections::BTreeMap;

use billfold_domain::api_key::{ApiKey, ApiKeyTerms};
use billfold_domain::kernel::{ApiKeyId, RoleId, StaffId, TenantId};
use billfold_domain::role::{Permission, Reach, Role};
use billfold_projections::rights_log::Then;
use chrono::{DateTime, Utc};

use super::read::{KeptRole, ids};
use crate::commands::Door;
use crate::error::Error;

/// Somebody who may do it.
#[derive(Clone, Debug)]
pub enum Able {
    /// A member of staff.
    Staff {
        /// Who.
        staff_id: StaffId,
        /// Their roles that allow it, at least one.
        roles: Vec<KeptRole>,
    },
    /// A program.
    ApiKey {
        /// Its key.
        api_key_id: ApiKeyId,
        /// What the key is.
        terms: ApiKeyTerms,
    },
}

impl Able {
    /// For whose data they may.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Staff { roles, .. } => {
                let reaches = roles.iter().map(|role| role.facts.rights().reach);
                reaches.max().unwrap_or(Reach::OwnClients)
            }
            Self::ApiKey { .. } => Reach::Seller,
        }
    }
}

/// Everybody who could do something at a moment: staff first, oldest first, then keys.
///
/// # Errors
/// The database does not answer.
pub async fn who_could(
    door: &Door,
    tenant: TenantId,
    permission: Permission,
    then: &Then,
    now: DateTime<Utc>,
) -> Result<Vec<Able>, Error> {
    let mut staff: BTreeMap<StaffId, Vec<KeptRole>> = BTreeMap::new();
    for id in ids(tenant, then.roles.clone()) {
        let (role, version) = door.load_as_of::<Role>(tenant, id, then.position).await?;
        let Some(facts) = role.facts() else { continue };
        if !facts.rights().permissions.allow(permission) {
            continue;
        }
        for holder in &facts.holders {
            let kept = KeptRole { role_id: RoleId::new(id), facts: facts.clone(), version };
            staff.entry(*holder).or_default().push(kept);
        }
    }
    let mut able: Vec<Able> =
        staff.into_iter().map(|(staff_id, roles)| Able::Staff { staff_id, roles }).collect();
    let at = then.at.unwrap_or(now);
    for id in &then.api_keys {
        let (key, _) = door.load_as_of::<ApiKey>(tenant, *id, then.position).await?;
        if let ApiKey::Valid(terms) = key
            && terms.scopes.allow(permission)
            && terms.expires_at.is_none_or(|end| end > at)
        {
            able.push(Able::ApiKey { api_key_id: ApiKeyId::new(*id), terms });
        }
    }
    Ok(able)
}

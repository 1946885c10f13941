//! Who works for a seller.
//!
//! Guarantees: read from the log itself, names opened in one round trip for everybody. Absent on
//! purpose: a read model; a seller has few members of staff, whose states are cached.

use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::staff::{StaffEvent, StaffMember, StaffProfile};

use crate::commands::Door;
use crate::error::Error;
use crate::vault::{Opened, field};

/// A member of staff.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Their id.
    pub staff_id: StaffId,
    /// Name and address; gone once erased.
    pub profile: Opened<StaffProfile>,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether a picture of them is shown.
    pub pictured: bool,
    /// The version of their stream.
    pub version: i64,
}

/// Everybody who works or worked for a seller, oldest first.
///
/// # Errors
/// The database or the key table does not answer.
pub async fn colleagues(door: &Door, tenant: TenantId) -> Result<Vec<Colleague>, Error> {
    let mut ids = door.holders(tenant, StaffEvent::EMAIL_SCOPE, "").await?;
    // Ids begin with the instant at which they were made.
    ids.sort_unstable();
    let loaded = door.load_many::<StaffMember>(tenant, ids.clone()).await?;
    let known = ids.into_iter().zip(loaded);
    let known = known.filter_map(|(id, loaded)| {
        let employed = loaded.state.0.employed()?.clone();
        let active = matches!(loaded.state.0, StaffMember::Active(_));
        let pictured = employed.avatar.is_some();
        Some((StaffId::new(id), (active, pictured), loaded.version, employed.profile))
    });
    let known: Vec<_> = known.collect();
    let sealed: Vec<_> = known.iter().map(|(_, _, _, profile)| profile).collect();
    let opened = door.vault().open_all(tenant, field::STAFF_PROFILE, &sealed).await?;
    let colleague = |((staff_id, (active, pictured), version, _), profile)| Colleague {
        staff_id,
        profile,
        active,
        pictured,
        version,
    };
    Ok(known.into_iter().zip(opened).map(colleague).collect())
}

/// One of them; nothing for an unknown id.
///
/// # Errors
/// The database or the key table does not answer.
pub async fn colleague(
    door: &Door,
    tenant: TenantId,
    staff_id: StaffId,
) -> Result<Option<Colleague>, Error> {
    let (member, version) = door.load::<StaffMember>(tenant, staff_id.uuid()).await?;
    let Some(employed) = member.employed() else { return Ok(None) };
    let profile = door.vault().open(tenant, field::STAFF_PROFILE, &employed.profile).await?;
    let active = matches!(member, StaffMember::Active(_));
    let pictured = employed.avatar.is_some();
    Ok(Some(Colleague { staff_id, profile, active, pictured, version }))
}

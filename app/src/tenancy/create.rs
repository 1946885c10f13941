//! Opens the books of a new seller on the word of the operator's staff, and lets its first admin
//! in.
//!
//! Guarantees: noted first, in the operator's books, under an id that the same request gets again;
//! a crash in between is mended by asking again with the same key.

use billfold_domain::kernel::TenantId;
use billfold_domain::role::{Rights, SystemRole};
use billfold_domain::staff::StaffProfile;

use crate::access::{Access, AccessError, Secret};
use crate::commands::staff::AddStaff;
use crate::commands::tenants::{CreateTenant, OpenTenant};
use crate::commands::{Ask, Door};
use crate::error::{Error, Refused};

/// A seller to create.
#[derive(Clone, Debug)]
pub struct NewSeller {
    /// What its books begin with.
    pub books: OpenTenant,
    /// Who may do everything there, if somebody is named.
    pub admin: Option<FirstAdmin>,
}

/// Who may do everything at a new seller.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// Name and address.
    pub profile: StaffProfile,
    /// The password.
    pub password: Secret,
}

/// Creates a seller; `ask` is one of the operator's staff. Answers its id.
///
/// # Errors
/// A field breaks a rule, or the ledger does not answer.
pub async fn create(
    door: &Door,
    access: &Access,
    ask: Ask<NewSeller>,
) -> Result<TenantId, AccessError> {
    let Ask { tenant, actor, key, origin, command, .. } = ask;
    let NewSeller { books, admin } = command;
    if let Some(admin) = &admin {
        admin.profile.check().map_err(|invalid| Error::from(Refused::of(&invalid)))?;
        access.check_password(&admin.password)?;
    }
    let note = Ask::new(tenant, actor.clone(), key, CreateTenant { books: books.clone() });
    let created = door.execute(note.from_origin(origin.clone())).await?.answer.tenant_id;
    let open = Ask::new(created, actor.clone(), "create", books).from_origin(origin.clone());
    door.execute(open).await?;
    if let Some(FirstAdmin { profile, password }) = admin {
        let roles = vec![SystemRole::Admin.id(created)];
        let add = AddStaff { profile, roles, held: Rights::full() };
        let ask = Ask::new(created, actor, "first-admin", add).from_origin(origin);
        access.add_staff(ask, &password).await?;
    }
    Ok(created)
}

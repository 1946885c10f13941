//! Use cases about roles: make one, change it, give it to staff, take it back, delete it; and what
//! somebody may do (RBA-02 to RBA-09).

mod able;
mod change;
mod create;
mod delete;
mod give;
mod read;
mod take;

use billfold_domain::kernel::{RoleId, TenantId};
use billfold_domain::role::SystemRole;

pub use able::{Able, who_could};
pub use change::ChangeRole;
pub use create::{CreateRole, RoleCreated};
pub use delete::DeleteRole;
pub use give::GiveRole;
pub(crate) use read::must_cover;
pub use read::{KeptRole, rights_as_of, rights_of, role, role_of_clients, roles};
pub use take::TakeRole;

pub(super) use give::give;
pub(super) use read::ids;

/// Which built-in role an id belongs to; none for a role of the seller's own.
#[must_use]
pub fn system_role(tenant: TenantId, id: RoleId) -> Option<SystemRole> {
    SystemRole::ALL.into_iter().find(|system| system.id(tenant) == id)
}

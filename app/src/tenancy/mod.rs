//! The sellers of an installation: who looks after them, how one is created, which one a request
//! is for.
//!
//! Guarantees: a seller whose staff may look after others is appointed on the word of whoever runs
//! the program, and there is one at most; the same request creates the same seller. Absent on
//! purpose: what a seller may do in which state, which `domain` says.

mod create;
mod host_names;

use std::sync::Arc;

use billfold_domain::kernel::TenantId;
use billfold_domain::tenant::{Tenant, TenantEvent};
use uuid::Uuid;

use crate::commands::Door;
use crate::error::Error;

pub use create::{FirstAdmin, NewSeller, create};
pub use host_names::{HostNames, host_name_of};

/// Sellers that are listed at once.
pub const LISTED: usize = 100;

/// A seller as it is listed.
#[derive(Clone, Debug)]
pub struct Seller {
    /// Its id.
    pub tenant: TenantId,
    /// What is known of it.
    pub state: Arc<Tenant>,
    /// Events of its own stream.
    pub version: i64,
}

/// The seller whose staff look after all of the installation; none until one is appointed.
///
/// # Errors
/// The database does not answer.
pub async fn operator(door: &Door) -> Result<Option<TenantId>, Error> {
    let (scope, key) = (TenantEvent::OPERATOR_SCOPE, TenantEvent::OPERATOR_KEY);
    // It is unique in the installation, so no seller has to be named.
    let found = door.holder(TenantId::new(Uuid::nil()), scope, key).await?;
    Ok(found.map(TenantId::new))
}

/// The sellers by id, oldest first, from the first behind `after` on; [`LISTED`] at most, and
/// whether there are more.
///
/// # Errors
/// The database does not answer.
pub async fn list(door: &Door, after: Option<TenantId>) -> Result<(Vec<Seller>, bool), Error> {
    let mut ids = door.sellers(after, LISTED + 1).await?;
    let more = ids.len() > LISTED;
    ids.truncate(LISTED);
    let mut sellers = Vec::with_capacity(ids.len());
    for tenant in ids {
        let (state, version) = door.load::<Tenant>(tenant, tenant.uuid()).await?;
        if state.profile().is_some() {
            sellers.push(Seller { tenant, state: Arc::new(state), version });
        }
    }
    Ok((sellers, more))
}

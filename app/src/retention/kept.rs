//! What is kept about a client for the law's sake, why and until when.

use billfold_domain::kernel::{ClientId, TenantId};
use chrono::NaiveDate;

use super::Law;
use crate::commands::Door;
use crate::commands::clients::subject_of;
use crate::error::Error;

/// Documents that law asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The last day on which it does.
    pub until: NaiveDate,
    /// Which law.
    pub law: Law,
}

/// What stays readable about a client when it is erased; nothing where no document names it, or the
/// law let go of all that did.
///
/// # Errors
/// There is no such seller, or the database does not answer.
pub async fn kept(door: &Door, tenant: TenantId, client: ClientId) -> Result<Option<Kept>, Error> {
    let until = door.vault().kept_until(tenant, subject_of(client)).await?;
    let Some(until) = until else { return Ok(None) };
    let law = door.retention().law(door.settings(tenant).await?.country);
    Ok(Some(Kept { until, law }))
}

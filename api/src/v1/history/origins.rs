//! Where the requests behind events came from, opened for an answer: all keys of a page at once.

use billfold_domain::kernel::TenantId;
use billfold_projections::audit_log::Entry;
use billfold_projections::event_index::Stored;

use crate::problem::Problem;
use crate::state::ApiState;

/// Puts address and program beside each event; `origin` says why where they are gone.
///
/// # Errors
/// The key table does not answer.
pub(in crate::v1) async fn reveal<'a>(
    state: &ApiState,
    tenant: TenantId,
    events: impl IntoIterator<Item = &'a mut Stored>,
) -> Result<(), Problem> {
    let opened = billfold_app::origins::reveal(state.door().vault(), tenant, events).await;
    Ok(opened.map_err(billfold_app::Error::from)?)
}

/// The same for entries of the audit log.
///
/// # Errors
/// The key table does not answer.
pub(super) async fn reveal_entries(
    state: &ApiState,
    tenant: TenantId,
    entries: &mut [Entry],
) -> Result<(), Problem> {
    let events = entries.iter_mut().map(|entry| &mut entry.event);
    reveal(state, tenant, events).await
}

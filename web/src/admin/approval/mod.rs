//! What needs a second person: the inbox, one question with what may be answered, and the limits.
//!
//! Guarantees: whoever may ask for such a deed, decide about it or audit it sees it; a page never
//! decides by itself what is held back, the door does.

mod answer;
pub(crate) mod inbox;
pub(crate) mod limits;
pub(crate) mod one;

use axum::Router;
use billfold_domain::kernel::{DeedKind, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::approval_list::ApprovalStatus;

use crate::error::PageError;
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Tone};
use crate::visitor::Visitor;

/// The inbox's address.
const PATH: &str = "/admin/approvals";

/// The addresses of all of them.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(inbox::routes())
        .merge(limits::routes())
        .merge(one::routes())
        .merge(answer::routes())
}

/// What is said before a deed is done that may need a second person; empty without a limit.
pub(crate) async fn hint(
    state: &WebState,
    tenant: TenantId,
    kind: DeedKind,
) -> Result<String, PageError> {
    let settings = state.door().settings(tenant).await?;
    let limits = settings.approval_limits.iter().filter(|limit| limit.kind == kind);
    let sums: Vec<String> = limits.map(|limit| show::money(limit.up_to).plain()).collect();
    if sums.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        " Above {} in all, and in any other currency, it waits until somebody else says yes; you \
         are shown where.",
        sums.join(" or ")
    ))
}

/// Whether a visitor may see what waits.
fn involved(visitor: &Visitor) -> Result<(), PageError> {
    let others = [Permission::ApprovalsDecide, Permission::EventsRead];
    let mut enough = DeedKind::ALL.map(DeedKind::permission).into_iter().chain(others);
    if enough.any(|permission| visitor.caller.identity.may(permission)) {
        return Ok(());
    }
    Err(PageError::Forbidden(Permission::ApprovalsDecide))
}

fn status(status: ApprovalStatus) -> Badge {
    match status {
        ApprovalStatus::Waiting => Badge::new(Tone::Amber, "Waiting"),
        ApprovalStatus::CarriedOut => Badge::new(Tone::Green, "Carried out"),
        ApprovalStatus::Failed => Badge::new(Tone::Red, "Failed"),
        ApprovalStatus::Declined => Badge::new(Tone::Red, "Declined"),
        ApprovalStatus::Withdrawn => Badge::new(Tone::Grey, "Withdrawn"),
        ApprovalStatus::Expired => Badge::new(Tone::Grey, "Expired"),
    }
}

/// A kind of deed for people.
fn kind(slug: &str) -> String {
    match slug {
        "write_off" => "Write-off".to_owned(),
        other => show::words(other),
    }
}

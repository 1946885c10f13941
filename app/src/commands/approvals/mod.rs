//! What needs a second person: asking one in place of a deed above a limit, and what that person
//! says (EVT-36).
//!
//! Guarantees: whatever use case an event of a deed comes from, and by whatever way it was asked
//! for, a sum above the seller's limit is not appended without a grant of these very bytes; the
//! grant and what it allows are one append; what cannot be done any more is noted as failed.
//! Absent on purpose: which events are deeds, which their aggregates say, and the limits, which are
//! settings of the seller.

mod carried;
mod decline;
mod grant;
mod lapse;
mod request;
mod sums;
mod withdraw;

pub use decline::DeclineApproval;
pub use grant::{Decided, GrantApproval};
pub use lapse::LetApprovalLapse;
pub(super) use request::{Asked, request};
pub(super) use sums::held_back;
pub use withdraw::WithdrawApproval;

use billfold_domain::approval::{Approval, ApprovalEvent};
use billfold_domain::kernel::ApprovalId;

use crate::commands::{Room, Touches};
use crate::error::{Error, Kind, Refused};

/// What a deed is told that is asked for in a way which cannot wait.
pub(super) fn not_offered() -> Refused {
    let detail = "the sum is above the limit of one person, and what was asked for cannot wait for \
                  a second one; ask for the refund, write-off or payout by itself";
    Refused::new("approval.not_offered", Kind::Rule, detail)
}

/// What a word about something that waits touches: its stream, and the claim of its command, which
/// it may end.
async fn touches(room: &Room<'_>, approval: ApprovalId) -> Result<Touches, Error> {
    let known = room.load::<Approval>(approval.uuid()).await?;
    let hash = known.state.0.asked().map(|asked| asked.command_hash.clone());
    let touches = Touches::new(room.tenant).main::<Approval>(approval.uuid());
    Ok(touches.claims(ApprovalEvent::COMMAND_SCOPE, hash.as_deref()))
}

//! What may be asked of the sign-ins of an address.

use crate::kernel::{SessionId, StaffId};
use crate::sign_in::{EndOfSession, SignInMethod, SignInRefused};

/// Something to note about an address at a seller.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInCommand {
    /// Somebody came in.
    Succeed {
        /// Who.
        staff_id: StaffId,
        /// What proved it.
        method: SignInMethod,
        /// The session that began.
        session_id: SessionId,
    },
    /// Nobody came in.
    Refuse {
        /// Whose account was tried, if there is one.
        staff_id: Option<StaffId>,
        /// Why.
        reason: SignInRefused,
        /// Whether the address, or the network it was tried from, has to wait from now on.
        slowed: bool,
    },
    /// Sessions ended before their time.
    End {
        /// Which, at most 1,000.
        sessions: Vec<SessionId>,
        /// What ended them.
        how: EndOfSession,
    },
}

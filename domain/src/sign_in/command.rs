//! What may be asked of the sign-ins of an address.

use crate::kernel::{ClientId, SessionId, StaffId};
use crate::sign_in::{EndOfSession, MeansChange, SignInMethod, SignInRefused};

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
    /// A client came in.
    SucceedClient {
        /// Who.
        client_id: ClientId,
        /// What proved it.
        method: SignInMethod,
        /// The session that began.
        session_id: SessionId,
    },
    /// Nobody came in.
    Refuse {
        /// Whose account was tried, if it is one of staff.
        staff_id: Option<StaffId>,
        /// Whose account was tried, if it is one of a client.
        client_id: Option<ClientId>,
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
    /// Somebody asked for a code by mail.
    AskReset {
        /// Whose account it is, if it is one of staff.
        staff_id: Option<StaffId>,
        /// Whose account it is, if it is one of a client.
        client_id: Option<ClientId>,
    },
    /// Something about how somebody comes in was changed.
    ChangeMeans {
        /// Whose account it is.
        staff_id: StaffId,
        /// What changed.
        what: MeansChange,
        /// Which passkey or identity provider, at most 100 characters.
        which: Option<String>,
    },
    /// Something about how a client comes in was changed.
    ChangeClientMeans {
        /// Whose account it is.
        client_id: ClientId,
        /// What changed.
        what: MeansChange,
    },
}

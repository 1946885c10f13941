//! What can have happened when an address was signed in with.

use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, EventBody, SessionId, StaffId};
use crate::sign_in::MeansChange;

/// A fact about an address at a seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInEvent {
    /// Somebody came in.
    Succeeded {
        /// Who.
        staff_id: StaffId,
        /// What proved it.
        method: SignInMethod,
        /// The session that began.
        session_id: SessionId,
    },
    /// A client came in.
    ClientSucceeded {
        /// Who.
        client_id: ClientId,
        /// What proved it.
        method: SignInMethod,
        /// The session that began.
        session_id: SessionId,
    },
    /// Nobody came in.
    Refused {
        /// Whose account was tried; absent when the address has none of staff here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff_id: Option<StaffId>,
        /// The same for one of a client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
        /// Why.
        reason: SignInRefused,
    },
    /// A lock-out began: further tries are not looked at until it is over.
    Slowed {
        /// Refusals since the last success.
        refusals: u32,
    },
    /// A session ended before its time.
    Ended {
        /// Which.
        session_id: SessionId,
        /// What ended it.
        how: EndOfSession,
    },
    /// Somebody who says that they forgot the password asked for a code by mail.
    ResetAsked {
        /// Whose account it is, if it is one of staff. Where nobody is named the address has no
        /// account here, and nothing was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff_id: Option<StaffId>,
        /// The same for one of a client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
    },
    /// Something about how the owner of the address comes in was changed.
    MeansChanged {
        /// Whose account it is.
        staff_id: StaffId,
        /// What changed.
        what: MeansChange,
        /// Which passkey or identity provider, where there can be several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        which: Option<String>,
    },
    /// Something about how the client of the address comes in was changed.
    ClientMeansChanged {
        /// Whose account it is.
        client_id: ClientId,
        /// What changed.
        what: MeansChange,
    },
}

/// What proved who came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// A password alone.
    Password,
    /// A password and a code that changes with time.
    PasswordAndCode,
    /// A password and a recovery code, which is spent.
    PasswordAndRecoveryCode,
    /// A session at another seller, which the same password had opened.
    Switch,
    /// A passkey, which also verified its owner: both steps at once.
    Passkey,
    /// The word of an identity provider that the installation trusts.
    Provider,
    /// The same, and a code that changes with time or a recovery code.
    ProviderAndCode,
}

/// Why nobody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInRefused {
    /// The address has no account at this seller.
    UnknownAddress,
    /// The password is another.
    WrongPassword,
    /// The password is right, the second step is not.
    WrongCode,
    /// The account was stopped; the password was not looked at.
    AccountStopped,
    /// The passkey is known, but what it signed is not right.
    WrongPasskey,
    /// The identity provider vouched for an address that has no account here, or has not verified
    /// it.
    ProviderRefused,
    /// Only an identity provider lets staff in, and this was not one.
    ProviderOnly,
}

/// What ended a session before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndOfSession {
    /// Its owner signed out.
    SignedOut,
    /// Its owner, or a change to the account, ended it from elsewhere.
    Revoked,
    /// Its owner went on at another seller.
    Switched,
    /// The password was replaced.
    PasswordReplaced,
    /// The account was stopped.
    AccountStopped,
    /// A token that was used before was used again: somebody else may have it.
    TokenReused,
}

name_events!(SignInEvent {
    Succeeded => "sign_in.succeeded" v "1",
    ClientSucceeded => "sign_in.client_succeeded" v "1",
    Refused => "sign_in.refused" v "1",
    Slowed => "sign_in.slowed" v "1",
    Ended => "sign_in.ended" v "1",
    ResetAsked => "sign_in.reset_asked" v "1",
    MeansChanged => "sign_in.means_changed" v "1",
    ClientMeansChanged => "sign_in.client_means_changed" v "1",
});

impl EventBody for SignInEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}

//! What can change about the ways in of an account.

use serde::{Deserialize, Serialize};

/// What changed about how somebody comes in. Never says a password, a code or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeansChange {
    /// Its owner, who knew the old password, set a new one.
    PasswordReplaced,
    /// A new password was set by a code for somebody who forgot the old one.
    PasswordReset,
    /// Somebody who may, or the command line, set a new password.
    PasswordSet,
    /// The hash of a password came along from another system.
    PasswordBroughtAlong,
    /// Somebody who may, or the command line, made a code that sets a new password.
    ResetCodeMade,
    /// A second step is asked for from now on.
    SecondStepSetUp,
    /// Its owner took the second step away.
    SecondStepRemoved,
    /// Whoever runs the installation took the second step away.
    SecondStepDropped,
    /// New recovery codes took the place of all older ones.
    RecoveryCodesRenewed,
    /// The mail address was proved to reach its owner.
    AddressVerified,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was taken away.
    PasskeyRemoved,
    /// An account of an identity provider opens this one from now on.
    ProviderLinked,
    /// It no longer does.
    ProviderUnlinked,
}

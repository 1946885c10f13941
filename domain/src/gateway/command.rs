//! What may be asked of a gateway.

use crate::gateway::{GatewayMode, Settings};
use crate::kernel::SecretsRef;

/// A request about a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayCommand {
    /// Begin with an account.
    Configure(ConfigureGateway),
    /// Call it something else.
    Describe {
        /// What payers and staff read, 1 to 100 characters.
        label: String,
    },
    /// Set what is no secret, as a whole.
    SetSettings(Settings),
    /// Set its secrets, as a whole.
    SetSecrets(SecretsRef),
    /// Find out whether the provider takes what is set.
    AskTest,
    /// Say what came of a test.
    Test(Tested),
    /// Offer it to payers.
    Enable {
        /// Whether its driver calls somebody, and so can be tested.
        needs_test: bool,
    },
    /// Offer it no more; what is under way still ends.
    Disable {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// An account to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigureGateway {
    /// What payments call it, such as `stripe-us`; nobody else's at this seller.
    pub key: String,
    /// Key of the driver that calls it.
    pub driver: String,
    /// What payers and staff read, 1 to 100 characters.
    pub label: String,
    /// Whether money moves there, if the driver knows both.
    pub mode: Option<GatewayMode>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The number of the test.
    pub no: u32,
    /// Whether the provider took what is set.
    pub passed: bool,
    /// What it said; cut to 500 characters of one line.
    pub says: String,
    /// What the provider calls the account, if it says so.
    pub mode: Option<GatewayMode>,
}

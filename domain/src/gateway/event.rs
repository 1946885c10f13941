//! What can have happened to a gateway.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::gateway::Settings;
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody, SecretsRef};

/// Whether money moves at an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayMode {
    /// It does not.
    Test,
    /// It does.
    Live,
}

/// A fact about a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayEvent {
    /// There is an account; nobody is offered it yet.
    Configured {
        /// What payments call it.
        key: String,
        /// Key of the driver that calls it.
        driver: String,
        /// What people call it.
        label: String,
        /// Whether money moves there, if the driver knows both.
        mode: Option<GatewayMode>,
    },
    /// It is called something else.
    Described {
        /// What people call it.
        label: String,
    },
    /// These settings hold, and no other.
    SettingsSet {
        /// What is no secret.
        settings: Settings,
    },
    /// These secrets hold, and no other.
    SecretsSet {
        /// Where they are kept, and what they are called.
        secrets: SecretsRef,
    },
    /// Whether the provider takes what is set is to be found out.
    TestAsked {
        /// Counts the tests of the account from 1.
        no: u32,
    },
    /// It was found out.
    Tested {
        /// The number of the test.
        no: u32,
        /// Whether the provider took what was set.
        passed: bool,
        /// What it said.
        says: String,
        /// The day.
        on: NaiveDate,
    },
    /// It is offered to payers.
    Enabled {},
    /// It is offered no more.
    Disabled {
        /// Why.
        reason: String,
    },
}

name_events!(GatewayEvent {
    Configured => "gateway.configured" v "1",
    Described => "gateway.described" v "1",
    SettingsSet => "gateway.settings_set" v "1",
    SecretsSet => "gateway.secrets_set" v "1",
    TestAsked => "gateway.test_asked" v "1",
    Tested => "gateway.tested" v "1",
    Enabled => "gateway.enabled" v "1",
    Disabled => "gateway.disabled" v "1",
});

impl GatewayEvent {
    /// Scope of the claim on an account's key.
    pub const KEY_SCOPE: &'static str = "gateway.key";
}

impl EventBody for GatewayEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Tested { on, .. } => Some(*on),
            _ => None,
        }
    }

    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Configured { key, .. } => {
                vec![Claim::Take { scope: Self::KEY_SCOPE, key: key.clone() }]
            }
            _ => Vec::new(),
        }
    }
}

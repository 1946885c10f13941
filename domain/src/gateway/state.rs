//! What is known of a gateway.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::gateway::{GatewayEvent, GatewayMode, Settings};
use crate::kernel::SecretsRef;

/// A gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gateway {
    /// There is none under this id.
    #[default]
    Absent,
    /// It is offered to nobody.
    Disabled(Account),
    /// It is offered to payers.
    Enabled(Account),
}

/// An account at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What payments call it.
    pub key: String,
    /// Key of the driver that calls it.
    pub driver: String,
    /// What people call it.
    pub label: String,
    /// Whether money moves there, if the driver knows both.
    pub mode: Option<GatewayMode>,
    /// What is no secret.
    pub settings: Settings,
    /// Its secrets, if it has any.
    pub secrets: Option<SecretsRef>,
    /// How many tests were asked for.
    pub tests: u32,
    /// Tests up to this number were of other settings or secrets.
    pub outdated: u32,
    /// What came of the latest test of what is set now.
    pub tested: Option<TestResult>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The number of the test.
    pub no: u32,
    /// Whether the provider took what is set.
    pub passed: bool,
    /// What it said.
    pub says: String,
    /// The day.
    pub on: NaiveDate,
}

impl Gateway {
    /// The account, whether it is offered or not.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Absent => None,
            Self::Disabled(account) | Self::Enabled(account) => Some(account),
        }
    }

    /// The account, if payers are offered it.
    pub fn offered(&self) -> Option<&Account> {
        match self {
            Self::Enabled(account) => Some(account),
            Self::Absent | Self::Disabled(_) => None,
        }
    }

    pub(super) fn take(&mut self, event: &GatewayEvent) {
        if let GatewayEvent::Configured { key, driver, label, mode } = event {
            *self = Self::Disabled(Account {
                key: key.clone(),
                driver: driver.clone(),
                label: label.clone(),
                mode: *mode,
                settings: Settings::default(),
                secrets: None,
                tests: 0,
                outdated: 0,
                tested: None,
            });
            return;
        }
        *self = match (std::mem::take(self), event) {
            (Self::Disabled(account), GatewayEvent::Enabled {}) => Self::Enabled(account),
            (Self::Enabled(account), GatewayEvent::Disabled { .. }) => Self::Disabled(account),
            (Self::Disabled(account), event) => Self::Disabled(account.after(event)),
            (Self::Enabled(account), event) => Self::Enabled(account.after(event)),
            (Self::Absent, _) => Self::Absent,
        };
    }
}

impl Account {
    fn after(mut self, event: &GatewayEvent) -> Self {
        match event {
            GatewayEvent::Described { label } => self.label.clone_from(label),
            GatewayEvent::SettingsSet { settings } => {
                self.settings.clone_from(settings);
                self.outdate();
            }
            GatewayEvent::SecretsSet { secrets } => {
                self.secrets = Some(secrets.clone());
                self.outdate();
            }
            GatewayEvent::TestAsked { no } => self.tests = *no,
            GatewayEvent::Tested { no, passed, says, on } => {
                let (no, passed, says, on) = (*no, *passed, says.clone(), *on);
                self.tested = Some(TestResult { no, passed, says, on });
            }
            GatewayEvent::Configured { .. }
            | GatewayEvent::Enabled {}
            | GatewayEvent::Disabled { .. } => {}
        }
        self
    }

    /// What was tested is not what is set any more.
    fn outdate(&mut self) {
        self.outdated = self.tests;
        self.tested = None;
    }
}

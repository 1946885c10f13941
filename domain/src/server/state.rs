//! What is known of a server.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::gateway::Settings;
use crate::kernel::{SecretsRef, ServiceId};
use crate::server::{
    Comparison, Health, ServerDescription, ServerEvent, ServerStatus, StrangerEnd,
};

/// A server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Server {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    Registered(Box<RegisteredServer>),
    /// There was.
    Removed,
}

/// What a server is, and how it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredServer {
    /// Key of the driver that speaks to its panel.
    pub driver: String,
    /// What it is.
    pub description: ServerDescription,
    /// How its panel is reached, without what is secret.
    pub settings: Settings,
    /// Where the secrets of its panel are kept.
    pub secrets: Option<SecretsRef>,
    /// How many tests were asked for.
    pub tests: u32,
    /// Tests up to this number were of other settings or secrets.
    pub outdated: u32,
    /// What came of the latest test of what is set now.
    pub tested: Option<TestOfServer>,
    /// Whether it is in use for new accounts.
    pub is_enabled: bool,
    /// Why somebody is at work on it.
    pub maintenance: Option<String>,
    /// What checks say.
    pub health: Health,
    /// Whose accounts it has room for.
    pub slots: BTreeSet<ServiceId>,
    /// What the last comparison found that nobody dealt with; nothing before the first.
    pub found: Option<Comparison>,
    /// Accounts of no service that are not listed again.
    pub ignored: BTreeSet<String>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOfServer {
    /// The number of the test.
    pub no: u32,
    /// Whether the panel answered as it should.
    pub passed: bool,
    /// What it said.
    pub says: String,
    /// Which version of itself it named.
    pub version: Option<String>,
}

impl Server {
    /// What it is, while it is kept.
    pub fn registered(&self) -> Option<&RegisteredServer> {
        match self {
            Self::Registered(server) => Some(server),
            Self::Absent | Self::Removed => None,
        }
    }

    pub(super) fn take(&mut self, event: &ServerEvent) {
        match (self, event) {
            (this, ServerEvent::Registered { driver, description, settings, secrets }) => {
                *this = Self::Registered(Box::new(RegisteredServer {
                    driver: driver.clone(),
                    description: description.clone(),
                    settings: settings.clone(),
                    secrets: secrets.clone(),
                    tests: 0,
                    outdated: 0,
                    tested: None,
                    is_enabled: false,
                    maintenance: None,
                    health: Health::Online,
                    slots: BTreeSet::new(),
                    found: None,
                    ignored: BTreeSet::new(),
                }));
            }
            (this @ Self::Registered(_), ServerEvent::Removed { .. }) => *this = Self::Removed,
            (Self::Registered(server), event) => server.take(event),
            (Self::Absent | Self::Removed, _) => {}
        }
    }
}

impl RegisteredServer {
    /// What screens say of it (SRV-14).
    pub fn status(&self) -> ServerStatus {
        match self.health {
            _ if !self.is_enabled => ServerStatus::Disabled,
            _ if self.maintenance.is_some() => ServerStatus::Maintenance,
            Health::Offline => ServerStatus::Offline,
            Health::Degraded => ServerStatus::Degraded,
            Health::Online => ServerStatus::Online,
        }
    }

    /// How many of its slots are taken.
    pub fn used(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Whether its panel answered as it should with the settings and secrets it has now.
    pub fn is_tested(&self) -> bool {
        self.tested.as_ref().is_some_and(|test| test.passed)
    }

    fn take(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::Described { description, .. } => self.description = description.clone(),
            ServerEvent::SettingsSet { settings } => {
                self.settings.clone_from(settings);
                self.outdate();
            }
            ServerEvent::SecretsSet { secrets } => {
                self.secrets = Some(secrets.clone());
                self.outdate();
            }
            ServerEvent::TestAsked { no } => self.tests = *no,
            ServerEvent::Tested { no, passed, says, version } => {
                let (says, version) = (says.clone(), version.clone());
                let (no, passed) = (*no, *passed);
                self.tested = Some(TestOfServer { no, passed, says, version });
            }
            ServerEvent::Enabled {} => self.is_enabled = true,
            ServerEvent::Disabled { .. } => self.is_enabled = false,
            ServerEvent::MaintenanceSet { reason } => self.maintenance.clone_from(reason),
            ServerEvent::SlotReserved { service_id } => {
                self.slots.insert(*service_id);
            }
            ServerEvent::SlotReleased { service_id } => {
                self.slots.remove(service_id);
            }
            ServerEvent::HealthChanged { to, .. } => self.health = *to,
            ServerEvent::Synced { found } => self.found = Some(found.clone()),
            ServerEvent::StrangerSettled { reference, how } => self.settle(reference, how),
            ServerEvent::Registered { .. } | ServerEvent::Removed { .. } => {}
        }
    }

    /// What was tested is not what is set any more.
    fn outdate(&mut self) {
        self.outdated = self.tests;
        self.tested = None;
    }

    fn settle(&mut self, reference: &str, how: &StrangerEnd) {
        if let Some(found) = &mut self.found {
            found.strangers.retain(|stranger| stranger.reference != reference);
        }
        if let StrangerEnd::Ignored { .. } = how {
            self.ignored.insert(reference.to_owned());
        }
    }
}

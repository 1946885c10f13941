//! What can have happened to a server.

use serde::{Deserialize, Serialize};

use crate::gateway::Settings;
use crate::kernel::aggregate::name_events;
use crate::kernel::text::check_line;
use crate::kernel::{Claim, EventBody, Invalid, SecretsRef, ServiceId};
use crate::server::{Comparison, Health, StrangerEnd};

/// How many slots a server may have.
const MOST_SLOTS: u32 = 100_000;
/// The longest address of IPv6, one of IPv4 in its end.
const LONGEST_ADDRESS: usize = 45;

/// What a server is (SRV-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerDescription {
    /// What people call it, 1 to 100 characters; unique among the seller's, whatever the case.
    pub name: String,
    /// Its name in the network, 1 to 253 characters.
    pub hostname: String,
    /// Its address in the network: digits and letters of IPv4 or IPv6, at most 45 characters.
    pub address: Option<String>,
    /// How many accounts it may hold, 1 to 100,000.
    pub capacity: u32,
}

impl ServerDescription {
    /// Refuses what describes no server.
    pub fn check(&self) -> Result<(), Invalid> {
        let capacity = if (1..=MOST_SLOTS).contains(&self.capacity) {
            Ok(())
        } else {
            let detail = format!("must be 1 to {MOST_SLOTS}");
            Err(Invalid::one("capacity", "server.capacity_out_of_range", detail))
        };
        let address = self.address.as_deref().map_or(Ok(()), check_address);
        let name = check_line("name", &self.name, 100);
        let hostname = check_line("hostname", &self.hostname, 253);
        Invalid::gather([name, hostname, address, capacity])
    }
}

fn check_address(address: &str) -> Result<(), Invalid> {
    let legal = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let has_parts = address.contains(['.', ':']);
    if has_parts && address.len() <= LONGEST_ADDRESS && address.chars().all(legal) {
        return Ok(());
    }
    let detail = "use an IPv4 or IPv6 address, such as 192.0.2.7";
    Err(Invalid::one("address", "server.no_address", detail))
}

/// A fact about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerEvent {
    /// It is kept, disabled.
    Registered {
        /// Key of the driver that speaks to its panel.
        driver: String,
        /// What it is.
        description: ServerDescription,
        /// How its panel is reached, without what is secret.
        settings: Settings,
        /// Where the secrets of its panel are kept.
        secrets: Option<SecretsRef>,
    },
    /// It is something else now.
    Described {
        /// What it was called.
        name_before: String,
        /// What it is.
        description: ServerDescription,
    },
    /// Its panel is reached in another way.
    SettingsSet {
        /// All settings.
        settings: Settings,
    },
    /// Its panel has other secrets.
    SecretsSet {
        /// Where they are kept.
        secrets: SecretsRef,
    },
    /// It is to be tried whether its panel can be reached.
    TestAsked {
        /// Counts the tests of the server from 1.
        no: u32,
    },
    /// It was tried.
    Tested {
        /// The number of the test.
        no: u32,
        /// Whether the panel answered as it should.
        passed: bool,
        /// What it said.
        says: String,
        /// Which version of itself it named.
        version: Option<String>,
    },
    /// It is in use.
    Enabled {},
    /// It is in use for new accounts no longer.
    Disabled {
        /// Why.
        reason: String,
    },
    /// Work on it began or ended.
    MaintenanceSet {
        /// Why it began; nothing when it ended.
        reason: Option<String>,
    },
    /// Room is kept for an account.
    SlotReserved {
        /// Of which service.
        service_id: ServiceId,
    },
    /// That room is free again.
    SlotReleased {
        /// Of which service.
        service_id: ServiceId,
    },
    /// Checks say something else of it than before.
    HealthChanged {
        /// What.
        to: Health,
        /// What the panel said.
        says: String,
    },
    /// A comparison found something else than the one before.
    Synced {
        /// What.
        found: Comparison,
    },
    /// Somebody decided about an account of no service.
    StrangerSettled {
        /// How the server identifies it.
        reference: String,
        /// What becomes of it.
        how: StrangerEnd,
    },
    /// It is kept no longer.
    Removed {
        /// What it was called.
        name: String,
    },
}

name_events!(ServerEvent {
    Registered => "server.registered" v "1",
    Described => "server.described" v "1",
    SettingsSet => "server.settings_set" v "1",
    SecretsSet => "server.secrets_set" v "1",
    TestAsked => "server.test_asked" v "1",
    Tested => "server.tested" v "1",
    Enabled => "server.enabled" v "1",
    Disabled => "server.disabled" v "1",
    MaintenanceSet => "server.maintenance_set" v "1",
    SlotReserved => "server.slot_reserved" v "1",
    SlotReleased => "server.slot_released" v "1",
    HealthChanged => "server.health_changed" v "1",
    Synced => "server.synced" v "1",
    StrangerSettled => "server.stranger_settled" v "1",
    Removed => "server.removed" v "1",
});

impl ServerEvent {
    /// Scope of the claim on a name, in lower case.
    pub const NAME_SCOPE: &'static str = "server.name";

    /// The key under which a name is claimed.
    pub fn name_key(name: &str) -> String {
        name.trim().to_lowercase()
    }
}

impl EventBody for ServerEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let scope = Self::NAME_SCOPE;
        match self {
            Self::Registered { description, .. } => {
                vec![Claim::Take { scope, key: Self::name_key(&description.name) }]
            }
            Self::Described { name_before, description } => {
                let before = Self::name_key(name_before);
                let key = Self::name_key(&description.name);
                if before == key {
                    return Vec::new();
                }
                vec![Claim::Release { scope, key: before }, Claim::Take { scope, key }]
            }
            Self::Removed { name } => vec![Claim::Release { scope, key: Self::name_key(name) }],
            Self::SettingsSet { .. }
            | Self::SecretsSet { .. }
            | Self::TestAsked { .. }
            | Self::Tested { .. }
            | Self::Enabled {}
            | Self::Disabled { .. }
            | Self::MaintenanceSet { .. }
            | Self::SlotReserved { .. }
            | Self::SlotReleased { .. }
            | Self::HealthChanged { .. }
            | Self::Synced { .. }
            | Self::StrangerSettled { .. } => Vec::new(),
        }
    }
}

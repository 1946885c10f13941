//! What may be asked of a server.

use crate::gateway::Settings;
use crate::kernel::{SecretsRef, ServiceId};
use crate::server::{Comparison, ServerDescription, StrangerEnd};

/// A request about a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerCommand {
    /// Keep a server; it is disabled at first.
    Register(Box<RegisterServer>),
    /// Say what it is.
    Describe(ServerDescription),
    /// Say how its panel is reached, as a whole and without what is secret.
    SetSettings(Settings),
    /// Name the secrets of its panel, as a whole.
    SetSecrets(SecretsRef),
    /// Try whether its panel can be reached as it is set.
    AskTest,
    /// Say what came of a test; one of earlier settings says nothing.
    RecordTest(TestOutcome),
    /// Use it.
    Enable,
    /// Use it for new accounts no longer.
    Disable {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Begin or end work on it.
    SetMaintenance {
        /// Why, 1 to 500 characters; nothing when it is over.
        reason: Option<String>,
    },
    /// Keep room for the account of a service.
    ReserveSlot {
        /// Whose.
        service_id: ServiceId,
    },
    /// Give that room up.
    ReleaseSlot {
        /// Whose.
        service_id: ServiceId,
    },
    /// Note how a check went.
    RecordCheck {
        /// How many checks failed in a row, this one included; none if it passed.
        failed_in_a_row: u32,
        /// What the panel said; cut to 500 characters of one line.
        says: String,
    },
    /// Note what a comparison found.
    RecordSync {
        /// What.
        found: Comparison,
    },
    /// Decide about an account of no service.
    SettleStranger {
        /// How the server identifies it.
        reference: String,
        /// What becomes of it.
        how: StrangerEnd,
    },
    /// Keep it no longer.
    Remove,
}

/// A server to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterServer {
    /// Key of the driver that speaks to its panel.
    pub driver: String,
    /// What it is.
    pub description: ServerDescription,
    /// How its panel is reached, without what is secret.
    pub settings: Settings,
    /// Where the secrets of its panel are kept.
    pub secrets: Option<SecretsRef>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOutcome {
    /// The number of the test.
    pub no: u32,
    /// Whether the panel answered as it should.
    pub passed: bool,
    /// What it said; cut to 500 characters of one line.
    pub says: String,
    /// Which version of itself it named; cut to 100 characters of one line.
    pub version: Option<String>,
}

//! What can have happened to a billing run.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, Currency, EventBody, Money};

/// A fact about a billing run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingRunEvent {
    /// It began.
    Started {
        /// The last day of what is due.
        through: NaiveDate,
        /// A larger document is quarantined.
        largest: Vec<Money>,
        /// More quarantined accounts halt it.
        most_quarantined: u32,
    },
    /// An account could not be billed.
    AccountQuarantined {
        /// Whose.
        client_id: ClientId,
        /// In which currency.
        currency: Currency,
        /// The rule that refused.
        code: String,
        /// In words.
        detail: String,
    },
    /// Everything that was due is answered.
    Finished {
        /// How, since it was started or taken up.
        tally: Tally,
    },
    /// It stopped before its end.
    Halted {
        /// Why.
        reason: HaltReason,
        /// How far it came, since it was started or taken up.
        tally: Tally,
    },
    /// It goes on.
    Resumed {},
}

/// Why a run stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltReason {
    /// More accounts were quarantined than its bound allows.
    TooManyQuarantined,
    /// It was told to.
    Stopped,
}

/// How many accounts were answered in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tally {
    /// Accounts with something due.
    pub planned: u64,
    /// Those that got a document.
    pub issued: u64,
    /// Those of which nothing was due after all.
    pub skipped: u64,
    /// Those that a rule refused.
    pub quarantined: u64,
}

impl Tally {
    /// Whether every planned account was answered in one way.
    pub fn adds_up(&self) -> bool {
        let answered = self.issued.checked_add(self.skipped);
        let answered = answered.and_then(|sum| sum.checked_add(self.quarantined));
        answered == Some(self.planned)
    }
}

name_events!(BillingRunEvent {
    Started => "billing_run.started" v "1",
    AccountQuarantined => "billing_run.account_quarantined" v "1",
    Finished => "billing_run.finished" v "1",
    Halted => "billing_run.halted" v "1",
    Resumed => "billing_run.resumed" v "1",
});

impl EventBody for BillingRunEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}

//! What may be asked of a billing run.

use chrono::NaiveDate;

use crate::billing_run::{HaltReason, Tally};
use crate::kernel::{ClientId, Currency, Money};

/// A request about a billing run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillingRunCommand {
    /// Begin it.
    Start(StartRun),
    /// Say how it went.
    End(EndRun),
    /// Go on with one that was halted.
    Resume,
}

/// What is to be billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRun {
    /// The last day of what is due, at the place of each client; at most 31 days ahead.
    pub through: NaiveDate,
    /// A document larger than this, with tax, is quarantined; one amount per currency.
    pub largest: Vec<Money>,
    /// More quarantined accounts than this halt the run, at most 10 000.
    pub most_quarantined: u32,
}

/// How a run went, since it was started or taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRun {
    /// How many accounts were answered in which way.
    pub tally: Tally,
    /// The accounts that a rule refused.
    pub quarantined: Vec<SetAside>,
    /// Why it stopped early; nothing if it came to its end.
    pub halted: Option<HaltReason>,
}

/// An account that could not be billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Whose.
    pub client_id: ClientId,
    /// In which currency.
    pub currency: Currency,
    /// The rule that refused.
    pub code: String,
    /// In words; cut to 500 characters.
    pub detail: String,
}

//! What can have happened to a seller's accounting periods.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::accounting_period::Month;
use crate::kernel::aggregate::name_events;
use crate::kernel::{Actor, EventBody, Money};
use crate::ledger::Side;

/// A fact about accounting periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountingPeriodEvent {
    /// A month was closed, and with it all before it.
    Closed {
        /// Which.
        month: Month,
    },
    /// Somebody asked that a closed month be opened again.
    ReopeningAsked {
        /// Which.
        month: Month,
        /// Why.
        reason: String,
        /// Who asked, and therefore must not grant it.
        by: Actor,
    },
    /// A closed month was opened again.
    Reopened {
        /// Which.
        month: Month,
        /// Why, as it was asked.
        reason: String,
        /// Who had asked.
        asked_by: Actor,
    },
    /// Entries were posted by hand.
    AdjustmentPosted(Adjustment),
}

/// Entries that were posted by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Counts the seller's adjustments from 1.
    pub no: u32,
    /// The business day.
    pub day: NaiveDate,
    /// Why.
    pub reason: String,
    /// The entries; debits equal credits in each currency.
    pub lines: Vec<AdjustmentLine>,
}

/// An entry that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentLine {
    /// The code of an account of the chart.
    pub account: String,
    /// Debit or credit.
    pub side: Side,
    /// How much; more than nothing.
    pub amount: Money,
    /// The subdivision, as postings name it: a kind of line, a gateway, a tax such as `DE/19`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

name_events!(AccountingPeriodEvent {
    Closed => "accounting_period.closed" v "1",
    ReopeningAsked => "accounting_period.reopening_asked" v "1",
    Reopened => "accounting_period.reopened" v "1",
    AdjustmentPosted => "accounting_period.adjustment_posted" v "1",
});

impl EventBody for AccountingPeriodEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::AdjustmentPosted(adjustment) => Some(adjustment.day),
            Self::Closed { .. } | Self::ReopeningAsked { .. } | Self::Reopened { .. } => None,
        }
    }
}

//! What can have happened to a settlement.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody, Money};
use crate::settlement::{
    LineMatch, LineSettled, LineUnmatched, MatchedBy, SettlementLine, SettlementSource,
};

/// A fact about a settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementEvent {
    /// A file is to be gone through.
    Opened {
        /// Whose statement it is.
        source: SettlementSource,
        /// Key of its form.
        format: String,
        /// The SHA-256 of its bytes, in hexadecimal.
        file_hash: String,
        /// What the file is called.
        name: String,
        /// The first day it tells of, if it says so.
        from: Option<NaiveDate>,
        /// The last day it tells of, if it says so.
        to: Option<NaiveDate>,
    },
    /// Lines of it are known; no other settlement has them.
    LinesRead {
        /// Whose statement it is.
        source: SettlementSource,
        /// The lines, at most 500.
        lines: Vec<SettlementLine>,
        /// Whether the file has no more.
        is_last: bool,
    },
    /// It is known what a line is; the books have it already, or get it with its payment.
    LineMatched {
        /// The line.
        no: u32,
        /// What it is.
        to: LineMatch,
        /// What was kept of it, if anything.
        fee: Option<Money>,
        /// How it was found.
        by: MatchedBy,
    },
    /// A provider sent money to our bank, or got it back if the amount is negative.
    PayoutBooked {
        /// The line.
        no: u32,
        /// Key of the account at the provider.
        gateway: String,
        /// What left the account there: fees and what went to the bank.
        amount: Money,
        /// What was kept for sending it.
        fees: Money,
        /// What went to the bank.
        to_bank: Money,
        /// What the provider calls the payout.
        reference: String,
        /// The day.
        on: NaiveDate,
    },
    /// A provider kept a fee that belongs to no payment, or gave it back if it is negative.
    FeeBooked {
        /// The line.
        no: u32,
        /// Key of the account at the provider.
        gateway: String,
        /// How much.
        fee: Money,
        /// What for.
        what: String,
        /// The day.
        on: NaiveDate,
    },
    /// A line is work for a person.
    LineUnmatched {
        /// The line.
        no: u32,
        /// Why.
        why: LineUnmatched,
    },
    /// A person did something with a line.
    LineSettled {
        /// The line.
        no: u32,
        /// What.
        how: LineSettled,
    },
    /// Every line is answered.
    Closed {},
}

name_events!(SettlementEvent {
    Opened => "settlement.opened" v "1",
    LinesRead => "settlement.lines_read" v "1",
    LineMatched => "settlement.line_matched" v "1",
    PayoutBooked => "settlement.payout_booked" v "1",
    FeeBooked => "settlement.fee_booked" v "1",
    LineUnmatched => "settlement.line_unmatched" v "1",
    LineSettled => "settlement.line_settled" v "1",
    Closed => "settlement.closed" v "1",
});

impl SettlementEvent {
    /// Scope of the claim on a line; see [`SettlementSource::line_key`].
    pub const LINE_SCOPE: &'static str = "settlement.line";
}

impl EventBody for SettlementEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::PayoutBooked { on, .. } | Self::FeeBooked { on, .. } => Some(*on),
            Self::Opened { .. }
            | Self::LinesRead { .. }
            | Self::LineMatched { .. }
            | Self::LineUnmatched { .. }
            | Self::LineSettled { .. }
            | Self::Closed {} => None,
        }
    }

    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::LinesRead { source, lines, .. } => {
                let keys = lines.iter().map(|line| source.line_key(&line.their_id));
                keys.map(|key| Claim::Take { scope: Self::LINE_SCOPE, key }).collect()
            }
            _ => Vec::new(),
        }
    }
}

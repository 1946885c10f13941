//! What may be asked of a settlement.

use chrono::NaiveDate;

use crate::kernel::{Money, Pii};
use crate::settlement::{
    LineMatch, LineSettled, LineUnmatched, MatchedBy, SettlementLineKind, SettlementSource,
};

/// A request about a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementCommand {
    /// Begin with a file.
    Open(OpenSettlement),
    /// Take lines of the file in; those that are in already add nothing.
    Read {
        /// The lines, in the order of the file.
        lines: Vec<NewLine>,
        /// Whether the file has no more.
        is_last: bool,
    },
    /// Say what a line is.
    Match(MatchLine),
    /// Book what a line says went to our bank.
    BookPayout {
        /// The line.
        no: u32,
    },
    /// Book what a line says was kept, where that belongs to no payment.
    BookFee {
        /// The line.
        no: u32,
        /// What for, 1 to 200 characters.
        what: String,
    },
    /// Leave a line to a person.
    SetAside {
        /// The line.
        no: u32,
        /// Why.
        why: LineUnmatched,
    },
    /// Say what a person did with a line.
    Settle {
        /// The line.
        no: u32,
        /// What.
        how: LineSettled,
    },
    /// Say that every line is answered.
    Close,
}

/// A file to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSettlement {
    /// Whose statement it is.
    pub source: SettlementSource,
    /// Key of its form, such as `camt053`.
    pub format: String,
    /// The SHA-256 of its bytes, 64 hexadecimal digits in lower case.
    pub file_hash: String,
    /// What the file is called, 1 to 200 characters.
    pub name: String,
    /// The first day it tells of, if it says so.
    pub from: Option<NaiveDate>,
    /// The last day it tells of, if it says so.
    pub to: Option<NaiveDate>,
}

/// A line as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// What the provider or bank calls the line, at most 200 characters; once per account.
    pub their_id: String,
    /// What it is about.
    pub kind: SettlementLineKind,
    /// What they call the thing it is about, at most 200 characters.
    pub reference: Option<String>,
    /// What we called it when we asked for it, at most 200 characters.
    pub ours: Option<String>,
    /// What moved; what came in is positive.
    pub gross: Money,
    /// What they kept of it; positive where it is charged.
    pub fee: Option<Money>,
    /// By how much the account changed: gross less fee.
    pub net: Money,
    /// The day of it.
    pub on: NaiveDate,
    /// What a payer wrote, sealed.
    pub text: Option<Pii<String>>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchLine {
    /// The line.
    pub no: u32,
    /// What it is.
    pub to: LineMatch,
    /// How much that is with us.
    pub amount: Money,
    /// How it was found.
    pub by: MatchedBy,
}

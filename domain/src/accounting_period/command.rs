//! What may be asked of a seller's accounting periods.

use chrono::NaiveDate;

use crate::accounting_period::{AdjustmentLine, Month};

/// A request about accounting periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountingPeriodCommand {
    /// Close a month, and all before it.
    Close {
        /// Which.
        month: Month,
    },
    /// Ask that the last closed month be opened again; somebody else has to do it.
    AskReopening {
        /// Which.
        month: Month,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Open the last closed month again, as somebody else asked.
    Reopen {
        /// Which.
        month: Month,
    },
    /// Post entries by hand.
    PostAdjustment(PostAdjustment),
}

/// Entries that no other fact posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostAdjustment {
    /// The business day: in an open month, and not after today.
    pub day: NaiveDate,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// 2 to 200 entries, whose debits equal their credits in each currency.
    pub lines: Vec<AdjustmentLine>,
}

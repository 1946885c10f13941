//! What entries by hand post.
//!
//! | fact              | debit             | credit             |
//! | ----------------- | ----------------- | ------------------ |
//! | adjustment posted | its debit entries | its credit entries |

use crate::accounting_period::{AccountingPeriodEvent, AdjustmentLine};
use crate::ledger::{Entry, LedgerError, Posting, account};

pub(super) fn postings(event: &AccountingPeriodEvent) -> Result<Option<Posting>, LedgerError> {
    let AccountingPeriodEvent::AdjustmentPosted(adjustment) = event else { return Ok(None) };
    let entry = |line: &AdjustmentLine| {
        let listed = account(&line.account)
            .ok_or_else(|| LedgerError::UnknownAccount { code: line.account.clone() })?;
        Ok::<Entry, LedgerError>(Entry {
            account: listed.code,
            side: line.side,
            amount: line.amount,
            party: None,
            detail: line.detail.clone(),
        })
    };
    let mut entries =
        adjustment.lines.iter().map(entry).collect::<Result<Vec<Entry>, LedgerError>>()?;
    entries.sort_by_key(|entry| entry.side);
    Posting::try_new(entries).map(Some)
}

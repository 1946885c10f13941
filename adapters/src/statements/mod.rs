//! Statements: files of payment providers and banks, read into lines that a settlement takes.
//!
//! Guarantees that a file is read as a whole or refused by line and column, that no amount is
//! rounded or guessed, and that the same file gives the same lines with the same ids, also where
//! a bank gives none. Columns are found by their names; those nobody asked for are left alone.
//! Absent on purpose: what a line may be, which the settlement and whoever matches say; sealing
//! what payers wrote; and words of a file in a refusal, which may be personal data.

mod bank_csv;
mod camt053;
mod number;
mod own_id;
mod paypal_settlement;
mod refusal;
mod stripe_balance;
mod table;

use std::fmt;

use billfold_domain::settlement::NewLine;
use chrono::NaiveDate;

pub use bank_csv::{BankColumns, BankCsv, BankEncoding, bank_csv};
pub use camt053::camt053;
pub use number::DecimalMark;
pub use paypal_settlement::paypal_settlement;
pub use refusal::StatementRefusal;
pub use stripe_balance::stripe_balance;

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// How much of what a payer wrote is kept, in characters.
const LONGEST_TEXT: usize = 1_000;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementFile {
    /// The first day it tells of, if it says so.
    pub from: Option<NaiveDate>,
    /// The last day it tells of, if it says so.
    pub to: Option<NaiveDate>,
    /// Its lines, in its order.
    pub lines: Vec<StatedLine>,
}

/// A line of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct StatedLine {
    /// The line, without what a payer wrote.
    pub line: NewLine,
    /// What a payer wrote, in clear: to be sealed before it goes anywhere.
    pub text: Option<String>,
}

impl fmt::Debug for StatedLine {
    /// What a payer wrote is left out: it may be personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatedLine").field("line", &self.line).finish_non_exhaustive()
    }
}

/// What a payer wrote, as one line; nothing if it is empty.
fn text_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(|it| !it.is_empty()).collect();
    let text = parts.join(" ");
    (!text.is_empty()).then(|| billfold_domain::kernel::text::one_line(&text, LONGEST_TEXT))
}

/// The bytes, unless there are too many.
fn bounded(bytes: &[u8]) -> Result<&[u8], StatementRefusal> {
    if bytes.len() > LARGEST_FILE {
        return Err(StatementRefusal::TooLarge { most: LARGEST_FILE });
    }
    Ok(bytes)
}

/// The bytes as text, without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, StatementRefusal> {
    let text = std::str::from_utf8(bounded(bytes)?).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        StatementRefusal::NotText { line: line_after(before) }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The number of the line that begins or goes on after these bytes.
fn line_after(bytes: &[u8]) -> u64 {
    let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_or_no_text_is_refused_by_its_line() {
        let large = vec![b'a'; LARGEST_FILE + 1];
        assert_eq!(utf8(&large), Err(StatementRefusal::TooLarge { most: LARGEST_FILE }));
        assert_eq!(utf8(b"a\nb\nc\xff"), Err(StatementRefusal::NotText { line: 3 }));
        assert_eq!(utf8("\u{feff}a".as_bytes()), Ok("a"));
    }

    #[test]
    fn what_a_payer_wrote_is_one_line_and_not_printed() {
        assert_eq!(
            text_of([" Invoice 7 ", "", "thank\nyou"]).as_deref(),
            Some("Invoice 7 thank you")
        );
        assert_eq!(text_of([" ", ""]), None);
        let file = stripe_balance(stripe_balance::tests::HISTORY.as_bytes()).unwrap();
        assert!(file.lines.iter().any(|line| line.text.is_some()));
        assert!(!format!("{file:?}").contains("Maria"));
    }
}

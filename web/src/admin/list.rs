//! What every list has: chips that filter, a pager over cursors, a way to say that nothing is here.

use billfold_projections::{Cursor, Wanted};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::error::PageError;

/// Rows of a page.
const ROWS: u32 = 50;

/// The page of a list that begins at a cursor; the first one when there is none.
pub(crate) fn wanted(cursor: &str) -> Result<Wanted, PageError> {
    let after = match cursor {
        "" => None,
        text => Some(text.parse().map_err(billfold_projections::Error::Cursor)?),
    };
    Ok(Wanted { after, limit: ROWS, total: false })
}

/// A day as date fields send it; none when the field was left empty.
pub(crate) fn day(text: &str) -> Result<Option<NaiveDate>, PageError> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            PageError::Malformed(format!("\"{text}\" is no day; write it as 2026-11-30."))
        }),
    }
}

/// A position of the log as it is typed, `#184011` or `184011`; none when the field was left empty.
pub(crate) fn position(text: &str) -> Result<Option<i64>, PageError> {
    match text.trim().trim_start_matches('#') {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            PageError::Malformed("A position of the log is a number such as 184011.".to_owned())
        }),
    }
}

/// A filter as a link; the one in force is marked.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    /// Its word.
    pub(crate) label: String,
    /// How many rows it has; none where counting would be a scan.
    pub(crate) count: Option<i64>,
    /// The same list with this filter.
    pub(crate) href: String,
    /// Whether it is in force.
    pub(crate) on: bool,
}

/// Links to the neighbouring pages and a sentence about this one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    /// What is shown: `50 of 69,659 invoices`.
    pub(crate) text: String,
    /// The page before, if there is one.
    pub(crate) newer: Option<String>,
    /// The page after, if there is one.
    pub(crate) older: Option<String>,
}

/// The page of a list without filters, as an address asks for it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AtCursor {
    /// Where it begins; empty for the first page.
    cursor: String,
}

impl AtCursor {
    /// What the read model is asked for.
    pub(crate) fn wanted(&self) -> Result<Wanted, PageError> {
        wanted(&self.cursor)
    }

    /// The links of the list at `path`, which shows so many things of that name.
    pub(crate) fn pager(
        &self,
        path: &str,
        (shown, things): (usize, &str),
        next: Option<Cursor>,
    ) -> Pager {
        Pager {
            text: format!("{shown} {things} on this page"),
            newer: (!self.cursor.is_empty()).then(|| path.to_owned()),
            older: next.map(|next| address(path, &[("cursor", &next.to_string())])),
        }
    }
}

/// `path?name=value&…` of the pairs that have a value, percent-encoded.
pub(crate) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    let mut joint = '?';
    for (name, value) in pairs {
        if value.is_empty() {
            continue;
        }
        text.push(joint);
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    text.push(char::from(byte));
                }
                _ => text.push_str(&format!("%{byte:02X}")),
            }
        }
        joint = '&';
    }
    text
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_carries_only_what_is_set_and_escapes_it() {
        let pairs = [("status", ""), ("q", "a b&c=ü"), ("cursor", "x-1")];
        assert_eq!(address("/admin/x", &pairs), "/admin/x?q=a%20b%26c%3D%C3%BC&cursor=x-1");
        assert_eq!(address("/admin/x", &[("q", "")]), "/admin/x");
    }
}

//! Lists in pages: a cursor names the last row seen, so that rows which come or go meanwhile
//! neither repeat nor hide others.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Most rows of one page.
pub const LARGEST_PAGE: u32 = 500;

/// Most rows that are counted for a total: a person reads more as "many", and counting all of a
/// million would cost more than the page itself.
pub const MOST_COUNTED: u32 = 10_000;

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// Where the next page begins; none at the end of the list.
    pub next: Option<Cursor>,
    /// How many rows all pages have, if that was asked for and the list can tell.
    pub total: Option<Total>,
}

/// How many rows a list has under the conditions asked for, on all its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The rows, at most [`MOST_COUNTED`].
    pub rows: u32,
    /// Whether there are no more than these.
    pub exact: bool,
}

impl Total {
    /// Of rows of which one more than [`MOST_COUNTED`] is counted at most.
    pub(crate) fn of(counted: i64) -> Self {
        let rows = u32::try_from(counted).unwrap_or(u32::MAX);
        Self { rows: rows.min(MOST_COUNTED), exact: rows <= MOST_COUNTED }
    }
}

/// Where in a list a page begins: after the row with these sort values. Opaque outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    values: Vec<String>,
}

/// The text is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cursor is malformed; take it from the page before, or leave it out")]
pub struct CursorError;

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it begins; at the first row if nothing is given.
    pub after: Option<Cursor>,
    /// Most rows, 1 to [`LARGEST_PAGE`]; what lies outside is cut to that.
    pub limit: u32,
    /// Whether the rows of all pages are to be counted.
    pub total: bool,
}

impl Default for Wanted {
    /// The first fifty, uncounted.
    fn default() -> Self {
        Self { after: None, limit: 50, total: false }
    }
}

impl Wanted {
    /// Rows to fetch: one more than the page holds says whether there is another page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit.clamp(1, LARGEST_PAGE)) + 1
    }

    /// The page of a list that has these rows and no others.
    #[must_use]
    pub fn whole<T>(&self, rows: Vec<T>) -> Page<T> {
        let counted = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Page { rows, next: None, total: self.total.then(|| Total::of(counted)) }
    }

    /// The part that is wanted of a list whose rows are all at hand, sorted by `key`, which is
    /// unique.
    ///
    /// # Errors
    /// The cursor is of another list.
    pub fn part<T>(
        &self,
        rows: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Page<T>, CursorError> {
        let whole = self.whole(rows);
        let after = self.after.as_ref().map(Cursor::values::<1>).transpose()?;
        let beyond = |row: &T| after.is_none_or(|[last]| key(row).as_str() > last);
        let rows = whole.rows.into_iter().filter(beyond).collect();
        let page = self.page(rows, |row| vec![key(row)]);
        Ok(Page { total: whole.total, ..page })
    }

    /// Cuts the extra row off; `values` are a row's sort values, the last of them unique.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>, values: impl Fn(&T) -> Vec<String>) -> Page<T> {
        let most = usize::try_from(self.limit.clamp(1, LARGEST_PAGE)).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(|row| Cursor { values: values(row) });
        Page { rows, next, total: None }
    }
}

impl Cursor {
    /// After the row with these sort values.
    pub(crate) fn of(values: Vec<String>) -> Self {
        Self { values }
    }

    /// The sort values, if there are `N` of them.
    pub(crate) fn values<const N: usize>(&self) -> Result<[&str; N], CursorError> {
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        values.try_into().map_err(|_| CursorError)
    }
}

const SEPARATOR: char = '\u{1f}';

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.values.iter().enumerate() {
            if at > 0 {
                write!(f, "{:02x}", u32::from(SEPARATOR))?;
            }
            value.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let mut bytes = Vec::with_capacity(text.len() / 2);
        for pair in text.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).map_err(|_| CursorError)?;
            if pair.len() != 2 {
                return Err(CursorError);
            }
            bytes.push(u8::from_str_radix(pair, 16).map_err(|_| CursorError)?);
        }
        let decoded = String::from_utf8(bytes).map_err(|_| CursorError)?;
        Ok(Self { values: decoded.split(SEPARATOR).map(str::to_owned).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_from_its_text() {
        let cursor = Cursor { values: vec!["2026-03-01".into(), "Nº 1".into()] };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for text in ["0", "xx", "ff", "é"] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
        assert_eq!("41".parse::<Cursor>().unwrap().values::<2>(), Err(CursorError));
    }

    #[test]
    fn a_total_says_whether_it_is_all() {
        assert_eq!(Total::of(0), Total { rows: 0, exact: true });
        assert_eq!(Total::of(10_000), Total { rows: 10_000, exact: true });
        assert_eq!(Total::of(10_001), Total { rows: 10_000, exact: false });
    }

    #[test]
    fn a_list_at_hand_is_cut_after_its_cursor() {
        let wanted = |after| Wanted { after, limit: 2, total: true };
        let rows = || vec!["a", "b", "c"];
        let key = |row: &&str| (*row).to_owned();
        let first = wanted(None).part(rows(), key).unwrap();
        assert_eq!((first.rows, first.total), (vec!["a", "b"], Some(Total::of(3))));
        let rest = wanted(first.next).part(rows(), key).unwrap();
        assert_eq!((rest.rows, rest.next, rest.total), (vec!["c"], None, Some(Total::of(3))));
        let other = Some(Cursor::of(vec!["a".into(), "b".into()]));
        assert_eq!(wanted(other).part(rows(), key), Err(CursorError));
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let wanted = Wanted { limit: 2, ..Wanted::default() };
        let page = wanted.page(vec![1, 2, 3], |row| vec![row.to_string()]);
        assert_eq!(page.rows, [1, 2]);
        assert_eq!(page.next, Some(Cursor { values: vec!["2".into()] }));
        assert_eq!(wanted.page(vec![1, 2], |row| vec![row.to_string()]).next, None);
    }
}

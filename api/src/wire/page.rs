//! Lists in pages.
//!
//! Guarantees: following `next_cursor` to its end shows every row once, also while rows come and
//! go; a cursor is text of one pattern, and means something to this server only.

use billfold_projections::Answer;
use billfold_projections::paging::{self, Page as Rows, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{FieldError, Problem};

/// Rows of a page unless said otherwise.
const USUAL: u32 = 50;
/// Most rows of a page.
const MOST: u32 = 100;
/// Most characters of a cursor.
const LONGEST_CURSOR: usize = 200;

/// Part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; null at the end of the list.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,200}$", example = "323032362d30332d3031")]
    pub next_cursor: Option<String>,
    /// The log position this page was built from.
    #[schema(example = 1842)]
    pub as_of_position: i64,
    /// How many rows all pages have; only if `total=true` asked for it, and not for a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
}

/// How many rows a list has under the conditions asked for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = ListTotal)]
pub struct Total {
    /// The rows, at most 10,000: beyond that, counting would cost more than the page.
    #[schema(minimum = 0, maximum = 10_000, example = 318)]
    rows: u32,
    /// Whether there are no more than these.
    exact: bool,
}

impl From<paging::Total> for Total {
    fn from(total: paging::Total) -> Self {
        Self { rows: total.rows, exact: total.exact }
    }
}

impl<T> Page<T> {
    /// A page of the read side on the wire.
    pub(crate) fn of<R>(answer: Answer<Rows<R>>, wire: impl FnMut(R) -> T) -> Self {
        Self {
            items: answer.value.rows.into_iter().map(wire).collect(),
            next_cursor: answer.value.next.map(|cursor| cursor.to_string()),
            as_of_position: answer.as_of_position,
            total: answer.value.total.map(Total::from),
        }
    }
}

/// Which part of a list is wanted, and how fresh. Every list takes it beside conditions of its own;
/// see [`ListOf`](crate::receive::ListOf).
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Most rows, 1 to 100; 50 if absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]{1,200}$")]
    pub cursor: Option<String>,
    /// Wait until the read side has reached this log position, at most two seconds.
    #[param(minimum = 0)]
    pub min_position: Option<i64>,
    /// Count the rows of all pages, too.
    pub total: Option<bool>,
}

impl Paging {
    /// The names of its parameters.
    pub(crate) const NAMES: [&'static str; 4] = ["limit", "cursor", "min_position", "total"];

    /// The part of the list that is wanted.
    ///
    /// # Errors
    /// A limit out of range, or a text that is no cursor.
    pub fn wanted(&self) -> Result<Wanted, Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let detail = "must lie between 1 and 100";
            return Err(Problem::field(FieldError::query("limit", "limit.out_of_range", detail)));
        }
        let after = self.cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Wanted { after, limit, total: self.total.unwrap_or(false) })
    }
}

fn read_cursor(text: &str) -> Result<billfold_projections::paging::Cursor, Problem> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let plausible = (1..=LONGEST_CURSOR).contains(&text.len()) && text.bytes().all(legal);
    let cursor = if plausible { text.parse().ok() } else { None };
    cursor.ok_or_else(|| {
        let detail = "is not one of this list; take next_cursor of the page before";
        Problem::field(FieldError::query("cursor", "cursor.malformed", detail))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_cursors_outside_the_rules_are_refused() {
        for (limit, cursor) in
            [(Some(0), None), (Some(101), None), (None, Some("é")), (None, Some(""))]
        {
            let cursor = cursor.map(str::to_owned);
            let paging = Paging { limit, cursor, ..Paging::default() };
            assert!(paging.wanted().is_err(), "{paging:?}");
        }
        let wanted = Paging { limit: Some(100), ..Paging::default() }.wanted().unwrap();
        assert_eq!((wanted.limit, wanted.after), (100, None));
    }
}

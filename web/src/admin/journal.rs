//! The journal: every posting in the order of the log, each with its legs and its event.

use askama::Template;

use super::list::Pager;
use super::trial_balance::AccountLine;
use crate::layout::Shell;
use crate::view::{Amount, Day};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/journal.html")]
pub(crate) struct Journal {
    /// The frame.
    pub(crate) shell: Shell,
    /// Accounts as value, label and whether it is the chosen one.
    pub(crate) accounts: Vec<(String, String, bool)>,
    /// Effective on or after.
    pub(crate) from: String,
    /// Effective on or before.
    pub(crate) to: String,
    /// Newest first.
    pub(crate) entries: Vec<Posting>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One posting.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    /// The effective day.
    pub(crate) day: Day,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// The document, if it has a number.
    pub(crate) document: String,
    /// Its page.
    pub(crate) href: Option<String>,
    /// Whose, with the page.
    pub(crate) client: Option<(String, String)>,
    /// Debits first; equal per currency.
    pub(crate) lines: Vec<AccountLine>,
    /// The sum of either side.
    pub(crate) sum: Option<Amount>,
    /// The event.
    pub(crate) position: i64,
}

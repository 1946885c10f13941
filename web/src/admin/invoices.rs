//! Invoices: filtered by state, client, day and text; paged by cursor; the filter is the address.

use askama::Template;

use super::list::{Chip, Pager};
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoices.html", blocks = ["list"])]
pub(crate) struct Invoices {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state, with its count.
    pub(crate) chips: Vec<Chip>,
    /// The state in force.
    pub(crate) status: String,
    /// The text in force: a number, or its beginning.
    pub(crate) q: String,
    /// Issued on or after.
    pub(crate) from: String,
    /// Issued on or before.
    pub(crate) to: String,
    /// Newest first.
    pub(crate) rows: Vec<InvoiceRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One invoice in a list.
#[derive(Clone, Debug)]
pub(crate) struct InvoiceRow {
    /// Its page.
    pub(crate) href: String,
    /// Its number, or `Draft`.
    pub(crate) number: String,
    /// The client's name.
    pub(crate) client: String,
    /// The client's page.
    pub(crate) client_href: String,
    /// The payment status.
    pub(crate) status: Badge,
    /// With tax.
    pub(crate) total: Amount,
    /// What is still owed.
    pub(crate) balance: Amount,
    /// The issue date.
    pub(crate) issued: Option<Day>,
    /// The due date.
    pub(crate) due: Option<Day>,
    /// The newest event about it.
    pub(crate) position: i64,
}

//! Orders: what clients asked for, and the invoice it became.

use askama::Template;

use super::list::Pager;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/orders.html")]
pub(crate) struct Orders {
    /// The frame.
    pub(crate) shell: Shell,
    /// Newest first.
    pub(crate) rows: Vec<OrderRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One order.
#[derive(Clone, Debug)]
pub(crate) struct OrderRow {
    /// Placed on.
    pub(crate) day: Day,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Placed, invoiced, cancelled.
    pub(crate) status: Badge,
    /// What, in one line.
    pub(crate) items: String,
    /// What it comes to, without tax.
    pub(crate) total: Amount,
    /// The invoice it became, with its page.
    pub(crate) invoice: Option<(String, String)>,
    /// The newest event about it.
    pub(crate) position: i64,
}

//! Overview: the month's figures, a year of invoices against payments, the log as it grows,
//! invoices that need work.

use askama::Template;
use askama::filters::HtmlSafe;

use super::invoices::InvoiceRow;
use crate::chart::{Chart, Spark};
use crate::layout::Shell;
use crate::view::{Amount, ClockTime};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/overview.html")]
pub(crate) struct Overview {
    /// The frame.
    pub(crate) shell: Shell,
    /// Which books: `EUR books · November 2026`.
    pub(crate) books: Vec<String>,
    /// Four cards.
    pub(crate) figures: Vec<Figure>,
    /// A year by month.
    pub(crate) chart: Chart,
    /// The newest events, newest first.
    pub(crate) feed: Vec<FeedItem>,
    /// Overdue invoices and drafts.
    pub(crate) work: Vec<InvoiceRow>,
    /// On the first run: what to do, instead of zeros.
    pub(crate) first_steps: Vec<Step>,
}

/// One figure with its trend.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) label: &'static str,
    /// How much.
    pub(crate) value: Amount,
    /// The class that colours its trend: `t1` to `t4`.
    pub(crate) tone: &'static str,
    /// The change, with the class `up`, `down` or none.
    pub(crate) change: Option<(&'static str, String)>,
    /// What the change or figure is measured against.
    pub(crate) note: String,
    /// A year of it.
    pub(crate) spark: Spark,
    /// Where its parts are.
    pub(crate) href: String,
}

/// One event in the live list.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/_feed_item.html")]
pub(crate) struct FeedItem {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) aggregate: String,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// When it was recorded.
    pub(crate) at: ClockTime,
    /// Whether it came in after the page was built.
    pub(crate) fresh: bool,
}

impl HtmlSafe for FeedItem {}

/// One thing to do on the first run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What.
    pub(crate) text: &'static str,
    /// Where.
    pub(crate) href: &'static str,
    /// Whether the log says that it was done.
    pub(crate) done: bool,
}

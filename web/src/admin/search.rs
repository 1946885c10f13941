//! The palette's answers: pages, clients, invoice numbers, event positions; a page of its own
//! without a script.

use askama::Template;

use crate::layout::Shell;
use crate::view::Icon;

/// The page; its `hits` block is what the palette shows.
#[derive(Debug, Template)]
#[template(path = "admin/search.html", blocks = ["hits"])]
pub(crate) struct Search {
    /// The frame.
    pub(crate) shell: Shell,
    /// What was asked.
    pub(crate) q: String,
    /// By kind; empty when nothing was asked or nothing fits.
    pub(crate) groups: Vec<Hits>,
}

/// Answers of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Hits {
    /// `Clients`, `Invoices`, `Events`, `Pages`.
    pub(crate) label: &'static str,
    /// The answers.
    pub(crate) hits: Vec<Hit>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// Its icon.
    pub(crate) icon: Icon,
    /// Its name.
    pub(crate) text: String,
    /// What tells it from others of that name.
    pub(crate) note: String,
    /// Where it is.
    pub(crate) href: String,
}

//! The audit log: who did what, when, from where, and why; a view of the same events.

use askama::Template;

use super::list::Pager;
use crate::layout::Shell;
use crate::view::Moment;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/audit.html")]
pub(crate) struct Audit {
    /// The frame.
    pub(crate) shell: Shell,
    /// The actor in force.
    pub(crate) actor: String,
    /// Recorded on or after.
    pub(crate) from: String,
    /// Recorded on or before.
    pub(crate) to: String,
    /// Newest first.
    pub(crate) rows: Vec<AuditRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One act.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    /// When it was recorded.
    pub(crate) at: Moment,
    /// Who: a name and the kind of actor.
    pub(crate) who: (String, String),
    /// A sentence.
    pub(crate) what: String,
    /// What it was about, with its page.
    pub(crate) subject: Option<(String, String)>,
    /// The network address.
    pub(crate) from: String,
    /// The reason that was given.
    pub(crate) reason: String,
    /// The event.
    pub(crate) position: i64,
}

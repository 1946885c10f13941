//! What a person sees when a page cannot be shown: what happened, for which request, and where to
//! go.

use askama::Template;

use crate::brand::Branding;

/// The page; the same in every state of the session.
#[derive(Debug, Template)]
#[template(path = "admin/fault.html")]
pub(crate) struct Fault {
    /// Dark or light.
    pub(crate) theme: &'static str,
    /// The tenant's footer.
    pub(crate) branding: Branding,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened.
    pub(crate) title: String,
    /// What to do about it.
    pub(crate) text: String,
    /// The request's id, to quote to whoever looks at the server's log.
    pub(crate) request: String,
}

/// The same inside a page that asked for a part of itself.
#[derive(Debug, Template)]
#[template(path = "admin/_fault_note.html")]
pub(crate) struct FaultNote {
    /// What happened.
    pub(crate) title: &'static str,
    /// What to do about it.
    pub(crate) text: String,
}

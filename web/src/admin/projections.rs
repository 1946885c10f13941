//! Read models: how far each has followed the log, what stopped it, and rebuilding beside the live
//! one.

use askama::Template;

use crate::layout::Shell;
use crate::view::{Badge, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/projections.html", blocks = ["rows"])]
pub(crate) struct Projections {
    /// The frame.
    pub(crate) shell: Shell,
    /// The newest position of the log.
    pub(crate) head: i64,
    /// One per generation, live ones first.
    pub(crate) rows: Vec<ProjectionRow>,
    /// Whether one is being built, so that the page asks again by itself.
    pub(crate) building: bool,
}

/// One generation of a read model.
#[derive(Clone, Debug)]
pub(crate) struct ProjectionRow {
    /// Its name.
    pub(crate) name: String,
    /// The question it answers.
    pub(crate) question: &'static str,
    /// Live, building, paused, stopped.
    pub(crate) status: Badge,
    /// Counted from 1; a rebuild makes the next.
    pub(crate) generation: i32,
    /// How far it has read.
    pub(crate) position: i64,
    /// Events it is behind.
    pub(crate) lag: i64,
    /// Share of the log, in thousandths, for the meter.
    pub(crate) thousandths: i64,
    /// When it last moved.
    pub(crate) moved: Moment,
    /// What stopped it, if anything.
    pub(crate) error: String,
    /// Events set aside because they could not be folded.
    pub(crate) parked: i64,
    /// Whether a rebuild may be started.
    pub(crate) can_rebuild: bool,
}
